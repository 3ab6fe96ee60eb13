"""The work queue: who has what to do, by when, with how much money at stake, page by page."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from operate_world import DAY, LINE, NOON, World, terms_of
from tuoguan.contracts import assess
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.facts import Fact, FactKind
from tuoguan.foundation.parties import Party
from tuoguan.operate import Desk, Line, Request, Step, StepKind, Work, load_flows
from tuoguan.operate.queue import STEPS

DAY_SECONDS = 86_400
SEMI = "temu/semi/US"
FRIDAY, SATURDAY, TUESDAY = (parse_day(f"2026-03-{day:02}") * DAY_SECONDS + 43_200 for day in (6, 7, 10))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "ledger.db")


def opened(
    world: World, name: str, number: str, at: int = NOON, lines: tuple[Line, ...] = (LINE,), **told: object
) -> Step:
    """The first step of a new order at the platform's desk."""
    world.work.open(
        "order", number, contract=world.add(name), place="la", lines=lines, at=at, by=Party.BUYER, details=told
    )
    return world.steps(Desk.PLATFORM, f"order/{number}")[0]


@pytest.mark.parametrize(
    ("name", "at", "due_at", "stake_minor"),
    [
        # 1 business day to hand over, USD 2.50 an order when late; from a weekend the Monday is the first business day.
        (SEMI, NOON, NOON + DAY_SECONDS, 250),
        (SEMI, FRIDAY, FRIDAY + 3 * DAY_SECONDS, 250),
        (SEMI, SATURDAY, SATURDAY + 2 * DAY_SECONDS, 250),
        # 48 hours to the pick-up, half of the item's price when late: 2 at 19.99.
        ("aliexpress/semi/US", FRIDAY, FRIDAY + 2 * DAY_SECONDS, 1_999),
        # 2 business days, nothing taken.
        ("tiktok_shop/self/US", FRIDAY, TUESDAY, 0),
        ("tiktok_shop/fbt/US", FRIDAY, TUESDAY, 0),
        # Nobody promises the seller when a platform ships out of its own warehouse.
        ("temu/full/US", NOON, None, 0),
    ],
)
def test_due_times_and_stakes_are_those_of_the_contract(
    world: World, name: str, at: int, due_at: int | None, stake_minor: int
) -> None:
    step = opened(world, name, "1", at)
    assert (step.due_at, step.stake_minor) == (due_at, stake_minor)


@pytest.mark.parametrize(
    ("name", "kind", "hours", "rate_ppm"),
    [
        ("temu/full/US", "normal", 48, 500_000), ("temu/full/US", "urgent", 24, 500_000),
        ("temu/full/US", "jit", 48, 1_000_000), ("aliexpress/full/US", "normal", 48, 500_000),
        ("tiktok_shop/full/US", "custom", 48, 500_000),
    ],
)  # fmt: skip
def test_stock_orders_have_the_clock_of_their_kind(
    world: World, name: str, kind: str, hours: int, rate_ppm: int
) -> None:
    line = replace(LINE, supply_price_minor=1_000)
    world.work.open(
        "stock_order", "1", contract=world.add(name), place="hub", lines=[line], at=NOON, by=Desk.PLATFORM,
        details={"kind": kind},
    )  # fmt: skip
    for move in ("accept", "send"):
        step = world.steps(Desk.SELLER, "stock_order/1")[0]
        assert (step.move, step.kind, step.owner) == (move, StepKind.TASK, Party.SELLER)
        assert step.due_at == NOON + hours * 3_600
        assert step.stake_minor == 2 * 1_000 * rate_ppm // 1_000_000
        world.do(step)


def test_a_stake_is_what_the_contract_makes_of_the_shortest_lateness_it_punishes(world: World) -> None:
    step = opened(world, "aliexpress/semi/US", "1")
    compiled, least = terms_of("aliexpress/semi/US"), []
    for minutes in (1, 60, 2_881):
        fact = Fact(
            FactKind.DEADLINE_MISSED, DAY, compiled.currency, quantity=2, orders=1, parcels=1, lines=1,
            retail_price_minor=1_999, supply_price_minor=1_200, weight_g=300, volume_cm3=800, minutes_late=minutes,
            customs_value_minor=1_999, deadline="pickup",
        )  # fmt: skip
        least.append(-sum(charge.minor for charge in assess(compiled, fact)))
    assert least[0] == least[1] < least[2]
    assert step.stake_minor == least[0]


def test_what_the_platform_told_of_a_document_goes_before_the_contract(world: World) -> None:
    step = opened(world, SEMI, "1", due_at=NOON + 7_200)
    assert (step.due_at, step.stake_minor) == (NOON + 7_200, 250)
    world.stock("la", 5)
    for _ in range(3):
        world.do(world.steps(Desk.PLATFORM, "order/1")[0])
    step = world.steps(Desk.PLATFORM, "order/1")[0]  # the carrier's clock is another one
    assert (step.move, step.due_at, step.stake_minor) == ("deliver", world.now + 2 * DAY_SECONDS, 400)
    opened(world, "tiktok_shop/self/US", "us")  # a parcel is promised within 6 business days of the order
    for _ in range(3):
        world.do(world.steps(Desk.PLATFORM, "order/us")[0])
    step = world.steps(Desk.PLATFORM, "order/us")[0]
    assert (step.move, step.due_at) == ("deliver", world.work.document("order/us").opened_at + 8 * DAY_SECONDS)
    step = opened(world, SEMI, "2", ship_due_at=NOON + 60)
    assert step.due_at == NOON + DAY_SECONDS


