"""The books as beancount reads them: its own loader where it stands, and a reader of a few lines everywhere."""

import re
import subprocess
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from tuoguan.operate import Append, Draft, Ledger, Posting, books_text
from tuoguan.store import open_sqlite

ROOT = Path(__file__).resolve().parents[3]
PEER = ROOT / ".venv-peers-operate" / "bin" / "python"
UNIT = re.compile(r"[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]")
DAY = 86_400
# Places and goods whose spellings come close to each other once signs that beancount does not take are gone.
PLACES = ("los_angeles", "los-angeles", "Los angeles", "杭州", "²", "new york:2", "ß", "9th")
SKUS = ("cup", "CUP", "杯", "a very long name of goods 1", "a very long name of goods 2")


@pytest.fixture(name="ledger")
def ledger_fixture(tmp_path: Path) -> Ledger:
    """Goods bought for every place, sold from some, money in two currencies with different decimals."""
    ledger = Ledger(open_sqlite(tmp_path / "ledger.db"), clock=lambda: 0)
    for number, place in enumerate(PLACES):
        for index, sku in enumerate(SKUS):
            units = 3 + number + index
            postings = (
                Posting(f"stock:at:{place}", f"sku/{sku}", units), Posting("stock:supplier", f"sku/{sku}", -units),
                Posting(f"money:inventory:{place}:{sku}:goods", "USD", 199 * units),
                Posting("money:bank", "USD", -199 * units), Posting("money:bank", "JPY", -7),
                Posting(f'money:cost:"{place}"', "JPY", 7),
            )  # fmt: skip
            draft = Draft("purchase.open", (40 - number) * DAY, postings, {"note": 'a "quoted" \\ line'})
            ledger.append(Append(f"purchase/{number}/{index}", "open", (draft,)))
    ledger.append(Append("note/1", "open", (Draft("case.open", 90 * DAY),)))
    ledger.reverse(3, why="typed twice", at=50 * DAY, key="back", actor="seller")
    return ledger


def _read(text: str) -> tuple[dict[tuple[str, str], Decimal], dict[tuple[str, str], Decimal], int]:
    """Sums of the transactions, asserted balances, number of transactions; asserts that each adds up to nought."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    asserted, transactions, left = {}, 0, defaultdict(Decimal)
    for line in text.splitlines():
        if match := re.fullmatch(r"  (\S+)  (-?[\d.]+) (\S+)", line):
            account, number, unit = match.groups()
            sums[account, unit] += Decimal(number)
            left[unit] += Decimal(number)
            continue
        if not line.startswith("  "):
            assert not any(left.values()), line
        if match := re.fullmatch(r'\d{4}-\d\d-\d\d \* ".*" ".*"', line):
            transactions += 1
        if match := re.fullmatch(r"\S+ balance (\S+)  (-?[\d.]+) (\S+)", line):
            asserted[match[1], match[3]] = Decimal(match[2])
    return sums, asserted, transactions


def test_transactions_add_up_to_the_balances_that_end_the_text(ledger: Ledger) -> None:
    sums, asserted, transactions = _read("\n".join(books_text(ledger.store)))
    assert transactions == len(PLACES) * len(SKUS) + 1  # the note posts nothing, the reversal does
    balances = list(ledger.store.all_balances())
    assert len(asserted) == len(balances)  # no two of ours share a name
    assert {place: number for place, number in sums.items() if number} == {
        place: number for place, number in asserted.items() if number
    }
    scale = {"USD": Decimal("0.01"), "JPY": Decimal(1)}
    ours = sorted(amount * scale.get(unit, Decimal(1)) for _, unit, amount in balances)
    assert sorted(asserted.values()) == ours


def test_names_are_ones_that_beancount_takes(ledger: Ledger) -> None:
    text = "\n".join(books_text(ledger.store))
    accounts, units = re.findall(r"^\S+ open (\S+)$", text, re.M), re.findall(r"^\S+ commodity (\S+)$", text, re.M)
    assert len(set(accounts)) == len(accounts) and len(set(units)) == len(units) == len(SKUS) + 2
    for name in accounts:
        assert all(part[0].isdecimal() or part[0].isupper() for part in name.split(":")), name
        assert all(sign.isalpha() or sign.isdecimal() or sign in "-:" for sign in name), name
    assert all(UNIT.fullmatch(name) for name in units)


def test_beancount_itself_finds_nothing_and_finds_what_was_changed(ledger: Ledger, tmp_path: Path) -> None:
    if not PEER.exists():
        pytest.skip("make peers has not been run")
    books = tmp_path / "books.beancount"
    text = "\n".join(books_text(ledger.store)) + "\n"
    for content, status in ((text, 0), (text.replace("  5.97 USD", "  5.98 USD", 1), 1)):
        books.write_text(content)
        script = ROOT / "benchmarks" / "peers" / "beancount_books.py"
        done = subprocess.run([PEER, script, books], capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stdout + done.stderr
