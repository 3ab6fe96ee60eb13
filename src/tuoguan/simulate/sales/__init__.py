"""Serving buyers, and all that follows from a sale."""
