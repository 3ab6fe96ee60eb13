"""Importing twice is once, split files are one, late files change nothing, and no buyer reaches the ledger."""
# ruff: noqa: E501  rows of somebody else's tables are easier to read unbroken

import argparse
import itertools
import json
import random
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import exports_made as make
from exports_made import Sale, numbered, put
from tuoguan.app import importing_orders
from tuoguan.app.importing import Asked, Imported, import_files, write_mapping
from tuoguan.app.importing_lines import statements
from tuoguan.app.importing_listed import write_listed
from tuoguan.app.importing_orders import moves_of
from tuoguan.app.ledgers import open_work
from tuoguan.cli import importing as cli
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Refused
from tuoguan.intake import formats, kept_lines

NOW = 1_790_000_000
SEMI = Asked(contract="temu/semi/US", store="shop", place="la")
STOCK = [["sku", "fnsku", "afn-fulfillable-quantity"], ["MUG-01", "x", "1000"], ["LAMP-02", "y", "1000"]]
Balances = dict[tuple[str, str], int]


def quiet(stage: str, done: int, total: int) -> None:
    """No progress."""


def bring(workspace: Path, *paths: Path, asked: Asked = SEMI) -> Imported:
    return import_files(workspace, paths, asked, now=NOW, progress=quiet)


def stocked(workspace: Path, day: str = "2026-08-01") -> Path:
    """A workspace with goods at its place."""
    workspace.mkdir(exist_ok=True)
    bring(workspace, put(workspace / f"stock-{day}.csv", STOCK), asked=replace(SEMI, contract=""))
    return workspace


def balances(workspace: Path) -> Balances:
    with open_work(workspace) as work:
        assert work.ledger.verify() == []
        return {(account, unit): amount for account, unit, amount in work.ledger.store.all_balances() if amount}


def states(workspace: Path) -> dict[str, str]:
    with sqlite3.connect(workspace / "ledger.db") as connection:
        return dict(connection.execute("SELECT name, state FROM stream WHERE name LIKE 'order/%'").fetchall())


def head(workspace: Path) -> tuple[int, bytes]:
    with open_work(workspace) as work, work.ledger.store.reading() as view:
        return view.head().position, view.head().hash


def errors(found: Imported) -> list[str]:
    return [problem.code for problem in found.problems if problem.severity == "error"]


def test_orders_go_to_where_the_file_says_they_are(tmp_path: Path) -> None:
    found = bring(stocked(tmp_path), put(tmp_path / "orders.xlsx", make.temu_zh()))
    assert errors(found) == [] and (found.opened, found.moved) == (4, 9)
    assert sorted(states(tmp_path).values()) == ["cancelled", "delivered", "reserved", "shipped"]
    held = balances(tmp_path)
    assert held["stock:at:la", "sku/MUG-01"] == 997 and held["stock:reserved:la", "sku/MUG-01"] == 2
    assert held["stock:at:la", "sku/LAMP-02"] == 999 and held["stock:buyer", "sku/LAMP-02"] == 1
    with open_work(tmp_path) as work:
        document = work.document("order/shop/211-00000000000000021")
        assert document.contract_id == "temu/semi/US" and document.details["tracking_number"] == "TRK-1"
        assert document.at_by_state["shipped"] == 1_786_584_600  # 2026-08-13 09:30 in Shanghai
        assert document.details["due_at"] == 1_786_672_800


