"""Stock policies on textbook instances of a file, beside the exact optimum.

    python -m benchmarks.literature FILE.csv --out OUT.csv

Reads `demand,mean,var_to_mean,h,p,L` (lost sales; K, a fixed cost, where there is one; h is 1 where the file has none)
or `demand,l_r,l_e,c_r,c_e,h,b` (two suppliers). Lines that start with # are passed over; other columns are kept, with
`_given` behind a name that is written here. One column for the cost of the best policy of each kind, then the
columns `best_policy, best_cost, optimal, gap_pct, seconds` (CPU) and its standard error, 0 where it is exact. Empty:
could not be had. The gap of two suppliers is on what policies can change: the cost above c_r times mean demand.

A stopped run goes on where it stopped: rows that stand in OUT.csv are kept. The same row twice is written once. Exit
code 2: some rows could not be read; they are listed, with line and reason, after the others are written.
"""

import argparse
import csv
import io
import os
import sys
import time
from pathlib import Path

from tuoguan.inventory import Found, LostSales, TwoSuppliers, best_policy, demand_of, optimal

LOST_KINDS = (
    "ConstantOrder BaseStock CappedBaseStock ProjectedInventory CappedProjectedInventory Improved".split()
)  # fmt: skip
FIXED_COST_KINDS = "ReorderUpTo ReorderMultiples CappedReorderUpTo".split()
DUAL_KINDS = "SingleIndex DualIndex CappedDualIndex TailoredBaseSurge Improved".split()
LOST_COLUMNS, DUAL_COLUMNS = ("demand", "p", "L"), ("demand", "l_r", "l_e", "c_r", "c_e", "h", "b")
INSTANCE_COLUMNS = {*LOST_COLUMNS, *DUAL_COLUMNS, "mean", "var_to_mean", "K"}
LAST = ("best_policy", "best_cost", "optimal", "gap_pct", "seconds", "best_standard_error")
Row = dict[str, str]
Textbook = LostSales | TwoSuppliers


def read_rows(path: Path) -> tuple[list[str], list[tuple[int, Row]]]:
    """(columns, (line number, row) of every row); ValueError where the columns are not those of an instance."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    kept = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    columns = [name.strip() for name in next(csv.reader([kept[0][1]]))] if kept else []
    if not any(set(needed) <= set(columns) for needed in (LOST_COLUMNS, DUAL_COLUMNS)):
        raise ValueError(
            f"{path}: columns are {', '.join(columns) or 'none'}; expected demand,mean,var_to_mean,h,p,L (lost sales)"
            f" or {','.join(DUAL_COLUMNS)} (two suppliers)"
        )
    cells = ((number, next(csv.reader([line]))) for number, line in kept[1:])
    return columns, [
        (number, dict(zip(columns, (*row, *[""] * len(columns)), strict=False)) | _surplus(row, columns))
        for number, row in cells
    ]


def _surplus(row: list[str], columns: list[str]) -> Row:
    """A mark on rows with more cells than columns, so that they are refused and not read wrongly."""
    return {"": f"{len(row)} cells, expected {len(columns)}"} if len(row) > len(columns) else {}


def _number(row: Row, name: str, default: float | None = None) -> float | None:
    text = row.get(name, "").strip()
    if not text:
        return default
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{name} is {text!r}, expected a number") from None


def _needed(row: Row, name: str, default: float | None = None) -> float:
    value = _number(row, name, default)
    if value is None:
        raise ValueError(f"{name} is empty, expected a number")
    return value


def _periods(row: Row, name: str) -> int:
    value = _needed(row, name)
    if value != int(value):
        raise ValueError(f"{name} is {value:g}, expected a whole number of periods")
    return int(value)


def instance_of(row: Row) -> Textbook:
    """The instance that a row says; ValueError, with the name and the value, where it says none."""
    if "" in row:
        raise ValueError(row[""])
    if "l_r" in row:
        costs = (_needed(row, name) for name in ("c_r", "c_e", "h", "b"))
        return TwoSuppliers(demand_of(row["demand"]), _periods(row, "l_r"), _periods(row, "l_e"), *costs)
    demand = demand_of(row["demand"], _number(row, "mean"), _number(row, "var_to_mean"))
    return LostSales(demand, _periods(row, "L"), _needed(row, "h", 1.0), _needed(row, "p"), _needed(row, "K", 0.0))


def kinds_of(columns: list[str]) -> list[str]:
    """The kinds of policy that a file's instances are solved with."""
    if "l_r" in columns:
        return DUAL_KINDS
    return LOST_KINDS + (FIXED_COST_KINDS if "K" in columns else [])


