"""The command line ``publish``: its verbs, and how they report."""
