"""The promises of `operate.storing`, asked of SQLite and of PostgreSQL alike."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tuoguan.operate import FIRST_HEAD, Head, Store, Stream, TableShape, Written

LARGEST = 2**63 - 1
ODD_TEXTS = (
    "",
    "a'b\"c",
    "%s %% \\N \\",
    "tab\tline\nreturn\r",
    "é é 急 😀",
    "'; DROP TABLE entry; --",
    '{a,"b"}',
    "NULL",
)


def row(position: int, stream_id: int = 1, **changed: Any) -> tuple[Any, ...]:
    """An entry's row."""
    columns: dict[str, Any] = {
        "position": position, "stream_id": stream_id, "version": position, "kind": "order.open", "key": f"k{position}",
        "actor": "seller", "recorded_at": 2, "occurred_at": 1, "state": "placed", "contract": "", "cause": 0,
        "reverses": 0, "postings": "[]", "details": "{}", "hash": position.to_bytes(32, "big"),
    }  # fmt: skip
    return tuple((columns | changed).values())


def write(store: Store, *rows: tuple[Any, ...], stream: str = "order/1", **balances: int) -> None:
    """Writes rows of one stream in one commit."""
    with store.transaction() as transaction:
        found = transaction.streams([stream]).get(stream)
        number = found.id if found else transaction.next_stream()
        streams = [Stream(number, stream, len(rows), "placed")]
        amounts = {(account, "USD"): amount for account, amount in balances.items()}
        last = rows[-1] if rows else (0,) * 14 + (b"",)
        transaction.write(Written(rows, streams, amounts, Head(last[0], last[14], 5)))


def test_an_empty_ledger_begins_at_its_beginning(store: Store) -> None:
    with store.transaction() as transaction:
        assert transaction.head() == FIRST_HEAD
        assert transaction.next_stream() == 1
        assert (
            transaction.streams(["a"]) == {} == transaction.recorded([(1, "a")]) == transaction.balances([("a", "b")])
        )
        assert transaction.reversals([1]) == {}
    assert list(store.entries()) == [] == list(store.all_balances()) == store.stream("a")


def test_what_was_written_is_seen_by_whoever_opens_the_ledger_later(open_store: Callable[[], Store]) -> None:
    first = open_store()
    write(first, row(1), row(2, key="k1"), row(3, reverses=1), cash=-7)
    first.close()
    with open_store().reading() as view:
        assert view.head() == Head(3, (3).to_bytes(32, "big"), 5)
        assert view.streams(["order/1", "order/2"]) == {"order/1": Stream(1, "order/1", 3, "placed")}
        assert view.next_stream() == 2 and list(view.all_streams()) == [Stream(1, "order/1", 3, "placed")]
        assert list(view.all_streams(after=1)) == []
        found = view.recorded([(1, "k1"), (1, "k9"), (9, "k1")])
        assert {key: [one.position for one in rows] for key, rows in found.items()} == {(1, "k1"): [1, 2]}
        assert view.reversals([1, 2]) == {1: 3}
        assert view.balances([("cash", "USD"), ("cash", "EUR")]) == {("cash", "USD"): -7}


def test_a_block_that_raises_leaves_nothing(store: Store) -> None:
    write(store, row(1))
    with pytest.raises(RuntimeError, match="stop"), store.transaction() as transaction:
        transaction.write(Written([row(2)], [Stream(2, "b", 1, "")], {("a", "b"): 1}, Head(2, b"x" * 32, 9)))
        raise RuntimeError("stop")
    with store.transaction() as transaction:
        assert transaction.head().position == 1 and transaction.next_stream() == 2
        assert transaction.balances([("a", "b")]) == {}
        assert [one.position for one in transaction.rows()] == [1]


