"""Judging data: figures, integrity constraints and SHACL shapes."""
