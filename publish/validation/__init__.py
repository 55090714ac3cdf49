"""Judging data: figures, integrity constraints of RDF Data Cube, and SHACL shapes."""
