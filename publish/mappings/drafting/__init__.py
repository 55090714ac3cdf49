"""A first draft of a mapping, made from a table nobody has described yet."""
