"""Views written for a server, in a process that answers one after the other."""
