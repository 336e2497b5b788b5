"""Pages of indicators: all of them, one, the rows behind a value, the library, and writing one."""
