"""RDF of any kind: terms, formats, readers, writers, and the positions of IRIs in files."""
