"""The files of the flows: what stands in them is sound, and what is not is named."""

import tomllib
from importlib.resources import files

import msgspec
import pytest

from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.problems import Problem
from tuoguan.operate import Flow, load_flows, move_of, moves_between
from tuoguan.operate.flows import check_flow, read_flow

SOUND = """
name = "loan"
title = "Loan"
title_zh = "借出"
states = [
  { name = "out", title = "Out", title_zh = "借出" },
  { name = "back", title = "Back", title_zh = "归还", final = true },
]
[[moves]]
name = "open"
sources = []
target = "out"
title = "Lend"
title_zh = "借"
[[moves]]
name = "give_back"
sources = ["out"]
target = "back"
title = "Give back"
title_zh = "还"
duty = "storage"
clock = "order_placed"
"""


def problems(text: str) -> list[Problem]:
    found = read_flow("loan.toml", text)
    return [found] if isinstance(found, Problem) else check_flow(found, "loan.toml")


def test_a_sound_flow_has_no_problems() -> None:
    assert problems(SOUND) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('target = "back"', 'target = "gone"', "unknown_state"),
        ('sources = ["out"]', 'sources = ["out", "back"]', "final_left"),
        ('sources = ["out"]', 'sources = ["lent"]', "unknown_state"),
        ("final = true", "final = false", "dead_end"),
        ('sources = []\n', 'sources = ["out"]\n', "no_opening"),
        ('clock = "order_placed"', 'clock = "full_moon"', "unknown_name"),
        ('duty = "storage"', 'duty = "lending"', "broken_flow"),
        ('duty = "storage"', 'duty = "storage"\nparty = "buyer"', "two_doers"),
        ('duty = "storage"', "", "no_duty"),
        ('duty = "storage"', 'duty = "storage"\nfacts = ["kissed"]', "unknown_name"),
        ('duty = "storage"', 'duty = "storage"\ndays = ["reach"]', "unknown_name"),
        ('duty = "storage"', 'duty = "storage"\nwaits = true', "no_days"),
        ('duty = "storage"', 'duty = "storage"\ncolor = "red"', "broken_flow"),
        ('duty = "storage"', 'duty = "storage"\nusual_in = ["back"]', "unknown_state"),
        ('title_zh = "还"', 'title_zh = ""', "no_title"),
        ('name = "give_back"', 'name = "Give-back"', "name_style"),
        ('name = "loan"', 'name = "borrow"', "flow_name"),
        ('name = "back", title = "Back"', 'name = "out", title = "Back"', "twice"),
        ('name = "loan"', 'history = "gossip"\nname = "loan"', "unknown_name"),
        ('name = "loan"', "name = ", "broken_flow"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_flow_is_named(old: str, new: str, code: str) -> None:
    assert old in SOUND
    assert code in [problem.code for problem in problems(SOUND.replace(old, new, 1))]


def test_every_file_is_a_flow_and_says_nothing_twice() -> None:
    folder = files("tuoguan.operate") / "flows"
    names = {path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml")}
    assert set(load_flows()) == names
    for name, flow in load_flows().items():
        raw = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        assert msgspec.convert(raw, Flow) == flow


def test_the_flows_tell_every_fact_but_those_that_nobody_does() -> None:
    told = {fact for flow in load_flows().values() for move in flow.moves for fact in move.facts}
    assert told == {kind.name.lower() for kind in FactKind}


def test_the_shortest_way_between_two_states() -> None:
    assert moves_between("order", "placed", "settled") == ("reserve", "ship", "deliver", "settle")
    assert moves_between("stock_order", "asked", "returned") == ("accept", "send", "receive", "check", "send_back")
    assert moves_between("order", "cancelled", "placed") is None
    assert moves_between("order", "shipped", "shipped") == ()


@pytest.mark.parametrize("name", sorted(load_flows()))
def test_usual_moves_alone_lead_from_the_first_state_to_an_end(name: str) -> None:
    """Or to a state in which a document may rest for years: a listing that is live, a store that is open."""
    flow = load_flows()[name]
    resting = {"listing": "live", "store": "open"}
    state, seen = flow.states[0], []
    by_name = {item.name: item for item in flow.states}
    while not state.final and state.name != resting.get(name):
        seen.append(state.name)
        move = next(move for move in flow.moves if move.proposed_in(state.name))
        state = by_name[move.target]
        assert state.name not in seen, "a circle of usual moves"
    assert move_of(flow, "open") is not None
