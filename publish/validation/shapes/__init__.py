"""SHACL shapes: observations are judged over columns, everything else by pySHACL."""
