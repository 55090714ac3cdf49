"""Observations as columns: batches of one data set, made from the cells of its tables.

The way of a cell: ``crosstab.py`` looks up its labels, which give its key; ``cells.py`` reads its
number or mark, which makes an observation of a batch; ``assemble.py`` merges what several tables
say of one observation; ``rdf/observations.py`` writes its triples.
"""
