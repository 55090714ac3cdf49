"""The stores of triples that a release or a set of RDF files is queried from."""
