"""Every kind of document lives its whole life under fully-managed, semi-managed and self-run contracts of three
platforms, at both desks, by doing what `next_steps` proposes and nothing else.

Who must do what is written here by hand from the matrix of responsibilities that the platforms publish
(docs/rooms/contracts.md says where), not read from the compiled contracts.
"""

from pathlib import Path

import pytest

from operate_world import ALL, DAY, FULL, LINE, World, other
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk, StepKind

S, P = "seller", "platform"
STORE, SERVICE, RETURNS, PAGE, PROMOTION = ("order", "pack"), ("case", "answer"), ("return", "inspect"), \
    ("listing", "submit"), ("promotion", "enroll")  # fmt: skip
WHO = {
    "temu/full/US": {STORE: P, SERVICE: P, RETURNS: P, PAGE: S, PROMOTION: P},
    "temu/semi/US": {STORE: S, SERVICE: P, RETURNS: S, PAGE: S, PROMOTION: P},
    "aliexpress/full/US": {STORE: P, SERVICE: P, RETURNS: P, PAGE: P, PROMOTION: P},
    "aliexpress/semi/US": {STORE: S, SERVICE: S, RETURNS: P, PAGE: S, PROMOTION: S},
    "tiktok_shop/full/US": {STORE: P, SERVICE: P, RETURNS: P, PAGE: P, PROMOTION: P},
    "tiktok_shop/self/US": {STORE: S, SERVICE: S, RETURNS: S, PAGE: S, PROMOTION: S},
    "tiktok_shop/fbt/US": {STORE: P, SERVICE: S, RETURNS: P, PAGE: S, PROMOTION: S},
}
ALWAYS = {
    ("store", "approve"): P, ("listing", "approve"): P, ("price_review", "pass"): P, ("stock_order", "send"): S,
    ("order", "deliver"): "carrier", ("order", "settle"): P, ("order", "release"): P, ("return", "send_back"): "buyer",
    ("violation", "appeal"): S, ("violation", "uphold"): P, ("statement", "match"): S, ("payout", "pay"): P,
}  # fmt: skip
PLACE = "shelf"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "ledger.db")


@pytest.mark.parametrize("name", ALL)
def test_every_document_lives_its_whole_life(world: World, name: str) -> None:
    ends = live_all(world, name)
    assert ends == {
        "store/1": "open", "listing/1": "live", "price_review/1": "passed", "promotion/1": "ended", "case/1": "closed",
        "order/1": "closed", "return/1": "closed", "violation/1": "charged", "statement/1": "settled",
        "payout/1": "paid", "goods": "stocked",
    }  # fmt: skip
    who = {(flow, move): owner for flow, move, owner in world.done}
    expected = ALWAYS | WHO[name]
    if WHO[name][STORE] is S:  # goods come to the seller's own place, not into a platform's warehouse
        expected.pop(("stock_order", "send"))
    assert {step: who[step] for step in expected} == expected
    assert world.work.ledger.verify() == []
    shown = world.work.status_counts(Desk.PLATFORM)
    world.work.ledger.rebuild(world.work.queue)
    assert world.work.status_counts(Desk.PLATFORM) == shown


def live_all(world: World, name: str) -> dict[str, str]:
    """Opens one document of each kind and walks it to its end; the states they end in."""
    work, terms = world.work, world.add(name)
    at_platform = WHO[name][STORE] is P
    ends = {}

    def live(flow: str, by: Desk | Party, details: dict[str, object] | None = None, lines: bool = False) -> str:
        stream = f"{flow}/1"
        held = [LINE] if lines else []
        work.open(
            flow, "1", contract=terms, place=PLACE, lines=held, at=world.now, by=by, details=details or {}
        )  # fmt: skip
        return world.live(stream).state

    for flow in ("store", "listing"):
        ends[f"{flow}/1"] = live(flow, Desk.SELLER)
    ends["price_review/1"] = live("price_review", Desk.SELLER, {"quote_minor": 1_300})
    if at_platform:
        ends["goods"] = live("stock_order", Desk.PLATFORM, {"kind": "normal"}, lines=True)
    else:
        world.stock(PLACE, 5)
        ends["goods"] = work.document("purchase/first").state
    ends["promotion/1"] = live("promotion", Desk.PLATFORM)
    ends["order/1"] = live("order", Party.BUYER, lines=True)
    ends["case/1"] = live("case", Party.BUYER)
    ends["return/1"] = live("return", Party.BUYER, {"reason": "quality", "order": "order/1"}, lines=True)
    ends["violation/1"] = live(
        "violation",
        Desk.PLATFORM,
        {"fact": "quality_incident", "due_at": world.now + 86_400, "amount_minor": 900},
        lines=True,
    )
    ends["statement/1"] = live("statement", Desk.PLATFORM)
    ends["payout/1"] = live("payout", Desk.PLATFORM, {"amount_minor": 500})
    return ends


@pytest.mark.parametrize("name", ALL)
def test_each_step_is_a_task_at_one_desk_and_a_watch_at_the_other(world: World, name: str) -> None:
    terms = world.add(name)
    world.stock(PLACE, 5)
    world.work.open("order", "1", contract=terms, place=PLACE, lines=[LINE], at=world.now, by=Party.BUYER)
    while steps := world.steps(Desk.PLATFORM, "order/1"):
        step, kinds = steps[0], world.kinds("order/1")
        hidden: set[StepKind] = set()
        seller = hidden if name in FULL else {StepKind.TASK if step.owner is Party.SELLER else StepKind.WATCH}
        platform = {StepKind.TASK if step.owner is Party.PLATFORM else StepKind.WATCH}
        assert kinds == {Desk.SELLER: seller, Desk.PLATFORM: platform}
        if step.owner in (Party.SELLER, Party.PLATFORM):
            with pytest.raises(Refused) as refused:
                world.work.record("order/1", step.move, at=world.now, by=other(step.owner))
            assert refused.value.problems[0].code in ("not_yours", "not_visible")
        world.do(step)


@pytest.mark.parametrize("name", FULL)
def test_what_the_contract_hides_is_not_shown_to_the_seller(world: World, name: str) -> None:
    terms = world.add(name)
    world.work.open("order", "1", contract=terms, place=PLACE, lines=[LINE], at=world.now, by=Party.BUYER)
    assert world.steps(Desk.SELLER, "order/1") == []
    assert world.work.status_counts(Desk.SELLER) == {}
    assert world.work.status_counts(Desk.PLATFORM) == {("order", name, "placed"): 1}
    with pytest.raises(Refused, match="hidden by"):
        world.work.document("order/1", Desk.SELLER)
    with pytest.raises(Refused, match="does not show such documents"):
        world.work.record("order/1", "cancel", at=world.now, by=Desk.SELLER, details={"reason": "seller_fault"})


def test_the_same_step_belongs_to_another_desk_under_another_contract(world: World) -> None:
    owners = {}
    for name in ALL:
        world.work.open(
            "order", name, contract=world.add(name), place=PLACE, lines=[LINE], at=DAY * 86_400, by=Party.BUYER
        )
        owners[name] = world.steps(Desk.PLATFORM, f"order/{name}")[0].owner.value
    assert owners == {name: who[STORE] for name, who in WHO.items()}
