"""Pictures drawn on the server: values in, escaped SVG out; they are links, they print, they cost no script."""
