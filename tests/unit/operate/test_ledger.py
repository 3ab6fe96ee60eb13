"""What the ledger records and what it refuses, in words."""

import threading
from pathlib import Path

import pytest

from small_ledger import SHELF, SUPPLIER, Clock, balances, ledger_in, moved, one
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Append, Draft, Ledger, Posting, Recorded
from tuoguan.store import open_sqlite


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return ledger_in(tmp_path)


def codes(ledger: Ledger, append: Append) -> list[str]:
    """Codes with which the append is refused; the ledger stays as it was."""
    before = list(ledger.store.entries()), list(ledger.store.all_balances())
    with pytest.raises(Refused) as caught:
        ledger.append(append)
    assert (list(ledger.store.entries()), list(ledger.store.all_balances())) == before
    assert all(problem.fix and problem.expected and problem.found for problem in caught.value.problems)
    return [problem.code for problem in caught.value.problems]


def test_an_entry_comes_back_as_it_was_said(ledger: Ledger) -> None:
    details = {"lines": [{"sku": "杯子", "quantity": 2}], "note": "a\nb\u2028c \x00", "none": None, "share": 0.5}
    append = one("order/shop/1", "open", *moved(2), details=details, contract="f" * 64, state="placed", actor="李")
    assert ledger.append(append) == Recorded(1, 1)
    (entry,) = ledger.store.stream("order/shop/1")
    assert entry.draft == append.entries[0]
    assert (entry.state, entry.actor, entry.recorded_at, entry.previous) == ("placed", "李", 1_000, bytes(32))
    assert balances(ledger) == {(SUPPLIER, "sku/cup"): -2, (SHELF, "sku/cup"): 2}


def test_several_entries_of_one_append_stand_or_fall_together(ledger: Ledger) -> None:
    drafts = (Draft("order.open", 1, moved(3)), Draft("order.ship", 2, moved(3, source=SHELF, target="stock:buyer")))
    assert ledger.append(Append("order/1", "both", drafts, state="shipped")) == Recorded(1, 2)
    assert [entry.state for entry in ledger.store.stream("order/1")] == ["shipped", "shipped"]
    bad = (Draft("order.open", 1, moved(3)), Draft("order.ship", 2, moved(4, source=SHELF, target="stock:buyer")))
    assert codes(ledger, Append("order/2", "both", bad)) == ["below_nought"]


def test_the_same_key_records_once(ledger: Ledger) -> None:
    append = one("order/1", "open", *moved(2), details={"b": 1, "a": 2})
    first = ledger.append(append)
    ledger.append(one("order/1", "next"))
    again = one("order/1", "open", *moved(2), details={"a": 2, "b": 1}, expected_version=0, actor="somebody else")
    assert ledger.append(again) == Recorded(first.position, 1, again=True)
    assert ledger.append_all([again, again]) == [Recorded(1, 1, again=True)] * 2
    assert len(list(ledger.store.entries())) == 2


@pytest.mark.parametrize(
    "other",
    [
        one("order/1", "open", *moved(3)),
        one("order/1", "open", *moved(2), at=501),
        one("order/1", "open", *moved(2), details={"a": 1}),
        one("order/1", "open", *moved(2), state="packed"),
        one("order/1", "open", *moved(2), contract="other"),
        one("order/1", "open", *moved(2), kind="order.pack"),
        Append("order/1", "open", one("order/1", "open", *moved(2)).entries * 2),
    ],
)
def test_the_same_key_with_other_content_is_refused(ledger: Ledger, other: Append) -> None:
    first = one("order/1", "open", *moved(2), state="placed")
    recorded, refused = ledger.append_all([first, other])
    assert isinstance(recorded, Recorded)
    assert isinstance(refused, Refused)
    assert refused.problems[0].code == "key_used"
    assert codes(ledger, other) == ["key_used"]
    assert ledger.append(first).again


