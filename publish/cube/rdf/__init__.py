"""A cube and its observations as RDF Data Cube."""
