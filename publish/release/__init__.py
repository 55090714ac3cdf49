"""A release: built from a project, written to a folder, and opened to be served."""
