"""Play one option (product, market, listings, stock policy) many times on common luck."""
