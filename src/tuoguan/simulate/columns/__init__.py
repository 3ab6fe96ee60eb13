"""Where every number of the day loop stands in its flat tables."""