def test_a_wrong_version_is_refused(ledger: Ledger) -> None:
    assert codes(ledger, one("order/1", "b", expected_version=1)) == ["wrong_version"]
    ledger.append(one("order/1", "a", expected_version=0))
    assert codes(ledger, one("order/1", "b", expected_version=0)) == ["wrong_version"]
    assert ledger.append(one("order/1", "b", expected_version=1)) == Recorded(2, 2)


def test_what_rests_on_a_refused_append_is_refused_with_it(ledger: Ledger) -> None:
    """Somebody else made the version that the first of two would have made: the second must not take it for that."""
    ledger.append(one("order/1", "a"))
    ledger.append(one("order/1", "of somebody else"))
    first, second, free = (
        one("order/1", "b", expected_version=1),
        one("order/1", "c", expected_version=2),
        one("x", "y"),
    )
    refused, also_refused, recorded = ledger.append_all([first, second, free])
    assert isinstance(refused, Refused) and isinstance(also_refused, Refused) and isinstance(recorded, Recorded)
    assert also_refused.problems[0].code == "wrong_version"
    unbalanced = one("order/1", "b", Posting("money:bank", "USD", 5))
    assert isinstance(ledger.append_all([unbalanced, second])[1], Refused)
    assert ledger.append(second) == Recorded(4, 3)


def test_what_does_not_sum_to_nought_is_refused_by_unit(ledger: Ledger) -> None:
    postings = (Posting("money:bank", "USD", 5), Posting("money:expected:c", "EUR", -5))
    with pytest.raises(Refused, match="postings of EUR that add up to -5") as caught:
        ledger.append(one("order/1", "a", *postings))
    assert [problem.code for problem in caught.value.problems] == ["unbalanced", "unbalanced"]


def test_goods_that_are_not_there_cannot_leave(ledger: Ledger) -> None:
    ledger.append(one("in", "a", *moved(3)))
    taken = [one(f"order/{n}", "ship", *moved(2, source=SHELF, target="stock:buyer")) for n in (1, 2)]
    first, second = ledger.append_all(taken)
    assert first == Recorded(2, 1)
    assert isinstance(second, Refused)
    assert str(second.problems[0]).startswith(
        "error: order/2 (key ship), order.open: found 2 of sku/cup out of stock:at:hangzhou, which holds 1"
    )
    assert balances(ledger)[SHELF, "sku/cup"] == 1
    assert ledger.append(one("order/3", "owe", Posting("money:bank", "USD", -9), Posting("money:cost:x", "USD", 9)))


def test_a_closed_period_stays_closed(ledger: Ledger) -> None:
    ledger.append(one("order/1", "a", at=-(2**62)))
    closed = ledger.close(1_000, actor="li")
    assert ledger.close(1_000, actor="li") == Recorded(closed.position, 1, again=True)
    assert codes(ledger, one("order/1", "b", at=999)) == ["period_closed"]
    assert ledger.append(one("order/1", "b", at=1_000)).version == 2
    with pytest.raises(Refused, match="closed already"):
        ledger.close(999, actor="li")
    with pytest.raises(Refused, match="cannot be taken back"):
        ledger.reverse(closed.position, why="reopen", at=2_000, key="r", actor="li")


def test_a_reversal_takes_an_entry_back_once_and_names_it(ledger: Ledger) -> None:
    ledger.append(one("order/1", "a", *moved(3), contract="c" * 64, state="placed"))
    assert ledger.reverse(1, why="typed twice", at=600, key="r", actor="li") == Recorded(2, 2)
    entry = ledger.store.stream("order/1")[1]
    assert entry.draft == Draft(
        "ledger.reversal", 600, moved(-3), {"why": "typed twice"}, "c" * 64, cause=1, reverses=1
    )
    assert (entry.state, balances(ledger)) == ("placed", {})
    assert ledger.reverse(1, why="typed twice", at=600, key="r", actor="li").again
    with pytest.raises(Refused, match="entry 1, reversed at position 2"):
        ledger.reverse(1, why="again", at=601, key="r2", actor="li")
    with pytest.raises(Refused, match="entry to reverse 9"):
        ledger.reverse(9, why="what", at=601, key="r3", actor="li")
    ledger.reverse(2, why="it was right", at=602, key="r4", actor="li")
    assert balances(ledger)[SHELF, "sku/cup"] == 3


