"""Booking, paying and charging inside the day loop."""
