"""SHACL shapes, judged over columns and by pySHACL."""
