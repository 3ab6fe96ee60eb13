"""Ledgers of older releases brought up to the tables of this one, step by step.

Hides which statements lead from one schema to the next. Keeps the invariants that an entry is never changed by it, that
a ledger of a newer release is left alone, and that all steps are taken or none: a store runs them in one transaction.
"""

from collections.abc import Callable, Mapping, Sequence

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.store.schema import SCHEMA_VERSION, Dialect

STEPS: Mapping[int, Callable[[Dialect], Sequence[str]]] = {}
"""By the schema it starts from: the statements that make the next one. No ledger is older than the first schema."""


def missing_steps(found: int, dialect: Dialect) -> list[str]:
    """Statements that lead from schema ``found`` to that of this release; raises Refused for a newer ledger."""
    if found > SCHEMA_VERSION:
        expected = f"schema {SCHEMA_VERSION} or older"
        fix = "use the newer release of the program that wrote it; nothing was changed"
        raise Refused([Problem("ledger", f"schema {found}", expected, fix, "ledger_too_new")])
    return [statement for number in range(found, SCHEMA_VERSION) for statement in STEPS[number](dialect)]
