"""The door for assistants: tools over the figures of a release, by the Model Context Protocol."""
