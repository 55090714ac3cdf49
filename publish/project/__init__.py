"""The project's folder and its files: settings, TOML, YAML with places, and IRI patterns."""
