"""The feed: an event stream of versions of observations, in pages that never change (LDES 1.0)."""
