"""RDF files of anybody: opened within bounds, and recognised."""
