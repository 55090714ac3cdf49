"""Files become cells: printed tables, CSV and workbooks of others, and the text of documents.

``table.py`` reads the tables of mappings in blocks of rows; ``numbers.py`` parses their numbers.
``foreign/`` and ``workbook/`` read files of others as a grid, from which tables are drafted.
"""
