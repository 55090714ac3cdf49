"""One module for each form: how it writes a view of a data set."""
