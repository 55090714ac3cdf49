"""What the cells of a table mean: mappings, documents and the marks in their tables."""
