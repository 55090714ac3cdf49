"""The forms of SDMX 3.0: data as SDMX-CSV and SDMX-JSON 2.0, and the structure of a data set."""
