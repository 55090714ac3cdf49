"""Sheets of Excel workbooks become cells: what a reader of the workbook sees, and nothing else.

``bounds.py`` refuses what is no workbook or expands without measure, ``opened.py`` reads the
sheet, ``concealed.py`` finds what it hides, ``formats.py`` and ``dates.py`` write values as they
are shown, ``read.py`` makes the grid. ISO/IEC 29500.
"""
