"""What was learned, as a dated overlay file that the next decision reads.

Hides TOML. Keeps the invariants that before the day of the calibration the file says what held before (its own earlier
answers included), so that a decision as of an earlier day never knows what was learned later, and that a term which the
seller negotiated is left alone.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from tuoguan.contracts import OWN_STATEMENTS, Library
from tuoguan.foundation.days import FAR_FUTURE, FAR_PAST, Day, iso
from tuoguan.foundation.ids import json_bytes
from tuoguan.foundation.rates import format_ppm
from tuoguan.reconcile.calibrate import Learned

FOLDER = "calibrated"  # below a workspace's contracts/
LEFT_OUT = ("from", "until", "source", "evidence", "held", "note", "range", "distribution")


def overlay_name(contract_id: str) -> str:
    """The file's place below the workspace's folder of contracts."""
    return f"{FOLDER}/{contract_id.replace('/', '-')}.toml"


def negotiated_keys(library: Library, contract_id: str) -> frozenset[tuple[str, ...]]:
    """Keys that another overlay states for the whole contract or card: they are the seller's, not ours to learn."""
    own = overlay_name(contract_id)
    others = (item for item in library.overlays if item.head.overlays == contract_id and item.at != own)
    return frozenset(
        placed.key for item in others if not item.head.products and item.head.category is None for placed in item.placed
    )


def overlay_text(library: Library, contract_id: str, learned: Iterable[Learned], on: Day) -> str:
    """The overlay file: for every learned number its versions before ``on`` and the one from ``on``."""
    lines = [
        "schema = 1", "", "[overlay]", f"overlays = {_value(contract_id)}", "",
        f"# Learned from the seller's own orders and statements on {iso(on)}; `tuoguan calibrate` writes it anew.",
    ]  # fmt: skip
    versions = _versions(library, contract_id)
    for one in learned:
        key = (one.section, one.name, *([str(one.step)] if one.section == "charge" else []))
        for start, end, entry in versions.get(key, ()):
            if start < on:
                lines += _entry(one.section, entry, None if start == FAR_PAST else start, min(end, on))
        base = next((entry for start, end, entry in versions.get(key, ()) if start <= on < end), None)
        if base is not None:
            lines += _entry(one.section, _restated(base, one), on, None, one)
    return "\n".join(lines) + "\n"


def _versions(library: Library, contract_id: str) -> dict[tuple[str, ...], list[tuple[Day, Day, dict[str, Any]]]]:
    """What holds when, by key: our own earlier file over the contract or card."""
    terms = library.contracts.get(contract_id) or library.cards[contract_id]
    found = terms.versions()
    for overlay in library.overlays:
        if overlay.at == overlay_name(contract_id):
            earlier: dict[tuple[str, ...], list[Any]] = {}
            for item in overlay.placed:
                earlier.setdefault(item.key, []).append(item)
            found |= earlier
    return {
        key: sorted(
            ((item.start, item.end, msgspec.to_builtins(item.entry)) for item in items), key=lambda one: one[:2]
        )
        for key, items in found.items()
    }


def _restated(base: dict[str, Any], one: Learned) -> dict[str, Any]:
    """The entry with the learned value and range in the words of its file."""
    told = {name: value for name, value in base.items() if name not in LEFT_OUT}
    if one.section == "quantity":
        text = str if one.name.endswith("_days") else format_ppm
        return told | {"value": text(one.value), "range": [text(one.low), text(one.high)]}
    if one.section == "number":
        return told | {"value": _micro(one.value), "range": [_micro(one.low), _micro(one.high)]}
    field = "rate" if base.get("rate") is not None else "amount"
    unit = Decimal(base[field]) / Decimal(one.prior_value)  # of the file, for one of the compiled term's
    texts = [_decimal(unit * number) for number in (one.value, one.low, one.high)]
    return told | {field: texts[0], "range": texts[1:]}


def _decimal(number: Decimal) -> str:
    return f"{number.quantize(Decimal('0.000001')).normalize():f}"


def _micro(number: int) -> str:
    return f"{(Decimal(number) / 1_000_000).normalize():f}"


def _entry(
    section: str, entry: dict[str, Any], start: Day | None, end: Day | None, one: Learned | None = None
) -> list[str]:  # fmt: skip
    """One table of the file; a learned one says so."""
    told = {name: value for name, value in entry.items() if value not in (None, [], "")}
    told.pop("from", None)
    told.pop("until", None)
    if one is not None:
        told |= {
            "distribution": one.distribution, "source": [OWN_STATEMENTS], "evidence": "derived",
            "held": iso(start or 0),
            "note": f"Learned from {one.count} observations, {one.happened} of them showing it.",
        }  # fmt: skip
    told |= {"from": iso(start)} if start is not None else {}
    told |= {"until": iso(end)} if end is not None and end < FAR_FUTURE else {}
    return ["", f"[[{section}]]", *(f"{name} = {_value(value)}" for name, value in told.items())]


def _value(value: Any) -> str:
    """A TOML value: texts, numbers, truth and lists are written as JSON writes them."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json_bytes(value).decode()
