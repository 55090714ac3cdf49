"""What differs between two releases: observations, structures, concepts and terms."""
