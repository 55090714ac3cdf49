"""The search page: figures, data sets, codes, terms, tables and lines, by words of people."""