@pytest.mark.parametrize("id", sorted(make.MADE))
def test_twice_is_once(id: str, tmp_path: Path) -> None:
    workspace, files = tmp_path / "w", tmp_path / "files"
    workspace.mkdir()
    files.mkdir()
    format = next(one for one in formats() if one.id == id)
    if format.table == "order_lines":
        stocked(workspace)
    asked = Asked(store="shop", place="la", currency="CNY" if id == "first-leg-bill" else "")
    if format.models and format.table in ("order_lines", "tracking", "stock", "stock_orders"):
        known = {"temu": "temu/semi/US", "tiktok_shop": "tiktok_shop/self/US", "aliexpress": "aliexpress/semi/US"}
        asked = replace(asked, contract="temu/full/US" if "full" in id else known[format.platform])
    path = make.made(files, id)
    first = bring(workspace, path, asked=asked)
    before, held = head(workspace), balances(workspace)
    kept = sorted(one.name for one in (workspace / "ledger" / "statements").glob("*"))
    again = bring(workspace, path, asked=asked)
    assert head(workspace) == before and balances(workspace) == held
    assert (again.opened, again.moved, again.statements, again.lines) == (0, 0, 0, 0)
    assert sorted(one.name for one in (workspace / "ledger" / "statements").glob("*")) == kept
    assert first.opened + first.statements + (format.table == "tracking") >= 1


def life(count: int, seed: int) -> list[list[Sale]]:
    """Four exports of the same orders on four days; each goes some way further, some are cancelled on the way."""
    luck = random.Random(seed)
    days: list[list[Sale]] = [[], [], [], []]
    for plain in numbered(count):
        one = replace(plain, sku=luck.choice(("MUG-01", "LAMP-02")), quantity=luck.randint(1, 3))
        placed, ends, cancelled = luck.randint(0, 3), luck.randint(0, 3), luck.random() < 0.2
        for day in range(placed, 4):
            step = min(day - placed, ends)
            if cancelled and step >= 1:
                days[day].append(replace(one, state="cancelled"))
            elif step >= 2:
                delivered = "2026-08-20 10:00:00"
                days[day].append(replace(one, state="delivered", shipped="2026-08-13 10:00:00", delivered=delivered))
            elif step == 1:
                days[day].append(replace(one, state="shipped", shipped="2026-08-13 10:00:00"))
            else:
                days[day].append(one)
    return days


def test_files_late_and_in_any_order_leave_the_same(tmp_path: Path) -> None:
    """Four days' exports, delivered in four of their 24 orders: states, goods and money are always those of the newest."""
    days = [put(tmp_path / f"day{at}.csv", make.temu_zh(sales)) for at, sales in enumerate(life(12, seed=3))]
    seen: list[tuple[dict[str, str], Balances]] = []
    for at, order in enumerate(list(itertools.permutations(days))[::7]):
        workspace = stocked(tmp_path / f"w{at}")
        for path in order:
            assert errors(bring(workspace, path)) == []
        seen.append((states(workspace), balances(workspace)))
    assert all(one == seen[0] for one in seen)
    assert {"cancelled", "shipped", "delivered", "reserved"} >= set(seen[0][0].values()) and len(seen[0][0]) == 12


@pytest.mark.parametrize("market", ["zh", "tiktok"])
def test_split_files_are_one_file(market: str, tmp_path: Path) -> None:
    sales = [
        replace(one, order=f"PO-211-{1 + at // 3:020d}", sku=("MUG-01", "LAMP-02", "CUP-03")[at % 3], state="shipped",
                shipped="2026-08-13 10:00:00")
        for at, one in enumerate(numbered(30))
    ]  # fmt: skip
    rows = make.temu_zh(sales) if market == "zh" else make.tiktok(sales, described=False)
    asked = SEMI if market == "zh" else replace(SEMI, contract="tiktok_shop/self/US")
    stock = put(tmp_path / "stock-2026-08-01.csv", [*STOCK, ["CUP-03", "z", "1000"]])
    results = []
    cuts: Sequence[Sequence[int]] = [(), (10, 20)]  # inside orders
    for at, (cut, together) in enumerate(itertools.product(cuts, (True, False))):
        workspace = tmp_path / f"w{at}"
        workspace.mkdir()
        bring(workspace, stock, asked=replace(SEMI, contract=""))
        bounds = [1, *(place + 1 for place in cut), len(rows)]
        parts = [
            put(tmp_path / f"{at}-{first}.csv", [rows[0], *rows[first:last]])
            for first, last in itertools.pairwise(bounds)
        ]
        for paths in [parts] if together else [[path] for path in parts]:
            assert errors(bring(workspace, *paths, asked=asked)) == []
        held = {key: amount for key, amount in balances(workspace).items() if key[0].startswith("stock:")}
        units = (held, balances(workspace), states(workspace))
        results.append(units if market == "zh" or together else units[:1])
    assert all(one[0] == results[0][0] for one in results)
    assert all(one == results[0] for one in results if len(one) == len(results[0]))


