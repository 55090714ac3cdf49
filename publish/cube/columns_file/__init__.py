"""The observations of a data set as columns in a Parquet file."""
