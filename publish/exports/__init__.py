"""The forms in which people open the figures of a data set, and views of them."""
