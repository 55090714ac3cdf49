"""Publish printed statistical tables as linked open data (RDF Data Cube)."""

__version__ = "0.1.0"
