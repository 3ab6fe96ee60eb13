"""What the engine does with a request: records it, refuses it in words, or says that it was told before."""

from pathlib import Path
from threading import Barrier, Thread

import pytest

from operate_world import HOUR, LINE, NOON, World, terms_of
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Refused
from tuoguan.operate import (
    Desk,
    Document,
    Ledger,
    Line,
    MoneyAccount,
    Request,
    Terms,
    Work,
    charges_in,
    document_of,
    facts_in,
    goods,
    money,
    needs_new_store,
    stock,
    switch_listing,
)
from tuoguan.operate.accounts import StockAccount
from tuoguan.store import open_sqlite

SEMI = "temu/semi/US"
DAY_SECONDS = 86_400
ONE = Line("CUP", 1, retail_price_minor=1_999, supply_price_minor=1_200)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "ledger.db")


def codes(refused: object) -> list[str]:
    assert isinstance(refused, Refused)
    return [problem.code for problem in refused.problems]


def order(world: World, number: str = "1", line: Line = ONE, **details: object) -> Document:
    """A consumer's order at the place "la" under a contract where the seller keeps the stock."""
    return world.work.open(
        "order", number, contract=world.add(SEMI), place="la", lines=[line], at=world.now, by=Party.BUYER,
        details=details,
    )  # fmt: skip


def balance(world: World, account: str, unit: str) -> int:
    with world.work.ledger.store.reading() as view:
        return view.balances([(account, unit)]).get((account, unit), 0)


@pytest.mark.parametrize(
    ("move", "by", "details", "code"),
    [
        ("ship", Desk.SELLER, {}, "illegal_move"),
        ("reserve", Desk.PLATFORM, {}, "not_yours"),
        ("cancel", Desk.SELLER, {}, "missing_detail"),
        ("hug", Desk.SELLER, {}, "unknown_move"),
        ("reserve", Desk.SELLER, {"recipient_name": "Ann"}, "buyer_data"),
        ("reserve", Desk.SELLER, {"charges": "none"}, "reserved_detail"),
    ],
)
def test_what_may_not_be_done_is_refused_and_leaves_no_trace(
    world: World, move: str, by: Desk, details: dict[str, str], code: str
) -> None:
    world.stock("la", 5)
    before = order(world)
    with pytest.raises(Refused) as refused:
        world.work.record("order/1", move, at=world.now, by=by, details=details)
    assert codes(refused.value) == [code]
    assert world.work.document("order/1") == before
    assert len(world.work.ledger.store.stream("order/1")) == 1


def test_all_that_is_wrong_is_said_at_once(world: World) -> None:
    order(world)
    with pytest.raises(Refused) as refused:
        world.work.record("order/1", "ship", at=world.now, by=Desk.PLATFORM, expected_version=7)
    assert codes(refused.value) == ["illegal_move", "not_yours", "wrong_version"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Request("order/9", "ship", NOON, Desk.SELLER), "no_document"),
        (Request("poem/1", "open", NOON, Desk.SELLER), "unknown_flow"),
        (Request("order/1", "open", NOON, Party.BUYER), "no_currency"),
        (Request("order/1", "open", NOON, Party.BUYER, contract="0123"), "no_terms"),
        (Request("order/1", "open", NOON, Party.BUYER, currency="USD", lines=(Line("CUP", 0),)), "bad_line"),
    ],
)
def test_a_request_about_nothing_is_refused(world: World, request_: Request, code: str) -> None:
    assert codes(world.work.do_all([request_])[0]) == [code]


def test_told_twice_is_recorded_once_even_when_the_document_has_moved_on(world: World) -> None:
    world.stock("la", 5)
    opened = order(world)
    assert order(world) == opened
    first = world.work.record("order/1", "reserve", at=world.now, by=Desk.SELLER, key="r")
    world.work.record("order/1", "ship", at=world.now + HOUR, by=Desk.SELLER)
    again = world.work.record("order/1", "reserve", at=world.now, by=Desk.SELLER, key="r")
    assert (first.state, again.state, again.version) == ("reserved", "shipped", 3)
    with pytest.raises(Refused) as refused:
        world.work.record("order/1", "reserve", at=world.now + 1, by=Desk.SELLER, key="r")
    assert codes(refused.value) == ["key_used"]
    with pytest.raises(Refused) as refused:
        world.work.open("order", "1", currency="USD", at=world.now + 1, by=Party.BUYER)
    assert codes(refused.value) == ["opened_before"]


