"""Random walks: whatever is asked in whatever order, documents move along the files of the flows and nothing else.

The model below reads those files by itself and knows four rules (sources, target, who, final); the engine must agree
with it request by request, in batches and one by one, and the ledger must give the same documents when read again.
"""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from operate_world import LINE, NOON, TOLD, World, terms_of
from tuoguan.foundation.parties import Duty, Party
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk, Document, Request, document_of

FLOWS: dict[str, dict[str, Any]] = {
    path.name.removesuffix(".toml"): tomllib.loads(path.read_text(encoding="utf-8"))
    for path in (files("tuoguan.operate") / "flows").iterdir()
    if path.name.endswith(".toml")
}
CONTRACTS = ("temu/full/US", "temu/semi/US", "aliexpress/semi/US", "tiktok_shop/fbt/US")
NOT_LEGAL = {"illegal_move", "not_yours", "not_visible", "no_document", "opened_before"}
NOT_GOODS = {"below_nought", "not_here", "sorted"}  # a legal move, of goods that never came or were sorted before
WALKED = sorted(set(FLOWS) - {"holding", "labor"})


def owner(move: dict[str, Any], contract: str) -> str:
    """Who does the move by the file and the contract; "" for anybody."""
    if "duty" in move:
        return terms_of(contract).owner[Duty(move["duty"])].value
    return str(move.get("party", ""))


def legal(flow: str, name: str, state: str | None, by: str, contract: str) -> tuple[bool, str | None]:
    """(may it be done, state behind it) by the four rules."""
    move = next(move for move in FLOWS[flow]["moves"] if move["name"] == name)
    right_state = state is None if name == "open" else state in move["sources"]
    whose = owner(move, contract)
    hidden = FLOWS[flow].get("history") not in (None, terms_of(contract).settings["history"])  # type: ignore[call-overload]
    right_doer = whose in ("", by) or (whose in ("carrier", "buyer") and by in ("seller", "platform"))
    if by == "seller" and hidden:
        right_doer = False
    done = right_state and right_doer
    return done, (move["target"] or state) if done else state


@st.composite
def walks(draw: st.DrawFn) -> tuple[str, str, list[tuple[str, str]]]:
    """A flow, a contract, and who asks for which move: mostly what could be legal, sometimes anything."""
    flow, contract = draw(st.sampled_from(WALKED)), draw(st.sampled_from(CONTRACTS))
    moves, state, asked = FLOWS[flow]["moves"], None, []
    for _ in range(draw(st.integers(2, 14))):
        fitting = [move for move in moves if (state in move["sources"] if state else move["name"] == "open")]
        anything = draw(st.integers(0, 3)) == 0 or not fitting
        move = draw(st.sampled_from(moves if anything else fitting))
        by = draw(st.sampled_from(["seller", "platform", "carrier", "buyer"])) if anything else ""
        by = by or owner(move, contract) or "platform"
        asked.append((move["name"], by))
        state = legal(flow, move["name"], state, by, contract)[1]
    return flow, contract, asked


@settings(max_examples=50)
@given(walk=walks(), together=st.booleans())
def test_a_document_moves_along_its_flow_alone(
    tmp_path_factory: Any, walk: tuple[str, str, list[tuple[str, str]]], together: bool
) -> None:
    flow, contract, asked = walk
    world = World(Path(tmp_path_factory.mktemp("walk")) / "ledger.db")
    requests = made(world, flow, contract, asked)
    answers = world.work.do_all(requests) if together else [world.work.do_all([one])[0] for one in requests]
    state: str | None = None
    for (name, by), answer in zip(asked, answers, strict=True):
        expected, target = legal(flow, name, state, by, contract)
        if isinstance(answer, Document):
            assert expected and answer.state == target
            state = target
        else:
            codes = {problem.code for problem in answer.problems}
            assert codes <= NOT_GOODS if expected else codes <= NOT_LEGAL
    replayed(world, f"{flow}/1", state)
    world.work.ledger.store.close()


def made(world: World, flow: str, contract: str, asked: list[tuple[str, str]]) -> list[Request]:
    """Requests with all that their moves need, each a year behind the one before, so that nothing is too early."""
    terms = world.add(contract)
    world.stock("shelf", 50)
    held = (LINE,) if flow in ("order", "stock_order", "purchase", "return", "violation") else ()
    details = {
        move["name"]: {name: TOLD.get(name, 1) for name in move.get("needs", ())} for move in FLOWS[flow]["moves"]
    }
    details["miss"] = {"deadline": "handling", "minutes_late": 90}
    details["open"] |= {"amount_minor": 100}
    return [
        Request(
            f"{flow}/1", name, NOON + index * 366 * 86_400, Desk(by) if by in tuple(Desk) else Party(by), details[name],
            f"{index}", None, terms, "", "shelf", held,
        )
        for index, (name, by) in enumerate(asked)
    ]  # fmt: skip


def replayed(world: World, stream: str, state: str | None) -> None:
    """The ledger holds, and makes the same document and the same rows when it is read again."""
    work = world.work
    entries = work.ledger.store.stream(stream)
    again = document_of(entries)
    if state is None:
        assert again is None
        return
    assert again == work.document(stream)
    assert again is not None and (again.state, again.version) == (state, len(entries))
    before = {desk: work.next_steps(desk, NOON) for desk in Desk}
    work.ledger.rebuild(work.queue)
    assert {desk: work.next_steps(desk, NOON) for desk in Desk} == before
    assert work.ledger.verify() == []
    final = {item["name"] for item in FLOWS[again.flow]["states"] if item.get("final")}
    assert (again.state in final) <= (not [step for step in before[Desk.PLATFORM] if step.stream == stream])


def test_refusals_are_told_apart(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger.db")
    requests = made(world, "order", "temu/semi/US", [("open", "buyer"), ("ship", "platform"), ("open", "buyer")])
    answers = world.work.do_all(requests)
    codes = [[one.code for one in answer.problems] for answer in answers if isinstance(answer, Refused)]
    assert codes == [["illegal_move", "not_yours"], ["opened_before"]]
