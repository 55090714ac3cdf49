"""The page that sets series of figures of several data sets beside each other."""
