"""What a mapping makes of a table, shown before anything is published."""
