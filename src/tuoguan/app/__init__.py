"""One straight-line function per thing a person wants done; wiring and transactions live here only."""
