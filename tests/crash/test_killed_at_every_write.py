"""Killed before the n-th write, sync or commit that is asked of the disk or the server, for n = 1, 2, 3 … until a run
survives.

What was acknowledged is there, nothing is there by half, and a client that does everything again with the same keys
ends where a run without faults ends.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger_cases import Kinds, assert_all_holds, assert_recorded, bought, ledger_on, order, shipped
from sqlite_calls import Call, watched
from store_places import KINDS, Acknowledge, Child, Place, new_place
from tuoguan.operate import Append, Ledger, Recorded

KILLED = 9
MOST_POINTS = 600
BATCH = (order(2), order(3), order(4, units=100))


def play(ledger: Ledger, acknowledge: Acknowledge) -> None:
    """A small shop: single appends, a batch with one that is refused, a reversal, a projection, a close."""
    ledger.append(bought("A", 5))
    acknowledge(0)
    ledger.append(order(1))
    acknowledge(1)
    results = ledger.append_all(BATCH)
    assert [isinstance(one, Recorded) for one in results] == [True, True, False]
    acknowledge(2)
    ledger.append(shipped(1))
    acknowledge(3)
    position = ledger.store.stream(BATCH[0].stream)[0].position
    ledger.reverse(position, why="a mistake", at=BATCH[0].entries[0].occurred_at, key="back", actor="seller")
    acknowledge(4)
    ledger.catch_up(Kinds())
    ledger.close(BATCH[1].entries[0].occurred_at, actor="seller")
    acknowledge(5)


PARTS: tuple[tuple[Append, ...], ...] = ((bought("A", 5),), (order(1),), BATCH[:2], (shipped(1),))


@contextmanager
def killed_at(point: int, kind: str) -> Iterator[None]:
    """Ends this process before the point-th call."""
    left = [point]

    def count(_: object = None) -> bool:
        left[0] -= 1
        if not left[0]:
            os._exit(KILLED)
        return True

    if kind == "sqlite":

        def each(call: Call) -> bool:
            return count()

        with watched(each):
            yield
    else:
        for owner, name in (
            (psycopg.Connection, "execute"),
            (psycopg.Connection, "commit"),
            (psycopg.Copy, "write_row"),
        ):
            setattr(owner, name, _counted(getattr(owner, name), count))
        yield


def _counted(real: Callable[..., Any], count: Callable[[], bool]) -> Callable[..., Any]:
    def counted(*given: Any, **named: Any) -> Any:
        # Between two reads nothing changes at the server.
        if not str(given[1:2]).startswith("('SELECT"):
            count()
        return real(*given, **named)

    return counted


def killed_run(place: Place, point: int) -> tuple[list[int], int]:
    """What was acknowledged before the point-th call, and how the process ended."""

    def work(acknowledge: Acknowledge) -> None:
        with killed_at(point, place.kind):
            play(ledger_on(place.open()), acknowledge)

    child = Child(work)
    return child.acknowledged(), child.end()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(kind: str, tmp_path: Path) -> None:
    reference = ledger_on(new_place(kind, tmp_path).open())
    play(reference, lambda _: None)
    expected = [(entry.position, entry.hash) for entry in assert_all_holds(reference)]
    expected_balances = list(reference.store.all_balances())
    for point in range(1, MOST_POINTS):
        place = new_place(kind, tmp_path)
        acknowledged, status = killed_run(place, point)
        assert status in (0, KILLED)
        ledger = ledger_on(place.open())
        assert ledger.verify() == []
        assert_recorded(ledger, [append for number in acknowledged[:4] for append in PARTS[number]])
        there = [(entry.position, entry.hash) for entry in ledger.store.entries()]
        assert there == expected[: len(there)], "what is there is the beginning of a run without faults"
        play(ledger, lambda _: None)
        assert [(entry.position, entry.hash) for entry in ledger.store.entries()] == expected
        assert list(ledger.store.all_balances()) == expected_balances
        if point % 7 == 1 or status == 0:
            assert_all_holds(ledger)
        ledger.store.close()
        if status == 0:
            assert point > 30, "the run had many points to be killed at"
            return
    pytest.fail("no run survived")
