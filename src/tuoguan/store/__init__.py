"""Drivers that keep the ledger: SQLite and PostgreSQL."""
