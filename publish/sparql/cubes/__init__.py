"""Queries about observations answered from columns: recognised, reduced, and run in DuckDB."""
