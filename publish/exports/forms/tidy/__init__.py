"""Plain files that programs read: an observation a row, and descriptions of their columns."""