def test_a_line_that_comes_after_its_order_stands_beside_it(tmp_path: Path) -> None:
    sales = [Sale("111111111111111111", "1", "MUG-01", 2), Sale("111111111111111111", "2", "LAMP-02", 1)]
    rows = make.tiktok(sales, described=False)
    asked = replace(SEMI, contract="tiktok_shop/self/US")
    workspace = stocked(tmp_path)
    bring(workspace, put(tmp_path / "a.csv", rows[:2]), asked=asked)
    bring(workspace, put(tmp_path / "b.csv", [rows[0], rows[2]]), asked=asked)
    assert len(states(workspace)) == 2
    assert balances(workspace)["stock:reserved:la", "sku/LAMP-02"] == 1
    again = bring(workspace, put(tmp_path / "c.csv", rows), asked=asked)
    assert (again.opened, again.moved, again.unchanged) == (0, 0, 2)


@pytest.mark.parametrize("state,goal,moves", [
    (None, "placed", ["open", "reserve"]), (None, "pending", ["open", "hold"]), ("on_hold", "placed", ["resume", "reserve"]),
    (None, "", ["open"]), ("reserved", "", []), ("packed", "shipped", ["ship"]), ("delivered", "shipped", []),
    ("closed", "delivered", []), ("cancelled", "placed", []), ("cancelled", "shipped", None),
    ("shipped", "cancelled", None), ("reserved", "cancelled", ["cancel"]), ("cancelled", "cancelled", []),
    (None, "cancelled", ["open", "cancel"]), ("cancel_asked", "shipped", ["keep", "pack", "ship"]),
    ("lost", "delivered", None), ("lost", "shipped", None), ("refused", "placed", []),
])  # fmt: skip
def test_the_way_from_the_ledger_to_the_file(state: str | None, goal: str, moves: list[str] | None) -> None:
    assert moves_of(state, goal) == moves


def test_what_file_and_ledger_say_against_each_other_is_told(tmp_path: Path) -> None:
    one = Sale("PO-1", "L-1", "MUG-01", 1, "shipped", shipped="2026-08-13 10:00:00")
    workspace = stocked(tmp_path)
    bring(workspace, put(tmp_path / "a.csv", make.temu_zh([one])))
    before = head(workspace)
    found = bring(workspace, put(tmp_path / "b.csv", make.temu_zh([replace(one, state="cancelled")])))
    assert errors(found) == ["contradiction"] and head(workspace) == before
    assert found.counts[0].rows_listed == 1 and "cancelled in the file, shipped in the ledger" in str(found.problems[0])


def test_unknown_states_move_nothing_and_unpaid_orders_wait(tmp_path: Path) -> None:
    sales = [Sale("1" * 18, "1", "MUG-01", state="Some new state"), Sale("2" * 18, "2", "MUG-01", state="Unpaid")]
    found = bring(
        stocked(tmp_path), put(tmp_path / "a.csv", make.tiktok(sales)), asked=replace(SEMI, contract="tiktok_shop/self/US")
    )  # fmt: skip
    assert list(states(tmp_path).values()) == ["placed"]
    assert {(code, used) for code, used in found.listed.select("code", "used").rows()} == {
        ("description_row", False), ("unknown_state", True), ("unpaid_order", False)
    }  # fmt: skip
    with open_work(tmp_path) as work:
        assert work.document(f"order/shop/{'1' * 18}").details["platform_status"] == "Some new state"


