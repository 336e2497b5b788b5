"""Where the house is put together: settings, root urls, the command line, the web server's entry."""
