"""Record what happened, append-only; say who must do what next, by when, and what is at stake."""

from tuoguan.operate.accounts import MoneyAccount, StockAccount, goods, is_floored, money, stock
from tuoguan.operate.flow_words import Desk, Document, Flow, Line, Move, State, Step, StepKind
from tuoguan.operate.flows import load_flows, move_of, moves_from
from tuoguan.operate.ledger import Ledger
from tuoguan.operate.ledger_projecting import Projection
from tuoguan.operate.ledger_rows import entry_of
from tuoguan.operate.postings import Accounting, postings_of
from tuoguan.operate.settling import Payout, payout_of
from tuoguan.operate.storing import KeptRow, Row, Store, Table, TableShape, Transaction, Written
from tuoguan.operate.words import FIRST_HEAD, Append, Draft, Entry, Head, Posting, Recorded, Stream

__all__ = [
    "FIRST_HEAD",
    "Accounting",
    "Append",
    "Desk",
    "Document",
    "Draft",
    "Entry",
    "Flow",
    "Head",
    "KeptRow",
    "Ledger",
    "Line",
    "MoneyAccount",
    "Move",
    "Payout",
    "Posting",
    "Projection",
    "Recorded",
    "Row",
    "State",
    "Step",
    "StepKind",
    "StockAccount",
    "Store",
    "Stream",
    "Table",
    "TableShape",
    "Transaction",
    "Written",
    "entry_of",
    "goods",
    "is_floored",
    "load_flows",
    "money",
    "move_of",
    "moves_from",
    "payout_of",
    "postings_of",
    "stock",
]
