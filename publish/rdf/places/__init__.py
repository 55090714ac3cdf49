"""Where terms stand in RDF files of each format: line and column, for messages."""
