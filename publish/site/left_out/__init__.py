"""Observations that are left out of the triple store, for the pages."""
