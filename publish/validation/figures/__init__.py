"""Checks of figures against each other: totals, shares, agreement, bounds and coverage."""
