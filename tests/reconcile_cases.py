"""Small statements and expectations for tests of matching, and a slow matcher that shares no code with the fast one."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import strategies as st

from tuoguan.reconcile import EXPECTED, LINES

FIRST = date(2026, 1, 1)
UNTIL = (date(2026, 3, 1) - date(1970, 1, 1)).days
GRACE, WINDOW = 3, 10
NET_KINDS = ("revenue", "unclassified")
INCOME = ("revenue", "subsidy")
Row = dict[str, Any]


def on(day: int) -> date:
    """The day so many days after the first of January."""
    return FIRST + timedelta(days=day)


def due_row(number: int, order: str, sku: str, kind: str, minor: int, day: int, **more: Any) -> Row:
    """One expectation."""
    return {
        "key": f"{number}:0", "document": f"order/{order}", "order_number": order, "sku": sku, "term": kind, "step": 0,
        "kind": kind, "contract": "c0ffee", "contract_id": "mall/semi/US", "amount_minor": minor, "currency": "USD",
        "due_on": on(day), "latest_on": on(day), "source": "S1", "evidence": "official", "position": number, **more,
    }  # fmt: skip


def line_row(key: str, order: str, sku: str, kind: str, minor: int, day: int, **more: Any) -> Row:
    """One statement line."""
    return {
        "statement": "S1", "line_key": key, "order_number": order, "sku": sku, "quantity": 1, "type": kind,
        "kind": kind, "amount_minor": minor, "currency": "USD", "settled_on": on(day), "reserve": False, **more,
    }  # fmt: skip


def expected_table(rows: Iterable[Row]) -> pl.DataFrame:
    """The rows as `EXPECTED`."""
    return pl.DataFrame(list(rows), schema=dict(EXPECTED), orient="row")


def lines_table(rows: Iterable[Row]) -> pl.DataFrame:
    """The rows as `LINES`."""
    return pl.DataFrame(list(rows), schema=dict(LINES), orient="row")


_orders = st.sampled_from(["o1", "o2", "o3", ""])
_skus = st.sampled_from(["A", "B", ""])
_kinds = st.sampled_from(["revenue", "commission", "penalty", "storage", "unclassified"])
_minor = st.sampled_from([1000, 920, 500, -80, -81, -40, -250, 1, 0])
_days = st.integers(0, 80)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Expectations, and lines that repeat some of them, changed or not, among others of their own."""
    due = [
        due_row(number, draw(_orders), draw(_skus), draw(_kinds.filter(lambda kind: kind != "unclassified")),
                draw(_minor.filter(bool)), draw(_days))
        for number in range(draw(st.integers(0, 7)))
    ]  # fmt: skip
    lines: list[Row] = []
    for row in due:
        for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
            minor = row["amount_minor"] + draw(st.sampled_from([0, 0, 0, 1, -20]))
            kind = draw(st.sampled_from([row["kind"], row["kind"], "unclassified"]))
            day = (row["due_on"] - FIRST).days + draw(st.sampled_from([0, 2, 12]))
            more = {
                "statement": draw(st.sampled_from(["S1", "S2"])),
                "reserve": draw(st.sampled_from([False] * 7 + [True])),
            }
            lines.append(line_row(f"k{len(lines)}", row["order_number"], row["sku"], kind, minor, day, **more))
    for _ in range(draw(st.integers(0, 3))):
        more = {"statement": draw(st.sampled_from(["S1", "S2"]))}
        lines.append(
            line_row(f"k{len(lines)}", draw(_orders), draw(_skus), draw(_kinds), draw(_minor), draw(_days), **more)
        )
    return due, lines


