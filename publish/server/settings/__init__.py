"""The settings of the server: one table, read from file, environment and flags."""
