"""Reads the parameters of an address: what stands for which codes, and what is wrong with them."""