def test_a_transaction_sees_what_it_wrote(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.write(Written([row(1)], [Stream(1, "a", 1, "")], {("a", "b"): 1}, Head(1, b"x" * 32, 9)))
        assert transaction.head() == Head(1, b"x" * 32, 9)
        assert transaction.next_stream() == 2 and len(list(transaction.rows())) == 1


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_text_comes_back_to_the_letter(store: Store, text: str) -> None:
    words = dict.fromkeys(("kind", "key", "actor", "state", "contract", "postings", "details"), text)
    write(store, row(1, **words), stream=text)
    with store.reading() as view:
        (kept,) = view.rows()
        assert kept[:15] == row(1, **words) and kept.stream == text
        assert view.streams([text])[text].name == text
        assert list(view.recorded([(1, text)])) == [(1, text)]


def test_whole_numbers_reach_to_the_ends_of_64_bits(store: Store) -> None:
    ends = {"recorded_at": -LARGEST - 1, "occurred_at": LARGEST, "cause": LARGEST}
    write(store, row(LARGEST - 1, **ends), cash=LARGEST, debt=-LARGEST)
    with store.reading() as view:
        assert [kept[:15] for kept in view.rows()] == [row(LARGEST - 1, **ends)]
        assert dict.fromkeys(view.balances([("cash", "USD"), ("debt", "USD")])) is not None
        assert view.balances([("cash", "USD")]) == {("cash", "USD"): LARGEST}


def test_rows_know_the_hash_before_them_or_that_it_is_missing(store: Store) -> None:
    write(store, row(1), row(2), row(4))
    with store.reading() as view:
        assert [kept.previous for kept in view.rows()] == [FIRST_HEAD.hash, row(1)[14], b""]
        assert [kept.previous for kept in view.rows(1, 2)] == [row(1)[14]]


def test_rows_come_in_order_page_by_page_and_by_kind(store: Store) -> None:
    count = 10_001  # more than two pages of the server's store
    kinds = ("a", "b", "c")
    write(store, *(row(number, kind=kinds[number % 3], key="one") for number in range(1, count + 1)))
    with store.reading() as view:
        assert [kept.position for kept in view.rows()] == list(range(1, count + 1))
        assert [kept.position for kept in view.rows(after=4_999, until=5_002)] == [5_000, 5_001, 5_002]
        assert [kept.position for kept in view.rows(kinds=("a", "c"))] == [n for n in range(1, count + 1) if n % 3 != 1]
        assert list(view.rows(after=count)) == [] == list(view.rows(kinds=("d",)))
    assert [entry.position for entry in store.entries(after=2, until=9_000)] == list(range(3, 9_001))
    assert [entry.position for entry in store.entries(kinds=("b",))] == list(range(1, count + 1, 3))
    assert [entry.version for entry in store.stream("order/1")] == list(range(1, count + 1))


def test_balances_are_found_by_the_start_of_their_name_in_order_of_code_points(store: Store) -> None:
    names = ["a", "a:B", "a:b", "a:é", "a:急", "a:😀", "a%", "a_", "b", "A:b", "a;", "a: b"]
    write(store, row(1), **dict.fromkeys(names, 1))
    assert [account for account, _, _ in store.all_balances()] == sorted(names)
    for prefix in ("a:", "a", "a%", "_", "a:急", "zz"):
        expected = sorted(name for name in names if name.startswith(prefix))
        assert [account for account, _, _ in store.all_balances(prefix)] == expected


def test_a_reader_sees_one_moment_and_holds_nobody_up(open_store: Callable[[], Store]) -> None:
    writer, reader = open_store(), open_store()
    write(writer, row(1), cash=1)
    with reader.reading() as view:
        before = view.head()
        write(writer, row(2), cash=2)
        assert view.head() == before and len(list(view.rows())) == 1
        assert view.balances([("cash", "USD")]) == {("cash", "USD"): 1}
    with reader.reading() as view:
        assert view.head().position == 2


@pytest.mark.parametrize("same_store", [True, False], ids=["threads", "stores"])
def test_writers_come_one_after_the_other_and_see_each_other(open_store: Callable[[], Store], same_store: bool) -> None:
    stores = [open_store()] * 4 if same_store else [open_store() for _ in range(4)]

    def add(store: Store) -> None:
        for _ in range(10):
            with store.transaction() as transaction:
                position = transaction.head().position + 1
                amount = transaction.balances([("cash", "USD")]).get(("cash", "USD"), 0)
                rows, head = [row(position, key="k")], Head(position, b"x" * 32, 0)
                streams = [Stream(1, "one", position, "")]
                transaction.write(Written(rows, streams, {("cash", "USD"): amount + 1}, head))

    threads = [threading.Thread(target=add, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert list(stores[0].all_balances()) == [("cash", "USD", 40)]
    assert len(list(stores[0].entries())) == 40


QUEUE = TableShape(
    "queue", {"name": "text", "due": "int", "stake": "int", "mark": "bytes"}, ("name",), (("-stake", "due", "name"),)
)
PAIRS = TableShape("pairs", {"order": "int", "end": "text"}, ("order", "end"))

ROWS = some.tuples(
    some.sampled_from(["a", "B", "é", "急", "a b"]), some.integers(-2, 2), some.integers(-2, 2), some.binary(max_size=2)
)
CHANGES = some.one_of(
    some.tuples(some.just("put"), some.lists(ROWS, max_size=8)),
    some.tuples(some.just("drop"), some.lists(some.tuples(some.sampled_from("aBé")), max_size=3)),
    some.tuples(some.just("clear"), some.just([])),
)
ORDERS = some.sampled_from(
    [("name",), ("-name",), ("-stake", "due", "name"), ("stake", "-due", "-name"), ("due", "-name"), ("-mark", "-name")]
)


def _sorted(rows: list[tuple[Any, ...]], order: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Rows in the order; sorting by the last column first, for sorting is stable."""
    columns = list(QUEUE.columns)
    for column in reversed(order):
        at = columns.index(column.removeprefix("-"))
        rows = sorted(rows, key=lambda one: one[at], reverse=column.startswith("-"))
    return rows


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=some.lists(CHANGES, max_size=6), order=ORDERS, limit=some.integers(1, 4), due=some.integers(-2, 2))
def test_a_projections_table_does_what_a_dict_does(
    store: Store, changes: list[tuple[str, list[Any]]], order: tuple[str, ...], limit: int, due: int
) -> None:
    store.declare([QUEUE])
    model: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    with store.transaction() as transaction:
        transaction.table("queue").clear()
    for change, given_rows in changes:
        with store.transaction() as transaction:
            getattr(transaction.table("queue"), change)(*([given_rows] if change != "clear" else []))
        if change == "put":
            model |= {(one[0],): one for one in given_rows}
        else:
            model = {key: one for key, one in model.items() if change == "drop" and key not in given_rows}
    columns = list(QUEUE.columns)
    with store.reading() as view:
        table = view.table("queue")
        assert table.get([("a",), ("B",), ("zz",)]) == {k: model[k] for k in [("a",), ("B",)] if k in model}
        found: list[tuple[Any, ...]] = []
        after = None
        while page := table.page({}, order, after, limit):
            found += page
            after = tuple(page[-1][columns.index(name.removeprefix("-"))] for name in order)
        assert found == _sorted(list(model.values()), order)
        some_rows = [one for one in model.values() if one[1] == due]
        assert table.page({"due": due}, order) == _sorted(some_rows, order)
        assert table.count({"due": due}) == {(): len(some_rows)}
        expected: dict[tuple[Any, ...], int] = {}
        for one in model.values():
            expected[one[1], one[2]] = expected.get((one[1], one[2]), 0) + 1
        assert table.count({}, ("due", "stake")) == expected


def test_a_table_that_is_all_key_takes_a_row_twice(store: Store) -> None:
    store.declare([PAIRS])
    with store.transaction() as transaction:
        table = transaction.table("pairs")
        table.put([(1, "a"), (1, "a"), (2, "b")])
        table.put([(1, "a")])
        table.put([])
        table.drop([])
        assert table.page({}, ("order",)) == [(1, "a"), (2, "b")] and table.get([]) == {}


def test_a_declared_table_keeps_its_rows_until_its_shape_changes(open_store: Callable[[], Store]) -> None:
    first = open_store()
    first.declare([PAIRS])
    with first.transaction() as transaction:
        transaction.table("pairs").put([(1, "a")])
    again = open_store()
    again.declare([PAIRS])
    with again.reading() as view:
        assert view.table("pairs").count({}) == {(): 1}
    later = open_store()
    later.declare([TableShape("pairs", {"order": "int", "end": "int"}, ("order",))])
    with later.transaction() as transaction:
        assert transaction.table("pairs").count({}) == {(): 0}
        transaction.table("pairs").put([(1, 2)])


def test_a_projection_cannot_reach_the_ledgers_own_tables(store: Store) -> None:
    store.declare([TableShape("entry", {"position": "int"}, ("position",))])
    with store.transaction() as transaction:
        transaction.table("entry").put([(7,)])
        assert list(transaction.rows()) == []
    with pytest.raises(ValueError, match="no name"):
        store.declare([TableShape('x"; DROP TABLE entry; --', {"a": "int"}, ("a",))])
    with pytest.raises(ValueError, match="no name"), store.reading() as view:
        view.table("entry").page({}, ("position; DELETE FROM entry",))
