"""Where a query that the engine refused departs from the grammar of SPARQL, and what is wrong."""
