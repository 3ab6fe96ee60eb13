"""The flows, read from their files and checked.

Hides where the files are and how strictly they are read. Keeps the invariants that every state can be reached, that
nothing leads out of a final state, that every move's states, duty, facts and quantities exist, and that no name stands
twice in a flow.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import msgspec

from tuoguan.contracts import SETTING_OPTIONS, QuantityName, SettingName
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.flow_words import Flow, Move, State

OPEN = "open"  # the move that makes a document
DOCUMENT = "document"  # a clock that no contract starts: the document's own due_at
FACTS = frozenset(kind.name.lower() for kind in FactKind)
DAYS = frozenset(name.value for name in QuantityName if name.value.endswith("_days"))
MINUTES = frozenset(["", "order", "stock_order", "week"])


@cache
def load_flows() -> Mapping[str, Flow]:
    """All flows by name, checked. Refused with everything that is wrong with their files."""
    folder = files("tuoguan.operate") / "flows"
    texts = {item.name: item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".toml")}
    flows, problems = [], []
    for name in sorted(texts):
        flow = read_flow(name, texts[name])
        problems += [flow] if isinstance(flow, Problem) else check_flow(flow, name)
        flows += [flow] if isinstance(flow, Flow) else []
    if problems:
        raise Refused(problems)
    return MappingProxyType({flow.name: flow for flow in flows})


def read_flow(at: str, text: str) -> Flow | Problem:
    """The flow that the text of a file says, or why it says none; ``at`` is the file's name."""
    try:
        return msgspec.convert(tomllib.loads(text), Flow)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        return Problem(at, str(error), "a flow as operate.flow_words says", "mend the file", "broken_flow")


def check_flow(flow: Flow, at: str) -> list[Problem]:
    """Everything wrong with a flow that could be read; ``at`` is its file's name."""
    found = [*_names(flow, at), *_graph(flow, at)]
    for move in flow.moves:
        found += _words(move, f"{at}: {move.name}")
    return found


def moves_from(flow: Flow, state: str) -> tuple[Move, ...]:
    """The moves that are possible in the state, in the order of the file: the one that usually comes next first."""
    return tuple(move for move in flow.moves if state in move.sources)


def move_of(flow: Flow, name: str) -> Move | None:
    """The move of this name."""
    return next((move for move in flow.moves if move.name == name), None)


def final_states(flow: Flow) -> frozenset[str]:
    """States that nothing leads out of."""
    return frozenset(state.name for state in flow.states if state.final)


@cache
def moves_between(name: str, source: str, target: str) -> tuple[str, ...] | None:
    """The fewest moves that lead a document of the flow from one state to another; None when nothing does.

    Of ways of equal length the one that the file names first; usual moves go before others.
    """
    flow = load_flows()[name]
    for usual_only in (True, False):
        ways: dict[str, tuple[str, ...]] = {source: ()}
        waiting = [source]
        while waiting:
            state = waiting.pop(0)
            for move in moves_from(flow, state):
                if move.target and move.target not in ways and (move.proposed_in(state) or not usual_only):
                    ways[move.target] = (*ways[state], move.name)
                    waiting.append(move.target)
        if target in ways:
            return ways[target]
    return None


def reach(flow: Flow) -> frozenset[str]:
    """States that a document can come to."""
    known: set[str] = set()
    waiting = [move.target for move in flow.moves if not move.sources]
    while waiting:
        state = waiting.pop()
        if state and state not in known:
            known.add(state)
            waiting += [move.target for move in flow.moves if state in move.sources]
    return frozenset(known)


def _names(flow: Flow, at: str) -> Iterator[Problem]:
    if at != f"{flow.name}.toml":
        yield Problem(at, repr(flow.name), "the name of its file", "rename one of them", "flow_name")
    if flow.history:
        yield from _unknown(at, [flow.history], frozenset(SETTING_OPTIONS[SettingName.HISTORY]), "what history may say")
    for what, names in (("state", [item.name for item in flow.states]), ("move", [item.name for item in flow.moves])):
        for name, count in Counter(names).items():
            if count > 1:
                yield Problem(f"{at}: {name}", f"{count} {what}s", "each name once", "rename the others", "twice")
            if not name.replace("_", "").isalpha() or not name.islower():
                yield Problem(f"{at}: {name}", repr(name), "small letters and _", f"rename the {what}", "name_style")
    titled: tuple[Flow | State | Move, ...] = (flow, *flow.states, *flow.moves)
    for item in titled:
        if not item.title.strip() or not item.title_zh.strip():
            yield Problem(f"{at}: {item.name}", "no title", "a title in English and Chinese", "write it", "no_title")


def _graph(flow: Flow, at: str) -> Iterator[Problem]:
    """States and moves fit together."""
    states, final = {state.name for state in flow.states}, final_states(flow)
    openings = [move for move in flow.moves if not move.sources]
    if [move.name for move in openings] != [OPEN] or openings[0].target != flow.states[0].name:
        fix = "give one move without sources, called open, into the first state"
        yield Problem(at, f"{len(openings)} ways to open", "one", fix, "no_opening")
    for move in flow.moves:
        place = f"{at}: {move.name}"
        for name in sorted({*move.sources, move.target or flow.states[0].name} - states):
            yield Problem(place, repr(name), f"one of {sorted(states)}", "name a state of the flow", "unknown_state")
        for name in sorted(set(move.usual_in) - set(move.sources)):
            yield Problem(place, f"proposed in {name}", "a source of the move", "mend usual_in", "unknown_state")
        for name in sorted(final & set(move.sources) if move.target else ()):
            yield Problem(place, f"leads out of {name}", "nothing leads out of a final state", "mend it", "final_left")
    for name in sorted(states - reach(flow)):
        yield Problem(f"{at}: {name}", "no move leads there", "a state that can be reached", "mend it", "unreached")
    for name in sorted(states - final):
        if not any(move.target for move in moves_from(flow, name)):
            yield Problem(f"{at}: {name}", "no way out", "one, or a final state", "mend it", "dead_end")


def _words(move: Move, at: str) -> Iterator[Problem]:
    """The words of other rooms that the move uses exist, and fit together."""
    yield from _unknown(at, move.facts, FACTS, "a fact")
    yield from _unknown(at, [move.clock] if move.clock else [], FACTS | {DOCUMENT}, "a fact or document")
    yield from _unknown(at, [move.later_clock] if move.later_clock else [], FACTS, "a fact")
    yield from _unknown(at, move.days, DAYS, "a quantity of days")
    yield from _unknown(at, [move.minutes], MINUTES, "minutes of the seller")
    if move.duty is not None and move.party is not None:
        yield Problem(at, "a duty and a party", "one of them", "leave one out", "two_doers")
    if move.clock in FACTS and move.duty is None and not move.clock_duties:
        yield Problem(at, "a clock without a duty", "a duty that deadlines name", "add clock_duties", "no_duty")
    if move.waits and not move.days:
        yield Problem(at, "waits without days", "days to wait for", "add days", "no_days")


def _unknown(at: str, found: Iterable[str], known: frozenset[str], expected: str) -> Iterator[Problem]:
    for name in found:
        if name not in known:
            yield Problem(at, repr(name), expected, f"use one of: {', '.join(sorted(known))}", "unknown_name")
