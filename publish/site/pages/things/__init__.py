"""Pages about one thing that is no data set, figure or document: codes, terms, structures …"""
