"""The web application: pages, linked data and dumps of the release that is served."""
