"""Pages about sources: documents with their texts, printed tables, and what is not given."""
