"""Views of data sets for the pages of others."""