def test_an_order_without_stock_stays_placed_until_goods_are_counted(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", make.temu_zh([Sale("PO-1", "L-1", "MUG-01", 3)]))
    found = bring(tmp_path, path)
    assert list(states(tmp_path).values()) == ["placed"] and errors(found) != []
    assert found.counts[0].rows_used == 1  # the order itself is recorded
    stocked(tmp_path)
    assert errors(bring(tmp_path, path)) == [] and list(states(tmp_path).values()) == ["reserved"]


def test_who_called_an_order_off_is_the_reason(tmp_path: Path) -> None:
    sale = Sale("1" * 18, "1", "MUG-01", state="cancelled", cancelled="2026-08-12 12:00:00")
    bring(tmp_path, put(tmp_path / "a.csv", make.tiktok([sale])), asked=replace(SEMI, contract="tiktok_shop/self/US"))
    bring(tmp_path, put(tmp_path / "b.csv", make.temu_zh([sale])))
    with open_work(tmp_path) as work:
        told, untold = work.document(f"order/shop/{'1' * 18}"), work.document("order/shop/1")
    assert (told.details["reason"], told.details["reason_assumed"]) == ("seller_fault", False)
    assert (untold.details["reason"], untold.details["reason_assumed"]) == ("change_of_mind", True)


def test_a_reservation_that_was_given_back_can_be_made_again(tmp_path: Path) -> None:
    one = Sale("PO-1", "L-1", "MUG-01", 1)
    workspace = stocked(tmp_path)
    bring(workspace, put(tmp_path / "a.csv", make.temu_zh([one])))
    with open_work(workspace) as work:
        work.record("order/shop/L-1", "expire", at=NOW, by=Party.SELLER)
    later = replace(one, state="shipped", shipped="2026-08-13 10:00:00")
    assert errors(bring(workspace, put(tmp_path / "b.csv", make.temu_zh([later])))) == []
    assert list(states(workspace).values()) == ["shipped"]


def test_amounts_are_kept_to_the_cent(tmp_path: Path) -> None:
    sale = Sale("1" * 18, "1", "MUG-01", 3, price="3.333")  # 3 units for 10.00
    rows = make.tiktok([sale])
    rows[2][rows[0].index("SKU Subtotal After Discount")] = "10.00"
    bring(stocked(tmp_path), put(tmp_path / "a.csv", rows), asked=replace(SEMI, contract="tiktok_shop/self/US"))
    with open_work(tmp_path) as work:
        lines = work.document(f"order/shop/{'1' * 18}").lines
    assert sum(line.quantity * line.retail_price_minor for line in lines) == 1000
    assert sum(line.quantity for line in lines) == 3


def test_a_count_is_compared_with_what_the_ledger_believed_that_day(tmp_path: Path) -> None:
    """1,000 counted on the 1st, 3 reserved on the 12th; 990 counted on the 5th is 10 missing, whatever came after."""
    workspace = stocked(tmp_path)
    bring(workspace, put(tmp_path / "a.csv", make.temu_zh([Sale("PO-1", "L-1", "MUG-01", 3)])))
    later = [STOCK[0], ["MUG-01", "x", "990"]]
    bring(workspace, put(tmp_path / "stock-2026-08-05.csv", later), asked=replace(SEMI, contract=""))
    held = balances(workspace)
    assert held["stock:at:la", "sku/MUG-01"] == 987 and held["stock:lost", "sku/MUG-01"] == 10
    old = put(tmp_path / "stock-2026-08-03.csv", [STOCK[0], ["MUG-01", "x", "5"]])
    found = bring(workspace, old, asked=replace(SEMI, contract=""))
    assert balances(workspace) == held and [problem.code for problem in found.problems] == ["older_count"]


def test_stock_orders_go_on_and_unknown_codes_stay(tmp_path: Path) -> None:
    asked = Asked(contract="temu/full/US", store="shop")
    rows = make.temu_stock_orders()
    bring(tmp_path, put(tmp_path / "a.csv", rows), asked=asked)
    later = [rows[0], [*rows[1][:1], "7", *rows[1][2:10], "97", rows[1][11]]]
    found = bring(tmp_path, put(tmp_path / "b.csv", later), asked=asked)
    assert errors(found) == []
    held = balances(tmp_path)
    assert held["stock:at:temu-US", "sku/MUG-01"] == 97 and held["stock:lost", "sku/MUG-01"] == 3
    older = bring(tmp_path, put(tmp_path / "c.csv", rows[:2]), asked=asked)
    assert balances(tmp_path) == held and older.unchanged == 1
    with open_work(tmp_path) as work:
        document = work.document("stock_order/shop/WB2608120002")
        assert document.state == "asked" and document.details["platform_status"] == "77"
        assert document.details["kind"] == "jit"


def test_tracking_numbers_reach_orders_that_are_known(tmp_path: Path) -> None:
    workspace = stocked(tmp_path)
    path = put(tmp_path / "t.csv", make.temu_tracking(make.SALES[:1]))
    assert errors(bring(workspace, path)) == ["unknown_order"]
    bring(workspace, put(tmp_path / "a.csv", make.temu_zh(make.SALES[:1])))
    assert errors(bring(workspace, path)) == []
    with open_work(workspace) as work:
        assert work.document(f"order/shop/{make.SALES[0].line}").details["tracking_number"] == "TRK-X"


def test_lines_are_kept_once_however_they_come(tmp_path: Path) -> None:
    header, *rows = make.tiktok_income()
    whole, parts, overlap = tmp_path / "whole", tmp_path / "parts", tmp_path / "overlap"
    bring(whole, put(tmp_path / "all.xlsx", [header, *rows]), asked=Asked(store="shop"))
    for at, some in enumerate((rows[:2], rows[2:4], rows[4:])):
        bring(parts, put(tmp_path / f"p{at}.csv", [header, *some]), asked=Asked(store="shop"))
    for at, some in enumerate((rows[:4], [*rows[:3], *rows[3:]])):
        found = bring(overlap, put(tmp_path / f"o{at}.csv", [header, *some]), asked=Asked(store="shop"))
    assert found.listed.filter(pl.col("code") == "known_line").height == 4
    tables = []
    for workspace in (whole, parts, overlap):
        with open_work(workspace) as work:
            kept = [kept_lines(workspace, one["lines_file"], one["lines_sha256"]) for one in statements(work.ledger)]
            tables.append(pl.concat(kept).drop("file", "row"))
            assert {one["statement_id"] for one in statements(work.ledger)} == {"2026-08-10", "2026-08-17"}
            assert sum(one["amount_minor_by_currency"]["USD"] for one in statements(work.ledger)) == 9531
    assert all(one.sort("line_key").equals(tables[0].sort("line_key")) for one in tables)
    assert tables[0]["line_key"].is_unique().all()


def test_a_changed_file_of_lines_is_found(tmp_path: Path) -> None:
    path = put(tmp_path / "income.xlsx", make.tiktok_income())
    bring(tmp_path, path)
    victim = sorted((tmp_path / "ledger" / "statements").glob("*.parquet"))[0]
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    with pytest.raises(Refused, match="other bytes than the ledger recorded"):
        bring(tmp_path, path)


def test_a_file_of_lines_that_no_entry_names_does_not_count(tmp_path: Path) -> None:
    """Stopped between file and entry: the file is there, the ledger knows nothing, the next import records it."""
    path = put(tmp_path / "income.xlsx", make.tiktok_income())
    bring(tmp_path, path)
    for part in tmp_path.glob("ledger.db*"):
        part.unlink()
    assert bring(tmp_path, path).lines == 18


class Stopped(Exception):
    """The person pressed a key."""


def test_a_stopped_import_is_finished_by_the_same_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing_orders, "BATCH", 5)
    path = put(tmp_path / "a.csv", make.temu_zh(numbered(23)))
    straight = stocked(tmp_path / "straight")
    bring(straight, path)
    stopped = stocked(tmp_path / "stopped")

    def press(stage: str, done: int, total: int) -> None:
        if stage == "orders" and done == 10:
            raise Stopped

    with pytest.raises(Stopped):
        import_files(stopped, [path], SEMI, now=NOW, progress=press)
    assert len(states(stopped)) == 10
    rest = bring(stopped, path)
    assert (rest.opened, rest.unchanged) == (13, 10)
    assert states(stopped) == states(straight) and balances(stopped) == balances(straight)


