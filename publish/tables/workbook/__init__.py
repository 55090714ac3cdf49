"""Sheets of Excel workbooks become cells: what a reader of the workbook sees, and nothing else.

``opened.py`` refuses what is no workbook or expands without measure, ``concealed.py`` finds what a
sheet hides, ``formats.py`` and ``dates.py`` write values as they are shown, ``read.py`` makes the
grid. ISO/IEC 29500.
"""
