"""Bounded HTTP: connections, requests, replies, negotiation and clients. It knows no data."""
