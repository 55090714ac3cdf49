"""Descriptions of a release for programs that harvest it."""