def test_no_buyer_reaches_the_ledger(tmp_path: Path) -> None:
    """Every file with buyers, then every byte below the ledger's folder and every cell of its tables."""
    workspace, files = stocked(tmp_path / "w"), tmp_path / "f"
    files.mkdir()
    asked = {"temu": "temu/semi/US", "tiktok": "tiktok_shop/self/US", "aliexpress": "aliexpress/semi/US"}
    count = 0
    for id in make.MADE:
        path = make.made(files, id)
        contract = next((name for start, name in asked.items() if id.startswith(start)), "")
        currency = "CNY" if id == "first-leg-bill" else ""
        found = bring(workspace, path, asked=Asked(store="shop", place="la", contract=contract, currency=currency))
        told = found.listed.write_csv() + "".join(map(str, found.problems))
        assert not [text for text in make.BUYER if text in told], id
        count += any(text in cell for row in make.MADE[id][1] for cell in row for text in make.BUYER)
    assert count >= 8
    assert bring(workspace, put(files / "again.csv", make.temu_zh())).unchanged == 4
    for path in sorted([*(workspace / "ledger").rglob("*"), *workspace.glob("ledger.db*")]):
        data = path.read_bytes() if path.is_file() else b""
        if path.suffix == ".parquet":
            data += pl.read_parquet(path).write_csv().encode()
        for text in make.BUYER:
            assert text.encode() not in data, (path.name, text)
            assert json.dumps(text).encode() not in data


