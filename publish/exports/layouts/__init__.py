"""How a view is laid out: as a table, or as its source prints it, with what stands around it."""