def test_a_reversal_that_leaves_too_little_is_refused(ledger: Ledger) -> None:
    ledger.append(one("in", "a", *moved(3)))
    ledger.append(one("order/1", "ship", *moved(2, source=SHELF, target="stock:buyer")))
    with pytest.raises(Refused, match="which holds 1"):
        ledger.reverse(1, why="never came", at=600, key="r", actor="li")


def test_one_that_reverses_must_be_the_opposite_and_know_its_cause(ledger: Ledger) -> None:
    ledger.append(one("in", "a", *moved(3)))
    assert codes(ledger, one("in", "b", *moved(-2), reverses=1)) == ["no_reversal"]
    assert codes(ledger, one("in", "b", cause=7)) == ["unknown_entry"]
    twice = one("in", "b", *moved(-3), reverses=1)
    assert codes(ledger, Append("in", "b", twice.entries * 2)) == ["reversed_already"]
    both = ledger.append_all([one("in", "b", *moved(-3), reverses=1), one("in", "c", *moved(-3), reverses=1)])
    assert isinstance(both[0], Recorded)
    assert isinstance(both[1], Refused)


@pytest.mark.parametrize(
    ("append", "code"),
    [
        (one("order/1", "a", Posting("money:bank", "USD", 1.0), Posting("money:x", "USD", -1.0)), "not_whole"),  # type: ignore[arg-type]
        (one("order/1", "a", Posting("money:bank", "USD", True), Posting("money:x", "USD", -1)), "not_whole"),
        (one("order/1", "a", Posting("money:bank", "USD", 2**63), Posting("money:x", "USD", -(2**63))), "not_whole"),
        (one("order/1", "a", at=2**70), "not_whole"),
        (one("order/1", "a", at=1.5), "not_whole"),  # type: ignore[arg-type]
        (one("order/1", "a", expected_version=-1), "not_whole"),
        (one("order/1", "a", details={"at": object()}), "bad_details"),
        (one("order/1", "a", details={"price": float("nan")}), "bad_details"),
        (one("order/1", "a", details={"deep": [{"price": float("inf")}]}), "bad_details"),
        (one("order/1", "a", details={"name": "\ud800"}), "bad_details"),
        (one("order/1", "a", details={"cell": "x" * 10_000_000}), "bad_details"),
        (one("", "a"), "bad_name"),
        (one("order/1", ""), "bad_name"),
        (one("order/1\n2", "a"), "bad_name"),
        (one("order/" + "1" * 200, "a"), "bad_name"),
        (one("order/1", "a", kind=""), "bad_name"),
        (one("order/1", "a", Posting("", "USD", 0)), "bad_name"),
        (one("order/1", "a", Posting("money:bank", "US\x00D", 0)), "bad_name"),
        (one("order/1", "a", actor="\ud800"), "bad_name"),
        (one("order/1", "a", kind="ledger.close", details={"until": 5}), "own_kind"),
        (Append("order/1", "a", ()), "empty_append"),
    ],
)
def test_what_cannot_be_kept_is_refused(ledger: Ledger, append: Append, code: str) -> None:
    assert code in codes(ledger, append)


def test_a_balance_that_would_not_fit_is_refused(ledger: Ledger) -> None:
    most = 2**63 - 1
    ledger.append(one("a", "1", Posting("money:bank", "USD", most), Posting("money:x", "USD", -most)))
    assert "not_whole" in codes(ledger, one("a", "2", Posting("money:bank", "USD", 1), Posting("money:x", "USD", -1)))


def test_everything_wrong_is_told_at_once(ledger: Ledger) -> None:
    append = one("", "a", Posting("money:bank", "USD", 1), details={"at": object()})
    assert sorted(codes(ledger, append)) == ["bad_details", "bad_name", "unbalanced"]