def _column(kind: str) -> str:
    """capped_base_stock of CappedBaseStock."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind).removeprefix("_")


def _tried(instance: Textbook, kind: str) -> Found | None:
    """The best policy of a kind; None where the kind cannot be had on this instance."""
    try:
        return best_policy(instance, kind)
    except ValueError:
        return None


def solve(instance: Textbook, kinds: list[str]) -> list[str]:
    """The cells of one instance: a cost for each kind, then those of `LAST`."""
    begun = time.process_time()
    found = [_tried(instance, kind) for kind in kinds]
    least = optimal(instance)
    seconds = time.process_time() - begun
    best = min((each for each in found if each is not None), key=lambda each: each.cost.value)
    unavoidable = instance.slow_cost * instance.demand.mean if isinstance(instance, TwoSuppliers) else 0.0
    gap = ""
    if least is not None and least.value > unavoidable:
        share = (best.cost.value - least.value) / (least.value - unavoidable)
        gap = f"{round(100.0 * share, 4) + 0.0:.4f}"  # no minus before a gap of nothing
    return [
        *("" if each is None else f"{each.cost.value:.6f}" for each in found),
        str(best.policy), f"{best.cost.value:.6f}", "" if least is None else f"{least.value:.6f}", gap,
        f"{seconds:.2f}", f"{best.cost.standard_error:.6f}",
    ]  # fmt: skip


def _header(columns: list[str], kinds: list[str]) -> list[str]:
    added = [*map(_column, kinds), *LAST]
    return [f"{name}_given" if name in added else name for name in columns] + added


def _kept(out: Path, header: list[str], given: int) -> dict[tuple[str, ...], list[str]]:
    """What an earlier run wrote: the added cells by the given ones. A last line that was cut short is left out."""
    if not out.exists():
        return {}
    text = out.read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(text[: text.rfind("\n") + 1])))
    if rows and rows[0] != header:
        raise ValueError(f"{out}: holds other columns than this run would write; name another file or remove it")
    return {tuple(row[:given]): row[given:] for row in rows[1:] if len(row) == len(header)}


def _begin(out: Path, header: list[str], kept: dict[tuple[str, ...], list[str]]) -> None:
    """Writes the header and the rows kept, all or nothing."""
    unfinished = out.with_name(out.name + ".part")
    with unfinished.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows([header, *([*row, *cells] for row, cells in kept.items())])
    os.replace(unfinished, out)


def run(file: Path, out: Path) -> int:
    """Solves the rows of ``file`` that do not stand in ``out`` yet; 0, or 2 where some could not be read."""
    columns, rows = read_rows(file)
    kinds = kinds_of(columns)
    kept = _kept(out, _header(columns, kinds), len(columns))
    _begin(out, _header(columns, kinds), kept)
    words = [name for name in columns if name in INSTANCE_COLUMNS]
    solved = {tuple(dict(zip(columns, row, strict=True))[name] for name in words): kept[row] for row in kept}
    refused = []
    for count, (line, row) in enumerate(rows, 1):
        given = tuple(row[name] for name in columns)
        if given in kept:
            continue
        try:
            instance = instance_of(row)
        except ValueError as problem:
            refused.append(f"line {line}: {problem}")
            continue
        key = tuple(row[name] for name in words)
        if key not in solved:
            solved[key] = solve(instance, kinds)
        kept[given] = solved[key]
        with out.open("a", encoding="utf-8", newline="") as target:
            csv.writer(target, lineterminator="\n").writerow([*given, *kept[given]])
        sys.stderr.write(f"{count} of {len(rows)}: {' '.join(key)}: {solved[key][-6]} {solved[key][-5]}\n")
    sys.stderr.writelines(f"{each}\n" for each in refused)
    return 2 if refused else 0


def main(arguments: list[str] | None = None) -> int:
    """Solves a file; 0, or 2 where rows or the file could not be read, or 130 where it was stopped."""
    parser = argparse.ArgumentParser(prog="benchmarks.literature", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        return run(given.file, given.out)
    except (ValueError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write(f"stopped; the same command goes on from {given.out}\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