SELLER = """
schema = 1
name = "Shop"
currency = "USD"
markets = ["US"]
stores = ["temu/semi"]
[limits]
cash = "100000"
hours_per_week = 40
[[sites]]
id = "la-3pl"
market = "US"
"""


def test_a_workspace_gives_contract_place_price_and_weight(tmp_path: Path) -> None:
    (tmp_path / "seller.toml").write_text(SELLER, encoding="utf-8")
    put(tmp_path / "products.csv", [["sku", "unit_cost", "retail_price", "weight_g"], ["MUG-01", "3", "19.90", "350"]])
    put(tmp_path / "prices.csv", [["sku", "market", "day", "supply_price"], ["MUG-01", "US", "2026-01-01", "9.10"]])
    put(tmp_path / "stock-2026-08-01.csv", STOCK)
    bring(tmp_path, tmp_path / "stock-2026-08-01.csv", asked=Asked())
    found = bring(tmp_path, put(tmp_path / "o.csv", make.temu_zh([Sale("PO-1", "L-1", "MUG-01", 2)])), asked=Asked())
    assert errors(found) == []
    with open_work(tmp_path) as work:
        document = work.document("order/temu/L-1")
    assert (document.contract_id, document.place, document.state) == ("temu/semi/US", "la-3pl", "reserved")
    (line,) = document.lines
    assert (line.retail_price_minor, line.supply_price_minor, line.weight_g) == (1990, 910, 350)


def test_a_contract_is_asked_for_in_words(tmp_path: Path) -> None:
    found = bring(stocked(tmp_path), put(tmp_path / "a.csv", make.temu_zh(make.SALES[:1])), asked=Asked(place="la"))
    (problem,) = [one for one in found.problems if one.code == "which_contract"]
    assert "temu/semi/US, temu/semi_y2/US all fit" in problem.found and "--contract" in problem.fix
    assert found.counts[0].rows_used == 0 and states(tmp_path) == {}
    with pytest.raises(Refused, match="a contract of the library"):
        raise_first(bring(tmp_path, tmp_path / "a.csv", asked=replace(SEMI, contract="temu/semi/XX")))


def raise_first(found: Imported) -> None:
    raise Refused(found.problems)


