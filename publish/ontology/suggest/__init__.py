"""Suggestions of links between the codes of the ontology and code lists of others."""
