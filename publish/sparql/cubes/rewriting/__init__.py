"""Queries that the engine evaluates with tables of columns in place of their stars."""
