"""Drivers that keep the ledger: SQLite and PostgreSQL."""

from tuoguan.store.sqlite import open_sqlite

__all__ = ["open_sqlite"]
