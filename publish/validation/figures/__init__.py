"""Checks of figures against each other and what is declared: totals, shares, bounds, coverage."""
