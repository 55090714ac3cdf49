"""Faults in the input, each with a place, a finding and a fix, and reports of them."""