def test_a_clock_that_jumps_back_decides_nothing(tmp_path: Path) -> None:
    clock = Clock(5_000)
    ledger = ledger_in(tmp_path, clock)
    ledger.append(one("order/1", "a", *moved(1), at=4_000))
    clock.now = -7
    ledger.append(one("order/1", "b", *moved(1), at=9_000_000_000))
    ledger.append(one("order/1", "c", *moved(1), at=3))
    assert [entry.recorded_at for entry in ledger.store.entries()] == [5_000, -7, -7]
    assert ledger.verify() == []


def test_callers_on_eight_threads_share_commits(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    commits = 0
    transaction = ledger.store.transaction

    def counted():  # type: ignore[no-untyped-def]
        nonlocal commits
        commits += 1
        return transaction()

    ledger.store.transaction = counted  # type: ignore[method-assign]
    ledger.append(one("in", "a", *moved(100)))
    results: list[Recorded | Refused] = []

    def work(number: int) -> None:
        for n in range(50):
            try:
                taken = moved(1, source=SHELF, target="stock:buyer")
                results.append(ledger.append(one(f"order/{number}/{n}", "ship", *taken)))
            except Refused as refused:
                results.append(refused)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorded = [result.position for result in results if isinstance(result, Recorded)]
    assert (len(results), sorted(recorded)) == (400, list(range(2, 102)))  # the last unit is sold once
    assert (SHELF, "sku/cup") not in balances(ledger)
    assert commits < 401  # at least once two waited together
    assert ledger.verify() == []


def test_two_ledgers_on_one_file_take_turns(tmp_path: Path) -> None:
    first, second = ledger_in(tmp_path), ledger_in(tmp_path)
    first.append(one("in", "a", *moved(2)))
    for n, ledger in enumerate((first, second)):
        ledger.append(one(f"order/{n}", "ship", *moved(1, source=SHELF, target="stock:buyer")))
    with pytest.raises(Refused, match="which holds 0"):
        first.append(one("order/3", "ship", *moved(1, source=SHELF, target="stock:buyer")))
    assert second.append(one("in", "a", *moved(2))).again
    assert first.verify() == second.verify() == []


def test_an_error_in_a_commit_is_told_to_all_and_leaves_nothing(ledger: Ledger) -> None:
    def broken() -> int:
        raise RuntimeError("no clock")

    ledger._clock = broken
    with pytest.raises(RuntimeError, match="no clock"):
        ledger.append(one("order/1", "a"))
    ledger._clock = Clock()
    assert ledger.append(one("order/1", "a")) == Recorded(1, 1)


def test_what_is_recorded_is_there_after_opening_again(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    ledger.append(one("order/1", "a", *moved(2), state="placed"))
    ledger.store.close()
    again = Ledger(open_sqlite(tmp_path / "ledger.db"), clock=Clock())
    assert again.append(one("order/1", "b", expected_version=1)) == Recorded(2, 2)
    assert [entry.state for entry in again.store.stream("order/1")] == ["placed", "placed"]
    assert again.verify() == []


def test_a_full_disk_is_told_in_words_and_leaves_nothing(ledger: Ledger) -> None:
    ledger.append(one("in", "a", *moved(1)))
    with ledger.store.transaction() as transaction:
        transaction.connection.execute("PRAGMA max_page_count = 40")  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="no space left"):
        ledger.append_all([one("in", f"b{n}", *moved(1), details={"text": "x" * 9_000}) for n in range(50)])
    assert len(list(ledger.store.entries())) == 1
    assert ledger.append(one("in", "c", *moved(1))) == Recorded(2, 2)
    assert ledger.verify() == []


def test_a_file_that_another_program_keeps_writing_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ledger_in(tmp_path)
    monkeypatch.setattr("tuoguan.store.sqlite.BUSY_SECONDS", 0.05)
    second = ledger_in(tmp_path)
    with first.store.transaction(), pytest.raises(Refused, match="another program"):
        second.append(one("in", "a"))
    assert second.append(one("in", "a")) == Recorded(1, 1)


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    with ledger.store.transaction() as transaction:
        transaction.connection.execute("PRAGMA user_version = 1000")  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="newer release"):
        open_sqlite(tmp_path / "ledger.db")
