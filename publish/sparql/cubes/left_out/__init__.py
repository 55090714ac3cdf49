"""Queries on data sets whose observations are not in the triple store: whole answers, or none."""
