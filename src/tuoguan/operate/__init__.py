"""Record what happened, append-only; say who must do what next, by when, and what is at stake."""

from tuoguan.operate.accounts import MoneyAccount, StockAccount, goods, is_floored, money, stock
from tuoguan.operate.ledger import Ledger
from tuoguan.operate.ledger_projecting import Projection
from tuoguan.operate.ledger_rows import entry_of
from tuoguan.operate.storing import (
    KeptRow,
    Row,
    Store,
    StoreLost,
    Table,
    TableShape,
    Transaction,
    Written,
)
from tuoguan.operate.words import FIRST_HEAD, Append, Draft, Entry, Head, Posting, Recorded, Stream

__all__ = [
    "FIRST_HEAD",
    "Append",
    "Draft",
    "Entry",
    "Head",
    "KeptRow",
    "Ledger",
    "MoneyAccount",
    "Posting",
    "Projection",
    "Recorded",
    "Row",
    "StockAccount",
    "Store",
    "StoreLost",
    "Stream",
    "Table",
    "TableShape",
    "Transaction",
    "Written",
    "entry_of",
    "goods",
    "is_floored",
    "money",
    "stock",
]
