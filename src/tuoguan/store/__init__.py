"""Drivers that keep the ledger: SQLite and PostgreSQL."""

from tuoguan.store.postgres import open_postgres
from tuoguan.store.sqlite import open_sqlite

__all__ = ["open_postgres", "open_sqlite"]
