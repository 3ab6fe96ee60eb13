"""The diagrams and tables of docs/rooms/operate_flows.md are what the flows and contracts say.

``make golden`` writes the sections anew between their markers; the author answers for every changed line.
"""

import re
from pathlib import Path

import pytest

from tuoguan.contracts import compile, load
from tuoguan.foundation.days import parse_day
from tuoguan.operate import clock_table, diagram, load_flows, move_table, who_table

ON = parse_day("2026-11-23")
PAGE = Path("docs/rooms/operate_flows.md")
IDS = (
    "temu/full/US", "temu/semi/US", "temu/semi_y2/US", "aliexpress/full/US", "aliexpress/semi/US", "aliexpress/pop/US",
    "tiktok_shop/full/US", "tiktok_shop/self/US", "tiktok_shop/fbt/US",
)  # fmt: skip


def section(name: str) -> str:
    """What stands between the markers of a section."""
    library = load()
    contracts = [compile(library.contract(one), on=ON) for one in IDS]
    if name == "who":
        return who_table(contracts)
    if name == "clocks":
        return clock_table(contracts)
    return "\n\n".join(
        f"### {flow.name} {flow.title_zh}\n\n{flow.title}.\n\n```mermaid\n{diagram(flow)}\n```\n\n{move_table(flow)}"
        for flow in load_flows().values()
    )


@pytest.mark.parametrize("name", ["flows", "who", "clocks"])
def test_the_page_shows_what_the_data_says(root: Path, name: str, record_golden: bool) -> None:
    path, made = root / PAGE, section(name)
    text = path.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n)(.*?)(<!-- end -->)", re.DOTALL)
    found = pattern.search(text)
    assert found, f"no section {name}"
    if record_golden:
        path.write_text(pattern.sub(lambda match: match[1] + made + "\n" + match[3], text, count=1), encoding="utf-8")
    else:
        assert found[2].strip() == made.strip(), "run make golden, and answer for the change"


def test_every_move_and_state_is_on_the_page(root: Path) -> None:
    text = (root / PAGE).read_text(encoding="utf-8")
    for flow in load_flows().values():
        part = text.split(f"### {flow.name} ")[1].split("\n### ")[0]
        assert all(f"`{move.name}` {move.title}" in part and move.title_zh in part for move in flow.moves)
        assert all(f"{state.title}<br/>{state.title_zh}" in part for state in flow.states)
        for move in flow.moves:
            for source in move.sources if move.target else ():
                drawn = (f'{source}_s {arrow}|"{move.name}"| {move.target}_s' for arrow in ("-->", "-.->"))
                assert any(arrow in part for arrow in drawn)
