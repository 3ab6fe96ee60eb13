"""The ledger as a text that programs of accountants read and balance: beancount's format.

Hides how accounts, goods and amounts are spelled there. Keeps two invariants: no two accounts and no two units share a
name in the text, and the text ends with every balance of the ledger as an assertion, so that a program that reads it
proves ours, or names what differs.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from tuoguan.foundation.money import format_minor
from tuoguan.operate.accounts import MoneyAccount, StockAccount
from tuoguan.operate.ledger_rows import entry_of
from tuoguan.operate.storing import Store
from tuoguan.operate.words import Entry

GOODS = "sku/"
UNIT_LENGTH = 20  # of 24 that beancount takes; the rest tells apart what was cut to the same
FIRST_DAY = "1970-01-01"
ROOT_BY_KIND: Mapping[str, str] = {
    StockAccount.SUPPLIER: "Equity", StockAccount.BUYER: "Equity", StockAccount.LOST: "Equity",
    StockAccount.SCRAPPED: "Equity", MoneyAccount.PAYABLE: "Liabilities", MoneyAccount.INCOME: "Income",
    MoneyAccount.CHARGE: "Expenses", MoneyAccount.COST: "Expenses", MoneyAccount.GOODS_SOLD: "Expenses",
    MoneyAccount.GOODS_LOST: "Expenses", MoneyAccount.EXCHANGE: "Equity", MoneyAccount.OPENING: "Equity",
}  # fmt: skip
"""Beancount's five kinds of account; what is not named here is an asset."""


def books_text(store: Store) -> Iterator[str]:
    """Lines of the whole ledger in beancount's format, from one moment: units, accounts, entries, balances.

    Amounts of money stand in major units with all their decimals, goods in units. Entries that post nothing are left
    out. Days are those of UTC.
    """
    with store.reading() as view:
        balances = list(view.all_balances())
        names = _Names(balances)
        yield 'option "title" "tuoguan"'
        yield 'option "inferred_tolerance_default" "*:0"'
        for unit, name in names.units.items():
            yield f"{FIRST_DAY} commodity {name}"
            yield f"  name: {_quoted(unit)}"
        for account, name in names.accounts.items():
            yield f"{FIRST_DAY} open {name}"
            yield f"  account: {_quoted(account)}"
        last = 0
        for row in view.rows():
            if row.postings != "[]":
                yield from _transaction(entry_of(row), names)
                last = max(last, row.occurred_at)
    behind = _day(last, 1)
    for account, unit, amount in balances:
        yield f"{behind} balance {names.accounts[account]}  {_amount(amount, unit)} {names.units[unit]}"


class _Names:
    """Names in the text by ours, each its own."""

    def __init__(self, balances: Iterable[tuple[str, str, int]]) -> None:
        self.accounts: dict[str, str] = {}
        self.units: dict[str, str] = {}
        taken: set[str] = set()
        for account, unit, _ in balances:
            if account not in self.accounts:
                self.accounts[account] = _free(_account(account), taken)
            if unit not in self.units:
                self.units[unit] = _free(_unit(unit), taken)


def _free(name: str, taken: set[str]) -> str:
    """The name, numbered when another one has it already."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found


def _account(account: str) -> str:
    """Root, kind and one part for all the rest, so that none is a parent of another (whose balance would be its sum).

    >>> _account("money:charge:mall/full/US:penalty")
    'Expenses:Charge:Mall-full-US-penalty'
    """
    side, kind, *rest = account.split(":")
    known = f"{side}:{kind}"
    root = ROOT_BY_KIND.get(known, "Assets")
    prefix = "Stock-" if side == "stock" else ""
    return f"{root}:{_part(prefix + kind.replace('_', '-'))}:{_part('-'.join(rest) or 'All')}"


def _part(text: str) -> str:
    """A part of an account: letters of any script, digits and "-"; a capital or a digit first."""
    word = "".join(letter if letter.isalpha() or letter.isdecimal() else "-" for letter in text).strip("-") or "X"
    first = word[0].upper()
    return f"X-{word}" if len(first) > 1 or not (first.isupper() or first.isdecimal()) else first + word[1:]


def _unit(unit: str) -> str:
    """A currency's code, or "SKU-" and what of a SKU's name can stand there."""
    if not unit.startswith(GOODS):
        return unit
    word = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in unit[len(GOODS) :].upper())
    return f"SKU-{word[: UNIT_LENGTH - 4].strip('-') or 'X'}"


def _transaction(entry: Entry, names: _Names) -> Iterator[str]:
    draft = entry.draft
    yield f"{_day(draft.occurred_at)} * {_quoted(entry.stream)} {_quoted(draft.kind)}"
    yield f"  position: {entry.position}"
    for account, unit, amount in draft.postings:
        yield f"  {names.accounts[account]}  {_amount(amount, unit)} {names.units[unit]}"


def _amount(amount: int, unit: str) -> str:
    return str(amount) if unit.startswith(GOODS) else format_minor(amount, unit)


def _day(at: int, later_days: int = 0) -> str:
    return (datetime.fromtimestamp(at, UTC) + timedelta(days=later_days)).date().isoformat()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