def test_most_money_at_risk_comes_first_then_the_earliest(world: World) -> None:
    dear = (replace(LINE, quantity=30),)
    opened(world, "aliexpress/semi/US", "dear-late", NOON + 60, dear)
    opened(world, "aliexpress/semi/US", "dear-soon", NOON, dear)
    opened(world, "aliexpress/semi/US", "cheap", NOON - DAY_SECONDS)
    opened(world, "tiktok_shop/self/US", "free", NOON - DAY_SECONDS)
    steps = world.work.next_steps(Desk.SELLER, NOON)
    assert [step.stream for step in steps] == ["order/dear-soon", "order/dear-late", "order/cheap", "order/free"]
    assert [step.overdue for step in world.work.next_steps(Desk.SELLER, NOON + 2 * DAY_SECONDS + 1)] == [
        True, False, True, True,
    ]  # fmt: skip


def test_stakes_in_several_currencies_are_compared_in_one(world: World) -> None:
    world.work = Work(world.work.ledger, rates={"USD": 7_000_000})
    lines = (replace(LINE, quantity=1, retail_price_minor=1_999),)
    opened(world, "aliexpress/semi/US", "dollars", NOON, lines)  # 10.00 dollars at stake, about 70 yuan
    world.work.open(
        "stock_order", "yuan", contract=world.add("temu/full/US"), place="hub", lines=[LINE], at=NOON,
        by=Desk.PLATFORM, details={"kind": "normal"},
    )  # fmt: skip
    steps = world.work.next_steps(Desk.SELLER, NOON)
    assert [(step.currency, step.stake_minor) for step in steps] == [("USD", 1_000), ("CNY", 1_200)]


def test_pages_follow_each_other_without_a_gap(world: World) -> None:
    terms, moves = world.add("aliexpress/semi/US"), []
    for number in range(120):
        line = replace(LINE, quantity=1 + number % 7)
        moves.append(
            Request(
                f"order/{number:03}", "open", NOON + number % 5, Party.BUYER, contract=terms, place="la", lines=(line,)
            )
        )
    world.work.do_all(moves)
    world.work.open("case", "1", contract=terms, at=NOON, by=Party.BUYER)
    whole = world.work.next_steps(Desk.SELLER, NOON, limit=1_000)
    assert len(whole) == 121
    assert whole == sorted(whole, key=lambda step: (-step.stake_minor, step.due_at or 2**62, step.stream))
    for chosen in ({}, {"flow": "order"}, {"kind": StepKind.TASK}, {"kind": StepKind.WATCH, "flow": "order"}):
        paged: list[Step] = []
        while page := world.work.next_steps(
            Desk.SELLER, NOON, after=paged[-1] if paged else None, limit=7, **chosen  # type: ignore[arg-type]
        ):  # fmt: skip
            paged += page
        assert paged == [
            step for step in whole
            if step.flow == chosen.get("flow", step.flow) and step.kind == chosen.get("kind", step.kind)
        ]  # fmt: skip


def test_rebuilt_rows_are_the_same_rows(world: World) -> None:
    for number, name in enumerate(("temu/semi/US", "temu/full/US", "tiktok_shop/self/US", "aliexpress/semi/US")):
        world.stock(f"place{number}", 9, number=f"p{number}")
        for order in range(3):
            stream = f"order/{number}-{order}"
            world.work.open(
                "order", f"{number}-{order}", contract=world.add(name), place=f"place{number}", lines=[LINE],
                at=world.now, by=Party.BUYER,
            )  # fmt: skip
            for _ in range(number + order):
                for step in world.steps(Desk.PLATFORM, stream)[:1]:
                    world.do(step)
    shown = rows(world)
    assert len(shown["step"]) > 5
    assert sum(world.work.status_counts(Desk.PLATFORM).values()) == len(shown["document"])
    world.work.ledger.rebuild(world.work.queue)
    assert rows(world) == shown


def rows(world: World) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the projection by table."""
    world.work.ledger.catch_up(world.work.queue)
    with world.work.ledger.store.reading() as view:
        return {
            shape.name: [row for row in view.table(shape.name).page({}, shape.key, None, 10_000) if row[-1]]
            for shape in world.work.queue.shapes
        }


def test_only_open_documents_have_steps_and_each_usual_move_has_one(world: World) -> None:
    opened(world, SEMI, "1")
    world.work.record("order/1", "refuse", at=NOON, by=Desk.SELLER)
    assert world.work.next_steps(Desk.SELLER, NOON) == []
    world.work.open("price_review", "1", contract=world.add(SEMI), at=NOON, by=Desk.SELLER, details={"quote_minor": 1})
    moves = [step.move for step in world.work.next_steps(Desk.PLATFORM, NOON)]
    assert moves == ["pass", "counter"]  # reject and void are possible, not proposed
    assert {move.name for move in load_flows()["price_review"].moves if "quoted" in move.sources} > set(moves)
    assert STEPS.key == ("stream", "move")
