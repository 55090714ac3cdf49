"""Pages of observations for programs: as JSON, and as RDF."""
