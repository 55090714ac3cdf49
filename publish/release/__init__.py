"""One publication: made from a project, written to a folder, and opened again."""