def test_a_batch_is_what_its_requests_are_one_by_one(world: World) -> None:
    world.stock("la", 2)
    terms = world.add(SEMI)
    requests = []
    for number in ("1", "2", "3"):  # goods for two orders only
        requests.append(Request(f"order/{number}", "open", NOON, Party.BUYER, contract=terms, place="la", lines=(ONE,)))
        requests += [
            Request(f"order/{number}", move, NOON + HOUR, Desk.SELLER) for move in ("reserve", "ship", "refuse")
        ]
    requests.append(requests[0])
    answers = world.work.do_all(requests)
    states = [answer.state if isinstance(answer, Document) else codes(answer) for answer in answers]
    done = ["placed", "reserved", "shipped", ["illegal_move"]]
    assert states == [*done, *done, "placed", ["below_nought"], ["illegal_move"], "refused", "shipped"]
    assert [answer.problems[0].at for answer in answers if isinstance(answer, Refused)][2].startswith("order/3")


def test_a_document_moved_on_by_somebody_else_is_decided_anew(world: World) -> None:
    world.stock("la", 5)
    order(world)
    other = Work(Ledger(open_sqlite(world.path), clock=lambda: NOON))
    other.record("order/1", "reserve", at=NOON, by=Desk.SELLER)
    # What is in hand says "placed"; the ledger knows better, and the move is legal there.
    assert world.work.record("order/1", "pack", at=NOON + HOUR, by=Desk.SELLER).state == "packed"
    other.record("order/1", "ship", at=NOON + HOUR, by=Desk.SELLER)
    assert (
        world.work.record("order/1", "track", at=NOON, by=Desk.SELLER, details={"tracking_number": "1Z"}).version == 5
    )
    assert other.document("order/1") == world.work.document("order/1")


def test_moves_of_one_batch_rest_on_each_other_and_not_on_what_somebody_else_did(world: World) -> None:
    world.stock("la", 5)
    order(world)
    other = Work(Ledger(open_sqlite(world.path), clock=lambda: NOON))
    other.record("order/1", "hold", at=NOON, by=Desk.PLATFORM)
    # In hand is "placed": the cancellation is decided on a reservation that the hold kept from being made.
    asked = [
        Request("order/1", "reserve", NOON, Desk.SELLER),
        Request("order/1", "cancel", NOON, Party.BUYER, {"reason": "quality"}),
    ]
    refused, cancelled = world.work.do_all(asked)
    assert codes(refused) == ["illegal_move"]
    assert isinstance(cancelled, Document) and cancelled.state == "cancelled"
    assert not world.work.ledger.store.stream("order/1")[-1].draft.postings
    assert balance(world, stock(StockAccount.AT, "la"), goods("CUP")) == 5


