"""What a data set says first: its newest total, and a sentence of it."""
