"""Counts and levels from uniform numbers by monotone inversion; the functions live in `kernels`."""
