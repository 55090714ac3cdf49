"""The history of releases: what is never pruned."""
