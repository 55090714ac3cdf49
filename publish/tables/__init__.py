"""A file becomes cells: CSV, workbooks, numbers as printed and the text of documents."""
