"""The project folder and its files: settings, TOML, YAML with places, and IRI patterns."""
