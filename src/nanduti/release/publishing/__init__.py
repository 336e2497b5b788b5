"""From a checked result to files that anybody can read: CSV, Parquet, a data package, and how to cite it."""
