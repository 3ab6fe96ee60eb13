"""Demand of a product in a market under today's contract, with its uncertainty."""
