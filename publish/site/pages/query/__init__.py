"""The page of the SPARQL endpoint: its editor, its examples, and what a result looks like."""
