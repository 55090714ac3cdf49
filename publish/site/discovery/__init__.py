"""What search engines, harvesters and other programs find their way by."""
