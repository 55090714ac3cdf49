"""The home page, the look-up of an address, and the pages of releases."""
