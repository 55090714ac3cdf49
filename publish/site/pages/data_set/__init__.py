"""The page of a data set: a view of its figures as a table, as a chart, and as it is printed."""