def test_eight_race_for_the_last_unit_and_each_gets_an_answer(world: World) -> None:
    world.stock("la", 3)
    for number in range(8):
        order(world, str(number))
    start, answers = Barrier(8), {}

    def race(number: int) -> None:
        work = Work(Ledger(open_sqlite(world.path), clock=lambda: NOON))
        start.wait()
        answers[number] = work.do_all([Request(f"order/{number}", "reserve", NOON, Desk.SELLER)])[0]

    threads = [Thread(target=race, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [answer for answer in answers.values() if isinstance(answer, Document)]
    assert len(answers) == 8 and len(won) == 3
    assert {code for answer in answers.values() if isinstance(answer, Refused) for code in codes(answer)} == {
        "below_nought"
    }
    assert balance(world, stock(StockAccount.AT, "la"), goods("CUP")) == 0
    assert balance(world, stock(StockAccount.RESERVED, "la"), goods("CUP")) == 3
    assert world.work.ledger.verify() == []


def test_reservations_run_out_and_what_is_packed_stays(world: World) -> None:
    world.work = Work(world.work.ledger, reservation_minutes=30)
    world.stock("la", 5)
    for number in ("1", "2", "3"):
        order(world, number)
        world.work.record(f"order/{number}", "reserve", at=world.now, by=Desk.SELLER)
    world.work.record("order/2", "pack", at=world.now, by=Desk.SELLER)
    world.work.record("order/3", "expire", at=world.now + 1_800, by=Desk.SELLER)
    world.work.record("order/3", "reserve", at=world.now + 1_800, by=Desk.SELLER)
    assert world.work.expire_reservations(world.now + 1_799) == []
    with pytest.raises(Refused, match="holds until"):
        world.work.record("order/1", "expire", at=world.now + 60, by=Desk.SELLER)
    gone = world.work.expire_reservations(world.now + 1_800)
    assert [(answer.stream, answer.state) for answer in gone if isinstance(answer, Document)] == [("order/1", "placed")]
    assert balance(world, stock(StockAccount.RESERVED, "la"), goods("CUP")) == 2
    assert world.work.expire_reservations(world.now + 1_800) == []


def test_listings_share_stock_and_each_leaves_its_buffer(world: World) -> None:
    world.stock("la", 5)
    terms = world.add(SEMI)
    for number, units in (("wide", 0), ("careful", 3)):
        world.work.open(
            "listing", number, contract=terms, at=world.now, by=Desk.SELLER, details={"buffer_units": units}
        )
    assert [world.work.sellable("la", "CUP", units) for units in (0, 3, 9)] == [5, 2, 0]
    for number in range(3):
        order(world, f"c{number}", listing="listing/careful")
    moves = [Request(f"order/c{number}", "reserve", world.now, Desk.SELLER) for number in range(3)]
    answers = world.work.do_all(moves)
    assert [codes(answer) if isinstance(answer, Refused) else answer.state for answer in answers] == [
        "reserved", "reserved", ["buffer_kept"],
    ]  # fmt: skip
    for number in range(4):
        order(world, f"w{number}", listing="listing/wide")
    moves = [Request(f"order/w{number}", "reserve", world.now, Desk.SELLER) for number in range(4)]
    answers = world.work.do_all(moves)
    assert [codes(answer) if isinstance(answer, Refused) else answer.state for answer in answers] == [
        "reserved", "reserved", "reserved", ["below_nought"],
    ]  # fmt: skip


def test_an_entry_keeps_facts_charges_and_terms_with_their_sources(world: World) -> None:
    world.stock("la", 5)
    order(world)
    document = world.live("order/1", until="delivered")
    entry = world.work.ledger.store.stream("order/1")[-1]
    compiled = world.work.terms.get(entry.draft.contract)
    facts, charges = facts_in(entry.draft), charges_in(entry.draft, compiled)
    assert [(fact.kind.name, fact.quantity, fact.retail_price_minor) for fact in facts] == [
        ("UNITS_DELIVERED", 1, 1_999)
    ]
    assert sum(charge.minor for charge in charges) == balance(world, money(MoneyAccount.PENDING, SEMI), "USD")
    assert all(charge.source or charge.evidence.value == "assumed" for charge in charges)
    assert document == document_of(world.work.ledger.store.stream("order/1"))


def test_a_past_order_is_priced_by_the_terms_of_its_day_after_the_ledger_was_closed(world: World) -> None:
    world.stock("la", 5)
    order(world)
    world.live("order/1", until="shipped")
    world.work.ledger.store.close()
    again = World(world.path, world.now)
    compiled = again.work.terms.get(again.work.document("order/1").contract)
    assert compiled.hash == terms_of(SEMI).hash and compiled.terms == terms_of(SEMI).terms
    assert again.live("order/1").state == "closed"
    assert again.work.terms.hashes() == [compiled.hash]


def test_terms_that_no_longer_compile_to_their_hash_are_named(world: World) -> None:
    terms_hash = world.add(SEMI)
    entry = world.work.ledger.store.stream(f"contract/{terms_hash}")[0]
    from tuoguan.contracts import compile_kept

    changed = dict(entry.draft.details)
    changed["entries"] = [
        [*parts[:-1], parts[-1].replace('"business_days":1', '"business_days":2')] for parts in changed["entries"]
    ]
    with pytest.raises(Refused) as refused:
        compile_kept(changed, terms_hash)
    assert codes(refused.value) == ["terms_differ"] and terms_hash in str(refused.value)
    with pytest.raises(Refused, match="no such terms"):
        Terms(world.work.ledger).get("0123456789abcdef")


def test_terms_can_be_pinned_and_had_again(world: World) -> None:
    compiled = terms_of("aliexpress/semi/US")
    pins = {str(term.minutes.stream): 60 for term in compiled.deadlines}
    pinned = world.work.terms.add(compiled, pins)
    assert pinned != compiled.hash and pinned.startswith(compiled.hash)
    found = Terms(world.work.ledger).get(pinned)
    assert {term.minutes.value for term in found.deadlines} == {60}
    assert found.quantities == compiled.quantities
    with pytest.raises(Refused) as refused:
        world.work.terms.add(compiled, {"12": 1})
    assert codes(refused.value) == ["no_pin"]


def test_a_price_and_a_page_take_effect_after_the_days_of_the_contract(world: World) -> None:
    work, terms = world.work, world.add("aliexpress/full/US")  # prices are reviewed in 3 days, pages in 14
    work.open("listing", "1", contract=terms, at=world.now, by=Desk.SELLER)
    assert world.live("listing/1").state == "live"
    asked = world.now
    work.record("listing/1", "reprice", at=asked, by=Desk.SELLER, details={"asked_price_minor": 900})
    told = {"at": asked + 3 * DAY_SECONDS - 1, "by": Desk.PLATFORM, "details": {"supply_price_minor": 850}}
    with pytest.raises(Refused) as refused:
        work.record("listing/1", "take_price", **told)  # type: ignore[arg-type]
    assert codes(refused.value) == ["too_early"]
    document = work.record("listing/1", "take_price", **{**told, "at": asked + 3 * DAY_SECONDS})  # type: ignore[arg-type]
    assert (document.state, document.details["supply_price_minor"]) == ("live", 850)
    with pytest.raises(Refused) as refused:  # the page is the platform's there
        work.record("listing/1", "change", at=world.now, by=Desk.SELLER)
    assert codes(refused.value) == ["not_yours"]
    work.record("listing/1", "change", at=asked, by=Desk.PLATFORM)
    with pytest.raises(Refused, match="too early"):
        work.record("listing/1", "take_effect", at=asked + 14 * DAY_SECONDS - 1, by=Desk.PLATFORM)
    assert work.record("listing/1", "take_effect", at=asked + 14 * DAY_SECONDS, by=Desk.PLATFORM).state == "live"


def test_a_listing_moves_to_another_contract_in_a_new_store_where_one_is_needed(world: World) -> None:
    work, full, semi = world.work, world.add("temu/full/US"), world.add(SEMI)
    assert needs_new_store(terms_of("temu/full/US"), terms_of(SEMI))
    for number, terms in (("f", full), ("s", semi)):
        work.open("store", number, contract=terms, at=world.now, by=Desk.SELLER)
    assert world.live("store/f").state == "open"
    work.open(
        "listing", "old", contract=full, at=world.now, by=Desk.SELLER,
        details={"store": "store/f", "buffer_units": 2},
    )  # fmt: skip
    world.live("listing/old")
    before = work.document("listing/old")
    for store, code in (("", "new_store_needed"), ("store/f", "new_store_needed")):
        with pytest.raises(Refused) as refused:
            switch_listing(work, "listing/old", to=semi, number="new", at=world.now, by=Desk.SELLER, store=store)
        assert codes(refused.value) == [code]
    assert work.document("listing/old") == before
    old, new = switch_listing(work, "listing/old", to=semi, number="new", at=world.now, by=Desk.SELLER, store="store/s")
    assert (old.state, new.state, new.contract_id) == ("switching", "drafted", SEMI)
    assert (old.details["to_listing"], new.details["from_listing"]) == ("listing/new", "listing/old")
    assert new.details["buffer_units"] == 2
    work.record("listing/new", "submit", at=world.now, by=Desk.SELLER)
    with pytest.raises(Refused) as refused:
        work.record("listing/new", "approve", at=world.now, by=Desk.PLATFORM)
    assert codes(refused.value) == ["not_ready"]
    world.live("store/s")
    assert world.live("listing/new").state == "live"
    left = old.at_by_state["switching"]
    with pytest.raises(Refused, match="too early"):
        work.record("listing/old", "take_over", at=left + 30 * DAY_SECONDS - 1, by=Desk.PLATFORM)
    assert world.live("listing/old").state == "switched"
    assert world.now >= left + 30 * DAY_SECONDS  # the days that the contract left gives for a switch


def test_a_listing_keeps_its_store_where_the_contracts_let_it(world: World) -> None:
    work, shelf, warehouse = world.work, world.add("tiktok_shop/self/US"), world.add("tiktok_shop/fbt/US")
    work.open("store", "1", contract=shelf, at=world.now, by=Desk.SELLER)
    world.live("store/1")
    work.open("listing", "1", contract=shelf, at=world.now, by=Desk.SELLER, details={"store": "store/1"})
    world.live("listing/1")
    _, new = switch_listing(work, "listing/1", to=warehouse, number="2", at=world.now, by=Desk.SELLER)
    assert new.details["store"] == "store/1"
    assert world.live("listing/2").state == "live"
    with pytest.raises(Refused) as refused:
        switch_listing(work, "listing/1", to=warehouse, number="3", at=world.now, by=Desk.SELLER)
    assert codes(refused.value) == ["illegal_move"]


def test_a_fine_is_appealed_before_its_deadline_or_charged(world: World) -> None:
    terms, due = world.add(SEMI), NOON + 7 * DAY_SECONDS
    for number in ("1", "2"):
        world.work.open(
            "violation", number, contract=terms, at=NOON, by=Party.PLATFORM, lines=[LINE],
            details={"fact": "fake_tracking", "amount_minor": 5_000, "due_at": due},
        )  # fmt: skip
    step = world.steps(Desk.SELLER, "violation/1")[0]
    assert (step.move, step.due_at, step.stake_minor, step.overdue) == ("appeal", due, 5_000, False)
    assert "tracking_number" in step.evidence
    world.now = due + 1
    assert world.steps(Desk.SELLER, "violation/1")[0].overdue
    told = {"evidence": "tracking_number"}
    world.work.record("violation/1", "appeal", at=NOON, by=Desk.SELLER, details=told)
    assert world.work.record("violation/1", "withdraw", at=NOON, by=Desk.PLATFORM).state == "withdrawn"
    assert balance(world, money(MoneyAccount.EXPECTED, SEMI), "USD") == 0
    world.work.record("violation/2", "accept", at=NOON, by=Desk.SELLER)
    assert world.work.record("violation/2", "charge", at=NOON, by=Desk.PLATFORM).state == "charged"
    assert balance(world, money(MoneyAccount.EXPECTED, SEMI), "USD") == -5_000


def test_money_is_frozen_and_thawed_after_the_days_of_the_contract(world: World) -> None:
    work, terms = world.work, world.add(SEMI)  # 15 days
    work.open(
        "payout", "1", contract=terms, at=NOON, by=Desk.PLATFORM,
        details={"amount_minor": 700, "source": "expected"},
    )  # fmt: skip
    work.record("payout/1", "freeze", at=NOON, by=Desk.PLATFORM, details={"reason": "fake_tracking"})
    assert balance(world, money(MoneyAccount.FROZEN, SEMI), "USD") == 700
    step = world.steps(Desk.SELLER, "payout/1")[0]
    assert (step.move, step.due_at, step.stake_minor) == ("thaw", NOON + 15 * DAY_SECONDS, 700)
    assert world.live("payout/1").state == "paid"
    assert balance(world, money(MoneyAccount.BANK), "USD") == 700


def test_a_price_review_goes_in_rounds_and_every_round_is_kept(world: World) -> None:
    work = world.work
    work.open(
        "price_review", "1", contract=world.add("temu/full/US"), at=NOON, by=Desk.SELLER,
        details={"quote_minor": 1_500, "floor_minor": 1_150},
    )  # fmt: skip
    for counter, quote in ((900, 1_300), (1_100, 1_200)):
        work.record(
            "price_review/1", "counter", at=NOON + counter, by=Desk.PLATFORM, details={"counter_minor": counter}
        )
        work.record("price_review/1", "re_quote", at=NOON + quote, by=Desk.SELLER, details={"quote_minor": quote})
    document = work.record("price_review/1", "pass", at=NOON + 9_999, by=Desk.PLATFORM)
    assert (document.state, document.details["quote_minor"], document.details["floor_minor"]) == (
        "passed",
        1_200,
        1_150,
    )
    rounds = [
        entry.draft.details.get("quote_minor") or entry.draft.details.get("counter_minor")
        for entry in work.ledger.store.stream("price_review/1")
    ]
    assert rounds == [1_500, 900, 1_300, 1_100, 1_200, None]


def test_a_preview_records_nothing(world: World) -> None:
    order(world)
    request = Request("order/1", "refuse", world.now, Desk.SELLER)
    assert world.work.preview(request).state == "refused"
    assert world.work.document("order/1").state == "placed"
    with pytest.raises(Refused):
        world.work.preview(Request("order/1", "ship", world.now, Desk.SELLER))
