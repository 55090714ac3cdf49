"""What things mean: the vocabulary, its code lists, periods, levels and links."""