class Slow:
    """The same matching, said with lists and dictionaries, one comparison at a time."""

    def __init__(self, due: list[Row], lines: list[Row]) -> None:
        self.due = sorted(due, key=lambda row: (row["due_on"], row["position"], row["key"]))
        self.lines = sorted(lines, key=lambda row: (row["settled_on"], row["statement"], row["line_key"]))
        self.free_due = list(range(len(self.due)))
        self.free_lines = list(range(len(self.lines)))
        self.matches: list[tuple[list[int], list[int]]] = []
        self.certain, self.suspect, self.first = self._repeats()
        self.lags: dict[str, int] = {}

    def _repeats(self) -> tuple[set[int], set[int], dict[int, int]]:
        seen: dict[Any, list[int]] = defaultdict(list)
        by_ordinal: dict[Any, list[int]] = defaultdict(list)
        names = ("order_number", "sku", "type", "kind", "amount_minor", "currency", "settled_on", "reserve")
        certain, suspect, first = set(), set(), {}
        for index, row in enumerate(self.lines):
            natural = tuple(row[name] for name in names)
            ordinal = len(seen[natural, row["statement"]])
            if by_ordinal[natural, ordinal]:
                certain.add(index)
            elif ordinal:
                suspect.add(index)
                first[index] = seen[natural, row["statement"]][0]
            seen[natural, row["statement"]].append(index)
            by_ordinal[natural, ordinal].append(index)
        return certain, suspect, first

    def take(self, lines: list[int], due: list[int]) -> None:
        self.matches.append((lines, due))
        self.free_lines = [index for index in self.free_lines if index not in lines]
        self.free_due = [index for index in self.free_due if index not in due]

    def key(self, row: Row, names: tuple[str, ...]) -> tuple[Any, ...]:
        return tuple(row[name] for name in names)

    def pair(self, names: tuple[str, ...], fits: Callable[[Row, int], bool]) -> None:
        for line in list(self.free_lines):
            row = self.lines[line]
            if not fits(row, line):
                continue
            for due in self.free_due:
                if self.key(self.due[due], (*names, "amount_minor")) == self.key(row, (*names, "amount_minor")):
                    self.take([line], [due])
                    break

    def groups(
        self, names: tuple[str, ...], fits: Callable[[Row, int], bool], due_fits: Callable[[Row], bool], agree: bool
    ) -> None:
        keys = sorted({self.key(self.lines[line], names) for line in self.free_lines if fits(self.lines[line], line)})
        for key in keys:
            lines = [i for i in self.free_lines if fits(self.lines[i], i) and self.key(self.lines[i], names) == key]
            due = [i for i in self.free_due if due_fits(self.due[i]) and self.key(self.due[i], names) == key]
            if lines and due and (not agree or self.total(lines, due) == 0):
                self.take(lines, due)

    def total(self, lines: list[int], due: list[int]) -> int:
        return sum(self.lines[i]["amount_minor"] for i in lines) - sum(self.due[i]["amount_minor"] for i in due)

    def by_period(
        self, names: tuple[str, ...], lag: int, fits: Callable[[Row, int], bool]
    ) -> list[tuple[list[int], list[int]]]:
        lines: dict[Any, list[int]] = defaultdict(list)
        for i in self.free_lines:
            if fits(self.lines[i], i):
                lines[*self.key(self.lines[i], names), self.lines[i]["settled_on"]].append(i)
        found: dict[Any, list[int]] = defaultdict(list)
        for i in self.free_due:
            key, wanted = self.key(self.due[i], names), self.due[i]["due_on"] + timedelta(days=lag)
            days = sorted(day for *other, day in lines if tuple(other) == key and day >= wanted)
            if days:
                found[*key, days[0]].append(i)
        return [(lines[key], found[key]) for key in sorted(found)]

    def periods(self, names: tuple[str, ...], fits: Callable[[Row, int], bool]) -> None:
        if not self.free_due or not any(fits(self.lines[i], i) for i in self.free_lines):
            return
        lags = sorted(range(-WINDOW, WINDOW + 1), key=lambda lag: (abs(lag), lag))
        count = [sum(self.total(*match) == 0 for match in self.by_period(names, lag, fits)) for lag in lags]
        self.lags["".join(names)] = lags[count.index(max(count))]
        for match in self.by_period(names, self.lags["".join(names)], fits):
            if self.total(*match) == 0:
                self.take(*match)

    def stretches(self, names: tuple[str, ...], fits: Callable[[Row, int], bool]) -> None:
        for key in sorted({self.key(self.lines[i], names) for i in self.free_lines if fits(self.lines[i], i)}):
            lines = [i for i in self.free_lines if fits(self.lines[i], i) and self.key(self.lines[i], names) == key]
            due = [i for i in self.free_due if self.key(self.due[i], names) == key]
            amounts = [self.lines[i]["amount_minor"] for i in lines] + [self.due[i]["amount_minor"] for i in due]
            if not due or (min(amounts) < 0 < max(amounts)):
                continue
            lines = [i for i in lines if self.lines[i]["amount_minor"]]
            so_far = [(self.total(lines[: n + 1], []), n + 1) for n in range(len(lines))]
            owed = {-self.total([], due[: n + 1]): n + 1 for n in range(len(due))}
            cuts = [(0, 0), *((n, owed[total]) for total, n in so_far if total in owed)]
            for (one, other), (end, stop) in pairwise(cuts):
                self.take(lines[one:end], due[other:stop])

    def near(self, names: tuple[str, ...], fits: Callable[[Row, int], bool]) -> None:
        keys = sorted(
            {self.key(self.lines[i], (*names, "amount_minor")) for i in self.free_lines if fits(self.lines[i], i)}
        )
        for key in keys:
            lines = [
                i
                for i in self.free_lines
                if fits(self.lines[i], i) and self.key(self.lines[i], (*names, "amount_minor")) == key
            ]
            due = [i for i in self.free_due if self.key(self.due[i], (*names, "amount_minor")) == key]
            while lines and due:
                apart = (self.lines[lines[0]]["settled_on"] - self.due[due[0]]["due_on"]).days
                if abs(apart) <= WINDOW:
                    self.take([lines.pop(0)], [due.pop(0)])
                elif apart > 0:
                    due.pop(0)
                else:
                    lines.pop(0)

    def run(self) -> dict[tuple[frozenset[str], frozenset[str]], str]:
        """Verdict by (keys of the lines, keys of the expectations) of each match."""
        all_due = lambda row: True  # noqa: E731
        by_now = lambda row: row["due_on"] <= date(1970, 1, 1) + timedelta(days=UNTIL)  # noqa: E731
        for order in sorted({row["order_number"] for row in self.lines}):
            kept = [i for i in self.free_lines if self.lines[i]["reserve"] and self.lines[i]["order_number"] == order]
            for size in sorted({abs(self.lines[i]["amount_minor"]) for i in kept} - {0}):
                out = [i for i in kept if self.lines[i]["amount_minor"] == -size]
                back = [i for i in kept if self.lines[i]["amount_minor"] == size]
                for one, other in zip(out, back, strict=False):
                    self.take([one, other], [])
        for without in (self.certain, self.certain | self.suspect):
            named = lambda row, i, out=without: bool(row["order_number"]) and not row["reserve"] and i not in out  # noqa: E731
            net = lambda row, i, named=named: named(row, i) and row["kind"] in NET_KINDS  # noqa: E731
            self.pair(("order_number", "sku", "kind"), named)
            self.pair(("order_number", "kind"), named)
            self.groups(("order_number", "sku", "kind"), named, all_due, True)
            self.groups(("order_number", "kind"), named, all_due, True)
            self.pair(("order_number", "sku"), net)
            self.pair(("order_number",), net)
            for told in (named, net):
                for owed in (all_due, by_now):
                    with_sku = lambda row, i, told=told: told(row, i) and bool(row["sku"])  # noqa: E731
                    self.groups(("order_number", "sku"), with_sku, owed, True)
                    self.groups(("order_number",), told, owed, True)
            bare = lambda row, i, out=without: not row["order_number"] and not row["reserve"] and i not in out  # noqa: E731
            for names in (("sku", "kind"), ("sku",), ("kind",)):
                self.periods(names, self.bill(names, bare))
            for names in (("sku", "kind"), ("sku",), ("kind",)):
                self.stretches(names, self.bill(names, bare))
        self.certain |= {i for i in self.suspect if i in self.free_lines and self.first[i] not in self.free_lines}
        self.differences(all_due)
        return self.verdicts()

    def bill(self, names: tuple[str, ...], fits: Callable[[Row, int], bool]) -> Callable[[Row, int], bool]:
        return lambda row, i: fits(row, i) and (bool(row["sku"]) == ("sku" in names))

    def differences(self, all_due: Callable[[Row], bool]) -> None:
        rest = lambda row, i: not row["reserve"] and i not in self.certain  # noqa: E731
        by_order = {row["kind"] for row in self.lines if row["order_number"]}
        orders = {row["order_number"] for row in self.due} - {""}
        skus = {row["sku"] for row in self.due} - {""}
        stray = lambda row, i: rest(row, i) and row["kind"] in by_order and row["order_number"] not in orders  # noqa: E731
        self.near(("sku", "kind"), stray)
        self.near(("kind",), lambda row, i: stray(row, i) and row["sku"] not in skus)
        named = lambda row, i: rest(row, i) and bool(row["order_number"])  # noqa: E731
        net = lambda row, i: named(row, i) and row["kind"] in NET_KINDS  # noqa: E731
        itemized = {
            r["order_number"] for r in self.lines if not r["reserve"] and r["kind"] not in (*NET_KINDS, "penalty")
        }
        itemized |= {r["order_number"] for r in self.lines if r["kind"] not in (*NET_KINDS, "penalty")}
        told = [self.lines[i] for i in self.free_lines if net(self.lines[i], i)]
        kinds = {row["kind"] for row in told}
        other = {self.due[i]["order_number"] for i in self.free_due if self.due[i]["kind"] not in kinds}
        fits = ({row["order_number"] for row in told} & other) - itemized - {""}
        self.groups(("order_number",), lambda row, i: net(row, i) and row["order_number"] in fits, all_due, False)
        self.groups(("order_number", "sku", "kind"), named, all_due, False)
        self.groups(("order_number", "kind"), named, all_due, False)
        bare = lambda row, i: rest(row, i) and not row["order_number"] and row["kind"] not in by_order  # noqa: E731
        itemizes = any(bare(row, i) and row["kind"] not in (*NET_KINDS, "penalty") for i, row in enumerate(self.lines))
        for names in (("sku", "kind") if itemizes else ("sku",), ("kind",)):
            for match in self.by_period(names, self.lags.get("".join(names), 0), self.bill(names, bare)):
                self.take(*match)
        paid = {row["order_number"] for row in self.lines}
        for order in sorted(orders - paid):
            due = [i for i in self.free_due if self.due[i]["order_number"] == order and self.overdue(self.due[i])]
            if due:
                self.take([], due)
        for line in list(self.free_lines):
            self.take([line], [])
        for one in list(self.free_due):
            self.take([], [one])

    def overdue(self, row: Row) -> bool:
        return bool((row["latest_on"] - date(1970, 1, 1)).days + GRACE < UNTIL)

    def verdicts(self) -> dict[tuple[frozenset[str], frozenset[str]], str]:
        found = {}
        for lines, due in self.matches:
            keys = (frozenset(self.lines[i]["line_key"] for i in lines), frozenset(self.due[i]["key"] for i in due))
            repeated = any(i in self.certain for i in lines)
            found[keys] = self.verdict([self.lines[i] for i in lines], [self.due[i] for i in due], repeated)
        return found

    def verdict(self, lines: list[Row], due: list[Row], repeated: bool) -> str:  # noqa: PLR0911 one line a rule
        gap = sum(row["amount_minor"] for row in lines) - sum(row["amount_minor"] for row in due)
        if repeated:
            return "duplicate"
        if gap == 0:
            return "matched"
        if any(row["reserve"] for row in lines):
            return "timing"
        if not lines:
            return "missing" if self.overdue(max(due, key=lambda row: row["latest_on"])) else "timing"
        if not due and max((row["settled_on"] - date(1970, 1, 1)).days for row in lines) > UNTIL:
            return "timing"
        if due and abs(gap) <= max(len(lines), len(due)):
            return "rounding"
        line_kinds, due_kinds = {row["kind"] for row in lines}, {row["kind"] for row in due}
        several = len(line_kinds) > 1 or len(due_kinds) > 1
        kind = "" if several else min(line_kinds)
        if kind == "unclassified" and due:
            kind = min(due_kinds)
        if kind == "penalty":
            return "penalty"
        if kind in INCOME:
            return "missing" if gap < 0 and due else "unknown"
        if kind in ("unclassified", ""):
            return "fee" if gap < 0 and due else "unknown"
        return "fee"
