"""The SPARQL service: the protocol, and queries evaluated in processes that can be ended."""
