"""A query before it is evaluated: its syntax, its limits, and what is refused."""
