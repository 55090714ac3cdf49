"""The index by which people find figures, data sets, codes, terms, tables, and what lacks."""
