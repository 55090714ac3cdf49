"""A query as a tree: its groups and triples, and what a SELECT asks for."""
