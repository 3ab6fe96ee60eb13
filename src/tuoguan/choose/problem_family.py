"""What a capacity's name tells: which setting it belongs to, and the week it holds in.

Keeps the invariant that a seller who changes one setting moves all capacities of its family by the same amount.
"""

import re
from typing import NamedTuple

from tuoguan.choose.problem import Capacity

_WEEK = re.compile(r"^(?P<rest>.*?)(?: week (?P<week>\S+))?$")


class Family(NamedTuple):
    """All weeks of one limit: its kind, and what it is a limit of ("" for cash and hours)."""

    kind: str
    subject: str


def family_of(capacity: Capacity) -> tuple[Family, str]:
    """The family and the week ("" where the limit is over the whole horizon).

    >>> family_of(Capacity("volume main week 3", "volume", 1.0, "cm3"))
    (Family(kind='volume', subject='main'), '3')
    """
    found = _WEEK.match(capacity.name)
    assert found is not None, capacity.name
    return Family(capacity.kind, found["rest"].removeprefix(capacity.kind).strip()), found["week"] or ""
