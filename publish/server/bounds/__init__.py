"""What one client, and all of them together, may hold of a server: bytes, connections' time."""
