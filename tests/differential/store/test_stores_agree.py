"""The same appends on SQLite and on PostgreSQL: the same answers, the same bytes, the same problems."""

from collections.abc import Sequence
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec.structs import replace

from ledger_cases import OPENED_AT, Kinds, bought, kinds_of, ledger_on, order, shipped
from store_places import KINDS, new_place
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Append, Ledger

UNBALANCED = replace(
    order(1), key="wrong", entries=(replace(order(1).entries[0], postings=order(1).entries[0].postings[:3]),)
)
ONE = some.one_of(
    some.builds(bought, some.sampled_from("AB"), some.integers(1, 4), some.sampled_from(["k1", "k2", "k3"])),
    some.builds(order, some.integers(1, 6), some.sampled_from("AB"), some.integers(1, 3)),
    some.builds(shipped, some.integers(1, 6), some.sampled_from("AB"), some.integers(1, 2)),
    some.just(UNBALANCED),
)
STEPS = some.lists(
    some.one_of(
        some.lists(ONE, min_size=1, max_size=5),
        some.tuples(some.just("reverse"), some.integers(0, 12)),
        some.tuples(some.just("close"), some.integers(0, 8)),
    ),
    max_size=14,
)


def answers(ledger: Ledger, steps: Sequence[Sequence[Append] | tuple[str, int]]) -> list[str]:
    """What the ledger said to each step."""
    told = []
    number = count()
    for step in steps:
        try:
            if isinstance(step, tuple) and step[0] == "reverse":
                key, when = f"back{next(number)}", OPENED_AT + 50
                told.append(str(ledger.reverse(step[1], why="a mistake", at=when, key=key, actor="seller")))
            elif isinstance(step, tuple):
                told.append(str(ledger.close(OPENED_AT + step[1], actor="seller")))
            else:
                told += [str(one) for one in ledger.append_all(step)]  # type: ignore[arg-type]
        except Refused as refused:
            told.append(str(refused))
    return told


@pytest.mark.parametrize("examples", [15])
def test_both_stores_give_the_same_ledger(examples: int, tmp_path: Path) -> None:
    @settings(max_examples=examples)
    @given(STEPS)
    def agree(steps: list[Sequence[Append] | tuple[str, int]]) -> None:
        stores = [new_place(kind, tmp_path).open() for kind in KINDS]
        with closing(stores[0]), closing(stores[1]):
            ledgers = [ledger_on(store) for store in stores]
            assert answers(ledgers[0], steps) == answers(ledgers[1], steps)
            assert list(stores[0].entries()) == list(stores[1].entries())
            assert list(stores[0].all_balances()) == list(stores[1].all_balances())
            for ledger in ledgers:
                assert ledger.verify() == []
                ledger.catch_up(Kinds())
            assert kinds_of(stores[0]) == kinds_of(stores[1])

    agree()
