"""Names that all files of columns have or none has, and of the file of columns for queries."""

BOUND_COLUMNS = {
    "at-least": "at_least",
    "more-than": "more_than",
    "at-most": "at_most",
    "below": "below",
}
"""The column of each bound by its key."""
RESERVED = (
    "format",
    "lang",
    "rows",
    "columns",
    "totals",
    "decimal",
    "layout",
    "start",
    "size",
)
"""What other parameters of the address of a data set are called than those for its columns."""
PAGE_PARAMETERS = ("view", "cell", "beside", "page")
"""What parameters of the page of a data set are called besides; no column has their names."""
QUERY_COLUMNS = "columns.duckdb"
"""The file of a release with the columns of all data sets for queries."""
QUERY_COLUMNS_FORMAT = 1
"""The number of its layout."""
