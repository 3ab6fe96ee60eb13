"""Flows drawn and told: a diagram of states and moves, a table of moves, and who does what under which contract.

Hides the notation (Mermaid and Markdown tables). Keeps the invariant that nothing is drawn that the data does not say.
"""

from collections.abc import Sequence

from tuoguan.contracts import Compiled
from tuoguan.operate.flow_words import Document, Flow, Move
from tuoguan.operate.flows import load_flows
from tuoguan.operate.work_due import Clock, proposals_of
from tuoguan.operate.work_rules import owner_of

NOBODY = "whoever comes first"
STAYS = "stays"


def diagram(flow: Flow) -> str:
    """The flow as a Mermaid flowchart: solid arrows for what usually comes next, dotted ones for what may happen.

    Moves that leave the document where it is are in the table alone. States that nothing leads out of are rounded.
    """
    lines = ["flowchart LR"]
    for state in flow.states:
        label = f'"{state.title}<br/>{state.title_zh}"'
        lines.append(f"  {state.name}_s({label})" if state.final else f"  {state.name}_s[{label}]")
    for move in flow.moves:
        if not move.sources:
            lines.append(f'  start((( ))) -->|"{move.name}"| {move.target}_s')
        for source in move.sources if move.target else ():
            arrow = "-->" if move.proposed_in(source) else "-.->"
            lines.append(f'  {source}_s {arrow}|"{move.name}"| {move.target}_s')
    return "\n".join(lines)


def move_table(flow: Flow) -> str:
    """The moves of the flow as a Markdown table."""
    rows = ["| move | 中文 | from | to | who | facts | due by | must come with it | evidence |", "|---" * 9 + "|"]
    for move in flow.moves:
        sources = ", ".join(move.sources) or "-"
        if len(move.sources) > 1 and set(move.sources) == {state.name for state in flow.states}:
            sources = "any"
        cells = (
            f"`{move.name}` {move.title}", move.title_zh, sources, move.target or STAYS, _who(move), _facts(move),
            _due(move), ", ".join((*move.needs, *(f"{name} {state}" for name, state in move.requires))),
            ", ".join(move.evidence),
        )  # fmt: skip
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def who_table(contracts: Sequence[Compiled]) -> str:
    """Who does each move that a duty decides, under each contract, as a Markdown table."""
    head = [f"`{compiled.id}`" for compiled in contracts]
    rows = ["| step | duty | " + " | ".join(head) + " |", "|---" * (2 + len(head)) + "|"]
    for flow in load_flows().values():
        for move in flow.moves:
            if move.duty is not None:
                owners = [owner.value if (owner := owner_of(move, item)) else NOBODY for item in contracts]
                rows.append(f"| {flow.name}: {move.name} | {move.duty.value} | " + " | ".join(owners) + " |")
    return "\n".join(rows)


def clock_table(contracts: Sequence[Compiled]) -> str:
    """The deadlines that bind usual moves under each contract, and from when on the contract takes something."""
    rows = ["| contract | steps | deadline | time | punished from |", "|---" * 5 + "|"]
    for compiled in contracts:
        for flow in load_flows().values():
            steps_by_clock: dict[Clock, dict[str, None]] = {}
            for state in flow.states:
                for proposal in proposals_of(_at(flow, state.name, compiled), compiled):
                    for clock in proposal.clocks:
                        steps_by_clock.setdefault(clock, {})[proposal.move.name] = None
            for clock, steps in steps_by_clock.items():
                span = clock.term.business_days
                time = f"{span} business days" if span >= 0 else f"{clock.term.minutes.value // 60} h"
                late = f"{clock.minutes_late} min late" if clock.minutes_late else "never"
                told = f"{flow.name}: {', '.join(steps)}"
                rows.append(f"| `{compiled.id}` | {told} | {clock.term.name} | {time} | {late} |")
    return "\n".join(rows)


def _at(flow: Flow, state: str, compiled: Compiled) -> Document:
    stream = f"{flow.name}/any"
    return Document(
        stream, flow.name, "any", state, 1, compiled.hash, compiled.id, compiled.currency, "", (), 0, {}, {}
    )


def _who(move: Move) -> str:
    if move.duty is not None:
        return f"owner of {move.duty.value}"
    return move.party.value if move.party is not None else NOBODY


def _facts(move: Move) -> str:
    return (f"one of ({move.picks}): " if move.picks else "") + ", ".join(move.facts)


def _due(move: Move) -> str:
    if move.clock == "document":
        return "its own due_at"
    said = [f"clocks from {move.clock}"] if move.clock else []
    if move.later_clock:
        said.append(f"longer clocks from {move.later_clock}")
    if move.days:
        said.append(("not before " if move.waits else "about ") + " + ".join(move.days))
    return "; ".join(said)
