"""How a path begins: prices, dates and shares of its listings and places."""
