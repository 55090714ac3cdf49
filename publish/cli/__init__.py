"""The commands of ``publish``."""
