"""Drivers that keep the ledger: SQLite and PostgreSQL; backups of it."""

from tuoguan.store.backup import back_up, copy_ledger, restore
from tuoguan.store.opening import open_store
from tuoguan.store.postgres import open_postgres
from tuoguan.store.sqlite import open_sqlite

__all__ = ["back_up", "copy_ledger", "open_postgres", "open_sqlite", "open_store", "restore"]
