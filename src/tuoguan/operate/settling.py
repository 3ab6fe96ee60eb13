"""When money comes and how it is split: trigger, lag, transfer, settlement days, reserve, freeze.

Hides the arithmetic, which `contracts.kernels` keeps for the simulator and for this. Keeps the invariant that the parts
of a payout add up to what is owed.
"""

from dataclasses import dataclass

from tuoguan.contracts import Compiled, QuantityName, SettingName
from tuoguan.foundation.days import Day

NEVER: Day = 1 << 40  # a contract that does not stop


@dataclass(frozen=True, slots=True)
class Payout:
    """What is owed from ``due_on`` on comes in two parts; the second is kept back for a time.

    due_on       trigger, lag and transfer days over
    settled_on   the settlement day on or behind it
    paid_on      when it really comes: later than that where the contract has stopped and money is frozen
    released_on  when the reserve comes
    """

    due_on: Day
    settled_on: Day
    paid_on: Day
    paid_minor: int
    released_on: Day
    reserve_minor: int

    @property
    def frozen(self) -> bool:
        """True when the money waits beyond its settlement day."""
        return self.paid_on > self.settled_on


def quantity(compiled: Compiled, name: QuantityName, default: int = 0) -> int:
    """The contract's number, or ``default`` where it states none."""
    found = compiled.quantities.get(name)
    return default if found is None else found.value


def keep_back(compiled: Compiled, net_minor: int) -> int:
    """What the platform keeps back of an amount owed: the reserve share, rounded half up; nothing of a debt."""
    from tuoguan.contracts.kernels import reserve_minor  # compiled code: loaded when there is money to split

    share = compiled.quantities.get(QuantityName.RESERVE_SHARE)
    return int(reserve_minor(net_minor, share.value)) if share and share.value else 0


def days_to_trigger(happened: str | None, compiled: Compiled) -> int:
    """Days that are still expected to pass before the clock of the payout starts, once "shipped" or more happened."""
    trigger = compiled.settings.get(SettingName.SETTLEMENT_TRIGGER, "")
    if happened is None or trigger == "shipped":
        return 0
    days = quantity(compiled, QuantityName.DELIVERY_DAYS) if happened == "shipped" else 0
    return days + (quantity(compiled, QuantityName.SETTLEMENT_FALLBACK_DAYS) // 2 if trigger == "received" else 0)


def payout_of(
    compiled: Compiled, trigger_day: Day, lag_days: int | None, amount_minor: int, *, stop_day: Day = NEVER,
    transfer_days: int | None = None, keeps_reserve: bool = True,
) -> Payout:  # fmt: skip
    """When ``amount_minor``, owed since ``trigger_day``, comes and in which parts; absent days are the contract's.

    ``stop_day`` is the first day on which the contract no longer holds: money due from then on waits for the freeze to
    end. A source is docs/rooms/simulate.md, "Money"; the simulator calls the same kernels.
    """
    from tuoguan.contracts.kernels import settlement_on, settlement_period_days, thawed_on

    lag = quantity(compiled, QuantityName.SETTLEMENT_LAG_DAYS) if lag_days is None else lag_days
    transfer = quantity(compiled, QuantityName.TRANSFER_DAYS) if transfer_days is None else transfer_days
    freeze = quantity(compiled, QuantityName.FREEZE_DAYS)
    period = settlement_period_days(quantity(compiled, QuantityName.SETTLEMENTS_PER_MONTH))
    due = trigger_day + lag + transfer
    settled = settlement_on(due, period)
    paid = thawed_on(settled, stop_day, freeze)
    kept = keep_back(compiled, amount_minor) if keeps_reserve else 0
    released = thawed_on(paid + quantity(compiled, QuantityName.RESERVE_DAYS), stop_day, freeze)
    return Payout(due, int(settled), int(paid), amount_minor - kept, int(released), kept)
