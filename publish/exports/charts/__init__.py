"""Charts of views, drawn by the program itself as SVG."""
