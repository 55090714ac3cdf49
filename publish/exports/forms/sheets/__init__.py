"""The forms that people open in a spreadsheet: tables with what stands around them."""
