"""Observations as columns: batches of one data set, made from the cells of its tables."""
