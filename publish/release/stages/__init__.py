"""The stages of a build, each a function from a frozen value to a frozen value."""
