"""What a contract is on one day: flat integer records that kernels read, and the terms they came from.

Keeps the invariant that record ``i`` was made from ``terms[i]``, so every charge can name its term, dates and source.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuoguan.contracts.library import Placed
from tuoguan.contracts.schema import CardHead, ChargeEntry, Evidence, Head, Provenance, QuantityName, SettingName, State
from tuoguan.foundation.days import Day
from tuoguan.foundation.fx import FxRate
from tuoguan.foundation.parties import Duty, Party

# One row per charge that holds on the day. ``value`` is the rate in ppm (basis > 0) or the amount in micro-units of the
# compile currency (basis == 0); low, mode and high bound its draw. Minutes, grams and cm3 are whole numbers.
CHARGE_DTYPE = np.dtype(
    [
        ("fact", "i8"), ("reason", "i8"), ("deadline", "i8"), ("kind", "i8"), ("sign", "i8"),
        ("basis", "i8"), ("basis_cap_minor", "i8"), ("per", "i8"), ("share_ppm", "i8"),
        ("value", "i8"), ("low", "i8"), ("high", "i8"), ("distribution", "i8"),
        ("minimum_minor", "i8"), ("maximum_micro", "i8"), ("maximum_per", "i8"),
        ("after_minutes", "i8"), ("until_minutes", "i8"),
        ("weight_from_g", "i8"), ("weight_to_g", "i8"), ("divisor_cm3_per_kg", "i8"), ("grain_g", "i8"),
        ("free_days", "i8"), ("value_from_minor", "i8"), ("value_to_minor", "i8"),
        ("rounding", "i8"), ("exponent", "i8"), ("stream", "i8"),
    ]
)  # fmt: skip
NONE = -1  # "no bound" in basis_cap_minor, maximum_micro, until_minutes, weight_to_g, value_to_minor; "any" in deadline


@dataclass(frozen=True, slots=True)
class Uncertain:
    """An integer with its range; ``low == value == high`` when it is fixed. ``stream`` addresses its draw."""

    value: int
    low: int
    high: int
    distribution: int
    stream: int
    evidence: Evidence
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeadlineTerm:
    """A clock of the day: minutes, or business days when ``business_days`` >= 0; ``inbound`` as in `DeadlineEntry`."""

    name: str
    duty: Duty
    starts: int
    minutes: Uncertain
    business_days: int
    inbound: tuple[str, ...] = ()


def matrix_of(charges: npt.NDArray[np.void]) -> npt.NDArray[np.int64]:
    """The records as int64 [charge, column]; columns are the constants of `contracts.kernels`. Shares no memory."""
    return np.array(charges.view(np.int64).reshape(len(charges), len(CHARGE_DTYPE.names or ())))


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """One contract as of ``on`` in ``currency``; immutable; two are equal when their ``hash`` is.

    ``quantities`` are scaled as `schema.SCALE_BY_QUANTITY` says (money: minor units); a quantity nobody states is
    absent, never zero. ``in_force`` are the entries of the day with their places, ``fx`` the legs that were used.
    """

    id: str
    on: Day
    currency: str
    state: State
    owner: dict[Duty, Party]
    charges: npt.NDArray[np.void]
    terms: tuple[ChargeEntry, ...]
    quantities: dict[QuantityName, Uncertain]
    settings: dict[SettingName, str]
    deadlines: tuple[DeadlineTerm, ...]
    hash: str
    overlays: tuple[str, ...] = ()
    head: Head | None = None
    in_force: tuple[Placed[Provenance], ...] = ()
    fx: tuple[FxRate, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Compiled) and other.hash == self.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def charge_matrix(self) -> npt.NDArray[np.int64]:
        """The charges as int64 [charge, column] for `kernels.charge_minor`."""
        return matrix_of(self.charges)

    def deadline_index(self, name: str) -> int:
        """The position of the clock in ``deadlines``; -1 when the contract has no clock of this name."""
        return next((index for index, term in enumerate(self.deadlines) if term.name == name), -1)

    def owns(self, duty: Duty) -> bool:
        """True when the duty is the seller's."""
        return self.owner[duty] is Party.SELLER


@dataclass(frozen=True, slots=True, eq=False)
class CompiledCard:
    """One card as of ``on`` in ``currency``. ``numbers`` are millionths of what the file says, money converted.

    ``units`` says per what each number is ("USD per kg"); a number that does not hold on the day is absent.
    """

    id: str
    on: Day
    currency: str
    charges: npt.NDArray[np.void]
    terms: tuple[ChargeEntry, ...]
    numbers: dict[str, Uncertain]
    units: dict[str, str]
    hash: str
    head: CardHead | None = None
    in_force: tuple[Placed[Provenance], ...] = ()
    fx: tuple[FxRate, ...] = ()

    def charge_matrix(self) -> npt.NDArray[np.int64]:
        """The charges as int64 [charge, column] for `kernels.charge_minor`."""
        return matrix_of(self.charges)


@dataclass(frozen=True, slots=True)
class Charge:
    """What one term makes of one fact: positive ``minor`` is money to the seller, negative from the seller."""

    term: str
    step: int
    kind: str
    minor: int
    currency: str
    rounding: str
    effective_from: str | None
    until: str | None
    source: tuple[str, ...]
    evidence: Evidence
