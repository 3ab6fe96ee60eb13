"""Prints what HiGHS alone, on two threads, makes of one instance: the whole model, told nothing.

python -m benchmarks.peers.highs_portfolio FILE NUMBER SECONDS
"""

import json
import sys
import time
from pathlib import Path

import highspy
import numpy as np
from benchmarks.portfolio_files import Instance, read_instances


def build(instance: Instance) -> highspy.HighsLp:
    """Exactly one item per group, all resources within capacity, most value."""
    items, groups, resources = len(instance.values), int(instance.groups.max()) + 1, len(instance.capacities)
    dense = np.zeros((groups + resources, items))
    dense[instance.groups, np.arange(items)] = 1.0
    dense[groups:] = instance.uses.T
    row, column = np.nonzero(dense)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_, lp.sense_ = items, groups + resources, highspy.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = instance.values, np.zeros(items), np.ones(items)
    lp.row_lower_ = np.concatenate([np.ones(groups), np.full(resources, -highspy.kHighsInf)])
    lp.row_upper_ = np.concatenate([np.ones(groups), instance.capacities])
    lp.integrality_ = [highspy.HighsVarType.kInteger] * items
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(dense)))]).astype(np.int32)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = column.astype(np.int32), dense[row, column]
    return lp


def main(path: str, number: str, seconds: str) -> None:
    """Prints value, bound and seconds as JSON; value None when HiGHS found none."""
    highs = highspy.Highs()
    highs.silent()
    for name, value in (("threads", 2), ("time_limit", float(seconds)), ("mip_rel_gap", 0.0)):
        highs.setOptionValue(name, value)
    highs.passModel(build(list(read_instances(Path(path)))[int(number)]))
    began, worked = time.perf_counter(), time.process_time()
    highs.run()
    info = highs.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    answer = {
        "value": round(info.objective_function_value, 6) if found else None,
        "bound": round(info.mip_dual_bound, 6), "seconds": round(time.perf_counter() - began, 3),
        "cpu_seconds": round(time.process_time() - worked, 3),
    }  # fmt: skip
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
