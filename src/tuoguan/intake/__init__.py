"""Outside documents to typed tables and a list of problems; the only place with dirty data."""