@pytest.mark.parametrize("asked,code", [
    (Asked(currency="usd"), "unknown_currency"), (Asked(zone="Mars/Base"), "unknown_zone"), (Asked(store="a/b"), "bad_name"),
])  # fmt: skip
def test_words_that_mean_nothing_are_refused_first(asked: Asked, code: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        bring(tmp_path, tmp_path / "nothing.csv", asked=asked)
    assert refused.value.problems[0].code == code and not (tmp_path / "ledger.db").exists()


def test_closed_books_refuse_older_orders_and_say_so(tmp_path: Path) -> None:
    workspace = stocked(tmp_path)
    with open_work(workspace) as work:
        work.ledger.close(1_786_600_000, actor="seller")
    found = bring(workspace, put(tmp_path / "a.csv", make.temu_zh(make.SALES[:1])))
    assert errors(found) and found.counts[0].rows_listed == 1 and states(workspace) == {}


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    cli.register(parser)
    return parser.parse_args(words)


def test_the_command_answers_in_lines_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stocked(tmp_path)
    path = str(put(tmp_path / "a.csv", make.temu_zh()))
    words = (str(tmp_path), path, "--contract", "temu/semi/US", "--place", "la", "--quiet")
    assert cli.run(arguments(*words)) == 0
    assert "4 rows in, 4 used, 0 listed" in capsys.readouterr().out
    assert cli.run(arguments(*words, "--lang", "zh")) == 0
    assert "4 张不变" in capsys.readouterr().out
    assert cli.run(arguments(*words, "--json")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["documents"] == {"opened": 0, "moved": 0, "unchanged": 4}
    with pytest.raises(Refused, match="a day"):
        cli.run(arguments(*words, "--on", "yesterday"))


def test_listed_rows_never_become_formulas(tmp_path: Path) -> None:
    listed = pl.DataFrame({"file": ["=cmd|'/c calc'!A1"], "row": [2], "found": ['=HYPERLINK("x")'], "used": [False]})
    listed = pl.concat([listed, listed.with_columns(found=pl.lit("@SUM(A1)")), listed.with_columns(found=pl.lit("-1"))])
    write_listed(listed, tmp_path / "listed.csv")
    text = (tmp_path / "listed.csv").read_text(encoding="utf-8-sig")
    assert "'=cmd" in text and "'=HYPER" in text and "'@SUM" in text and ",-1," in text
    assert not [cell for line in text.splitlines() for cell in line.split(",") if cell.strip('"')[:1] in "=+@" and cell]
    write_listed(listed, tmp_path / "listed.xlsx")
    with pytest.raises(Refused, match="csv or .xlsx"):
        write_listed(listed, tmp_path / "listed.pdf")


def test_a_mapping_is_written_once_and_filled_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        ["备货单号", "商家SKU", "数量", "结算金额(元)", "收货人姓名"],
        ["WB1", "MUG-01", "2", "12.30", make.BUYER[0]],
    ]
    path = put(tmp_path / "bill.csv", rows)
    with pytest.raises(Refused, match="--map"):
        bring(tmp_path, path)
    assert cli.run(arguments(str(tmp_path), str(path), "--map")) == 0
    target = tmp_path / "mappings" / "bill.toml"
    text = target.read_text(encoding="utf-8")
    assert str(target) in capsys.readouterr().out
    assert (
        "收货人" not in text and make.BUYER[0] not in text and '"结算金额(元)"' in text and 'sku = ["商家SKU"]' in text
    )
    with pytest.raises(Refused, match="a mapping of this name"):
        write_mapping(tmp_path, path)
    with pytest.raises(Refused):  # not filled in yet: no amount
        bring(tmp_path, path)
    text = text.replace("[format.columns]\n", '[format.columns]\namount = ["结算金额(元)"]\n', 1)
    text = text.replace("required = []", 'required = ["order_number", "amount"]').replace(
        '# currency = "CNY"', 'currency = "CNY"'
    )
    target.write_text(text, encoding="utf-8")
    found = bring(tmp_path, path)
    assert found.lines == 1 and errors(found) == []
