"""Several writers at once: racing for the last unit, killed under load, delivering the same things in any order."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec.structs import replace

from ledger_cases import AT, OPENED_AT, RESERVED, assert_all_holds, assert_recorded, bought, ledger_on, order, shipped
from store_places import KINDS, Acknowledge, Child, Place, new_place
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Append, Ledger, Recorded, goods

CONNECTIONS = 8


@pytest.mark.parametrize("how", ["processes", "threads", "one ledger"])
def test_of_eight_who_race_for_the_last_unit_one_gets_it_and_all_get_an_answer(place: Place, how: str) -> None:
    rounds = 3 if how == "processes" else 10
    with closing(place.open()) as store:
        ledger = ledger_on(store)
        for number in range(rounds):
            ledger.append(bought(f"S{number}", 1))
            answers = _race(place, ledger, number, how)
            assert sorted(answers) == [0] * (CONNECTIONS - 1) + [1]
            at, reserved = (
                next(amount for account, unit, amount in store.all_balances(name) if unit == goods(f"S{number}"))
                for name in (AT, RESERVED)
            )
            assert (at, reserved) == (0, 1)
        assert_all_holds(ledger)


def _race(place: Place, shared: Ledger, number: int, how: str) -> list[int]:
    """1 for each who got the unit, 0 for each who was told why not."""

    def one(ledger: Ledger, racer: int) -> int:
        try:
            ledger.append(order(number * 100 + racer, sku=f"S{number}"))
            return 1
        except Refused as refused:
            assert refused.problems[0].code == "below_nought"
            return 0

    def alone(racer: int) -> int:
        with closing(place.open()) as store:
            return one(ledger_on(store), racer)

    if how == "processes":
        children = [Child(lambda tell, racer=racer: tell(alone(racer))) for racer in range(CONNECTIONS)]  # type: ignore[misc]
        answers = [child.acknowledged() for child in children]
        assert [child.end() for child in children] == [0] * CONNECTIONS
        return [answer for told in answers for answer in told]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return list(pool.map(alone if how == "threads" else lambda racer: one(shared, racer), range(CONNECTIONS)))


WRITERS, EACH = 3, 50_000  # more than a writer ever gets to before it is killed


def _load(place: Place, writer: int, numbers: Sequence[int]) -> Callable[[Acknowledge], None]:
    """Appends orders from two threads that share commits, and in batches, and says which were acknowledged."""

    def work(acknowledge: Acknowledge) -> None:
        ledger = ledger_on(place.open())
        half = len(numbers) // 2

        def one_by_one() -> None:
            for number in numbers[:half]:
                ledger.append(order(number))
                acknowledge(number)

        def batches() -> None:
            for start in range(half, len(numbers), 7):
                batch = numbers[start : start + 7]
                assert all(isinstance(one, Recorded) for one in ledger.append_all([order(number) for number in batch]))
                for number in batch:
                    acknowledge(number)

        threads = [threading.Thread(target=one_by_one), threading.Thread(target=batches)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return work


def test_killed_under_load_nothing_acknowledged_is_lost(place: Place) -> None:
    luck = random.Random(5)
    with closing(place.open()) as store:
        ledger = ledger_on(store)
        ledger.append(bought("A", 100_000))
        acknowledged: list[int] = []
        for _ in range(2):
            spans = [range(writer * EACH, (writer + 1) * EACH) for writer in range(WRITERS)]
            children = [Child(_load(place, writer, span)) for writer, span in enumerate(spans)]
            for child in children:
                acknowledged += child.acknowledged(luck.randrange(5, 60))
            for child in children:
                child.kill()
            for child in children:
                acknowledged += child.acknowledged()
                assert child.end() == -9, "killed while it was still at work"
            assert ledger.verify() == []
            assert_recorded(ledger, [order(number) for number in acknowledged])
        # What a client does that was never answered: everything once more, with the same keys.
        last = max(acknowledged) % EACH + 20
        again = [order(writer * EACH + number) for writer in range(WRITERS) for number in range(min(last, 120))]
        ledger.append_all(again)
        entries = assert_all_holds(ledger)
        streams = [entry.stream for entry in entries]
        assert len(streams) == len(set(streams)) and {one.stream for one in again} <= set(streams)


DOCUMENTS: tuple[Append, ...] = (
    *(order(number, units=2) for number in range(1, 7)),
    *(replace(shipped(number, units=2), expected_version=1) for number in range(1, 7)),
    bought("A", 8, "first"),
    bought("A", 1, "second"),
)


def _deliver(ledger: Ledger, deliveries: Sequence[Sequence[Append]]) -> None:
    """Each delivery alone or in a batch; a refusal is an answer."""
    for delivery in deliveries:
        if len(delivery) > 1:
            ledger.append_all(delivery)
        else:
            try:
                ledger.append(delivery[0])
            except Refused:
                continue


DELIVERIES = some.lists(some.lists(some.sampled_from(DOCUMENTS), min_size=1, max_size=4), max_size=25)


@pytest.mark.parametrize("kind", KINDS)
def test_deliveries_twice_late_out_of_order_and_at_once(kind: str, tmp_path: Path) -> None:
    examples = 8

    @settings(max_examples=examples, deadline=None)
    @given(first=DELIVERIES, second=DELIVERIES, order_of_the_last=some.permutations(DOCUMENTS))
    def deliver(first: list[list[Append]], second: list[list[Append]], order_of_the_last: list[Append]) -> None:
        place = new_place(kind, tmp_path)
        with closing(place.open()) as store, closing(place.open()) as other:
            with ThreadPoolExecutor(2) as pool:
                for done in [
                    pool.submit(_deliver, ledger_on(one), way) for one, way in ((store, first), (other, second))
                ]:
                    done.result()
            ledger = ledger_on(store)
            assert ledger.verify() == []
            # However it came so far: once everything was delivered often enough, the end is the same.
            for _ in range(3):
                _deliver(ledger, [[one] for one in order_of_the_last])
            entries = assert_all_holds(ledger)
            assert {"first", "second"} <= {entry.key for entry in entries}
            orders = {entry.stream for entry in entries if entry.key == "open"}
            assert len(orders) == 4, "nine units are four orders of two"
            assert {entry.stream for entry in entries if entry.key == "ship"} == orders

    deliver()


def test_clocks_that_jump_change_nothing_but_the_time_written_down(place: Place) -> None:
    times = [OPENED_AT, OPENED_AT - 10**9, 2**40, -5, OPENED_AT, 0, 1]
    ticks = iter(times)
    with closing(place.open()) as store:
        ledger = Ledger(store, clock=lambda: next(ticks))
        for append in (bought("A", 5), order(1), shipped(1), order(2), order(3)):
            ledger.append(append)
        assert ledger.append(order(1)).again
        assert [entry.recorded_at for entry in store.entries()] == [
            times[0], times[1], times[2], times[2], times[3], times[4],
        ]  # fmt: skip
        assert_all_holds(ledger_on(store))
