"""Delimited text as others write it: its encoding and its separator are found out."""
