"""How fast the platform answers on a large synthetic programme, and how much memory it takes."""
