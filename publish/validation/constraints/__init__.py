"""The integrity constraints IC-1 to IC-21 of RDF Data Cube, judged over columns."""
