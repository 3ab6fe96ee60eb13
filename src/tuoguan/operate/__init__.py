"""Record what happened, append-only; say who must do what next, by when, and what is at stake."""

from tuoguan.operate.accounts import (
    MoneyAccount,
    StockAccount,
    goods,
    is_floored,
    money,
    stock,
)
from tuoguan.operate.books_out import (
    books_text,
)
from tuoguan.operate.flow_drawing import (
    clock_table,
    diagram,
    move_table,
    who_table,
)
from tuoguan.operate.flow_words import (
    Desk,
    Document,
    Flow,
    Line,
    Move,
    State,
    Step,
    StepKind,
)
from tuoguan.operate.flows import (
    final_states,
    load_flows,
    move_of,
    moves_between,
    moves_from,
)
from tuoguan.operate.layers import (
    Costing,
)
from tuoguan.operate.layers_kept import (
    CostLayers,
    StockValue,
)
from tuoguan.operate.ledger import (
    Ledger,
)
from tuoguan.operate.ledger_projecting import (
    Projection,
)
from tuoguan.operate.ledger_rows import (
    entry_of,
)
from tuoguan.operate.money_book import (
    MoneyBook,
    MoneyMove,
    MoneyWeek,
    week_of,
)
from tuoguan.operate.money_states import (
    CashDay,
    MoneyStates,
    StateDay,
)
from tuoguan.operate.postings import (
    Accounting,
    postings_of,
)
from tuoguan.operate.postings_kept import Said, charges_in, facts_in, said_in
from tuoguan.operate.queue import (
    Queue,
)
from tuoguan.operate.register import (
    Register,
)
from tuoguan.operate.register_rows import (
    Listed,
)
from tuoguan.operate.settling import (
    Payout,
    days_to_trigger,
    payout_of,
)
from tuoguan.operate.stock_book import (
    EVERYWHERE,
    STOCK_ORDERS,
    Inbound,
    StockBook,
    StockLine,
    StockPlace,
)
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
from tuoguan.operate.terms import (
    Terms,
)
from tuoguan.operate.words import (
    FIRST_HEAD,
    Append,
    Draft,
    Entry,
    Head,
    Posting,
    Recorded,
    Stream,
)
from tuoguan.operate.work import (
    Work,
)
from tuoguan.operate.work_documents import Request, document_of, fold, stream_of
from tuoguan.operate.work_due import (
    due_of,
    proposals_of,
)
from tuoguan.operate.work_rules import (
    owner_of,
    sees,
)
from tuoguan.operate.work_switching import (
    needs_new_store,
    switch_listing,
)

__all__ = [
    "EVERYWHERE",
    "STOCK_ORDERS",
    "FIRST_HEAD",
    "Accounting",
    "Append",
    "CashDay",
    "CostLayers",
    "Costing",
    "Desk",
    "Document",
    "Draft",
    "Entry",
    "Flow",
    "Head",
    "Inbound",
    "KeptRow",
    "Ledger",
    "Line",
    "Listed",
    "MoneyAccount",
    "MoneyBook",
    "MoneyMove",
    "MoneyStates",
    "MoneyWeek",
    "Move",
    "Payout",
    "Posting",
    "Projection",
    "Queue",
    "Recorded",
    "Register",
    "Request",
    "Row",
    "Said",
    "State",
    "StateDay",
    "Step",
    "StepKind",
    "StockAccount",
    "StockBook",
    "StockLine",
    "StockPlace",
    "StockValue",
    "Store",
    "StoreLost",
    "Stream",
    "Table",
    "TableShape",
    "Terms",
    "Transaction",
    "Work",
    "Written",
    "books_text",
    "charges_in",
    "clock_table",
    "days_to_trigger",
    "diagram",
    "document_of",
    "due_of",
    "entry_of",
    "facts_in",
    "final_states",
    "fold",
    "goods",
    "is_floored",
    "load_flows",
    "money",
    "move_of",
    "move_table",
    "moves_between",
    "moves_from",
    "needs_new_store",
    "owner_of",
    "payout_of",
    "postings_of",
    "proposals_of",
    "said_in",
    "sees",
    "stock",
    "stream_of",
    "switch_listing",
    "week_of",
    "who_table",
]
