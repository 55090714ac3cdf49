"""The integrity constraints IC-1 to IC-21 of RDF Data Cube, each judged in one module."""
