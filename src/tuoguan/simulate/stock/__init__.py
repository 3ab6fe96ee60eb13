"""Ordering, receiving and holding goods."""
