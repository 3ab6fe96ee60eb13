"""Where money goes at each move.

Hides accounts and signs. Keeps three invariants: what the contract makes of a fact is posted to the unit by kind of
charge; what came differs from what was due only through the suspense account; and money of one currency becomes money
of another only through the exchange account, with both amounts recorded.

Details read here (all of the move itself unless it says "or earlier"):

amount_minor   a bill, a payout, a fine: what it says, never negative (payout and fine: or earlier)
how            of a bill: "paid" (from the bank, the default), "billed" (owed to ``party``), "settled" (that debt paid);
               of charges: "paid" posts them to the bank at once instead of to what is expected
party          whose bill it is (the move's component where absent)
by_sku         how a bill splits over SKUs, where the usual way (value, weight, units) is not wanted
fx             {"currency": …, "minor": …}: what the bank really moved, in its own currency, never negative
work_minor     what the seller's own work on the order or the returned goods costs
paid_minor     what the platform really paid (may be below nought); absent: what was due
reserve_minor  what the platform keeps back, or earlier; absent: as the contract says
statement      an order that is paid through a statement: its money waits there until the payout is paid
unknown_minor  on a statement and not understood, positive to the seller
cleared        what became of it: minor units by kind of charge
source         the state a payout is made from where no statement filled it ("pending", "expected", …)
deposit_minor  the store's deposit, or earlier; absent: as the contract says
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from tuoguan.contracts import QuantityName, SettingName
from tuoguan.operate.accounts import MoneyAccount, money
from tuoguan.operate.flow_words import Line
from tuoguan.operate.postings_facts import Priced, told_by
from tuoguan.operate.postings_sheet import Sheet
from tuoguan.operate.settling import keep_back

Rule = Callable[[Sheet, Sequence[Priced]], None]
BANK, EXCHANGE = money(MoneyAccount.BANK), money(MoneyAccount.EXCHANGE)
PAID, BILLED, SETTLED = "paid", "billed", "settled"
GOODS, FIRST_LEG, DUTY, OTHER = "goods", "first_leg", "duty", "other"
# The move that starts the clock of the payout. A buyer's receipt is none: its day is known when the payout comes.
TRIGGER_BY_SETTING = {"shipped": "ship", "delivered": "deliver", "inbound": "deliver", "received": ""}
ORDER_FACTS = ("open", "ship", "deliver")
STATES = {
    kind.value.rsplit(":", maxsplit=1)[-1]: kind
    for kind in (
        MoneyAccount.EXPECTED, MoneyAccount.PENDING, MoneyAccount.IN_SETTLEMENT, MoneyAccount.FROZEN,
        MoneyAccount.RESERVE,
    )
}  # fmt: skip


def enter_charges(sheet: Sheet, charged: Sequence[Priced]) -> None:
    """Each charge from its income or cost account to what is expected, or to the bank where it is paid at once."""
    if sheet.compiled is None or not charged:
        return
    target, currency = _charged_to(sheet), sheet.compiled.currency
    for one in charged:
        for account, minor in one.minor_by_account:
            sheet.transfer(currency, account, target, minor)


def _charged_to(sheet: Sheet) -> str:
    """The account that the move's charges fall on; those that are settled with an order always wait for that."""
    settled_later = sheet.flow == "order" and sheet.move in ORDER_FACTS
    paid = sheet.details.get("how") == PAID and not settled_later
    return BANK if paid else _of(sheet, MoneyAccount.EXPECTED)


def _of(sheet: Sheet, kind: MoneyAccount) -> str:
    """The account of the document's contract."""
    return _account(kind, sheet.document.contract_id)


@lru_cache(maxsize=4096)
def _account(kind: MoneyAccount, name: str) -> str:
    return money(kind, name)


def _currency(sheet: Sheet) -> str:
    return sheet.compiled.currency if sheet.compiled else sheet.document.currency


def _earned(sheet: Sheet, moves: Sequence[str]) -> int:
    """What the contract made of the order's facts at these moves."""
    document = sheet.document
    told = (told_by(sheet.flow, move, document, {}, sheet.compiled, document.lines) for move in moves)
    return sum(one.net_minor for one in told)


def _trigger(sheet: Sheet) -> str:
    """The move that starts the clock of an order's payout; "" where none of the seller's does."""
    setting = sheet.compiled.settings.get(SettingName.SETTLEMENT_TRIGGER, "") if sheet.compiled else ""
    return TRIGGER_BY_SETTING.get(setting, "deliver")


def _through(trigger: str) -> tuple[str, ...]:
    """The order's moves with facts up to the trigger, itself included."""
    return ORDER_FACTS[: ORDER_FACTS.index(trigger) + 1] if trigger else ()


def _ship(sheet: Sheet, charged: Sequence[Priced]) -> None:
    _work(sheet, "last_mile")
    _start_clock(sheet, charged)


def _start_clock(sheet: Sheet, charged: Sequence[Priced]) -> None:
    """All that the order has earned is pending from now on, when this move is what the contract pays for."""
    if sheet.move == _trigger(sheet):
        net = _earned(sheet, _through(sheet.move)[:-1]) + sum(one.net_minor for one in charged)
        _advance(sheet, MoneyAccount.EXPECTED, MoneyAccount.PENDING, net)


def _inbound(sheet: Sheet, charged: Sequence[Priced]) -> None:
    """What is paid for goods when they come in is pending at once where the contract says so."""
    inbound = sheet.compiled and sheet.compiled.settings.get(SettingName.SETTLEMENT_TRIGGER) == "inbound"
    if inbound and _charged_to(sheet) != BANK:
        _advance(sheet, MoneyAccount.EXPECTED, MoneyAccount.PENDING, sum(one.net_minor for one in charged))


def _advance(sheet: Sheet, source: MoneyAccount, target: MoneyAccount, minor: int) -> None:
    sheet.transfer(_currency(sheet), _of(sheet, source), _of(sheet, target), minor)


def _settle_order(sheet: Sheet, charged: Sequence[Priced]) -> None:
    """The platform pays: what is owed, less the reserve and what the payout itself costs."""
    net, pending = _earned(sheet, ORDER_FACTS), _earned(sheet, _through(_trigger(sheet)))
    kept, fee = _reserve(sheet, net), sum(one.net_minor for one in charged)
    due = net - kept + fee
    currency, suspense = _currency(sheet), _of(sheet, MoneyAccount.SUSPENSE)
    for state, minor in ((MoneyAccount.PENDING, pending), (MoneyAccount.EXPECTED, net - pending)):
        sheet.transfer(currency, _of(sheet, state), suspense, minor)
    sheet.transfer(currency, _charged_to(sheet), suspense, fee)  # what the payout itself costs is taken off it
    sheet.transfer(currency, suspense, _of(sheet, MoneyAccount.RESERVE), kept)
    paid = sheet.whole("paid_minor", due, earlier=False)
    if sheet.details.get("statement"):
        sheet.transfer(currency, suspense, _of(sheet, MoneyAccount.IN_SETTLEMENT), paid)
    else:
        _bank(sheet, suspense, paid)


def _reserve(sheet: Sheet, net_minor: int) -> int:
    """What the platform keeps back of the order for a time."""
    usual = keep_back(sheet.compiled, net_minor) if sheet.compiled else 0
    return sheet.whole("reserve_minor", usual)


def _release(sheet: Sheet, charged: Sequence[Priced]) -> None:
    minor = _reserve(sheet, _earned(sheet, ORDER_FACTS))
    if sheet.details.get("statement"):
        _advance(sheet, MoneyAccount.RESERVE, MoneyAccount.IN_SETTLEMENT, minor)
    else:
        _bank(sheet, _of(sheet, MoneyAccount.RESERVE), minor)


def _bank(sheet: Sheet, source: str, minor: int) -> None:
    """From an account to the bank (negative: out of it), through the exchange account where the bank has another
    currency: the amount of each is what was really moved.
    """
    currency, bank, fx = _currency(sheet), BANK, sheet.details.get("fx")
    if fx is None:
        sheet.transfer(currency, source, bank, minor)
        return
    if not isinstance(fx, Mapping) or not isinstance(fx.get("minor"), int) or not isinstance(fx.get("currency"), str):
        sheet.refuse("fx", repr(fx), "currency and minor units", 'write {"currency": "CNY", "minor": 7134}', "bad_fx")
    other = -fx["minor"] if minor < 0 else fx["minor"]
    sheet.transfer(currency, source, EXCHANGE, minor)
    sheet.transfer(fx["currency"], EXCHANGE, bank, other)


def _work(sheet: Sheet, component: str) -> None:
    """What the seller's own hands cost, paid on the day."""
    minor = sheet.whole("work_minor", 0, earlier=False)
    if minor:
        sheet.transfer(_currency(sheet), BANK, money(MoneyAccount.COST, component), minor)


def _return_work(sheet: Sheet, charged: Sequence[Priced]) -> None:
    _work(sheet, "returns")


def _pay_bill(sheet: Sheet, target: str, component: str, minor: int) -> None:
    """A bill for ``target``: paid, owed, or an owed one paid."""
    how, party = sheet.details.get("how", PAID), sheet.details.get("party", component)
    owed, currency = money(MoneyAccount.PAYABLE, party), _currency(sheet)
    if how == BILLED:
        sheet.transfer(currency, owed, target, minor)
    elif how in (PAID, SETTLED):
        _bank(sheet, owed if how == SETTLED else target, -minor)
    else:
        sheet.refuse("how", repr(how), f"{PAID}, {BILLED} or {SETTLED}", "use one of these words", "unknown_how")


def _amount(sheet: Sheet, *, earlier: bool = False) -> int:
    minor = sheet.whole("amount_minor", earlier=earlier)
    if minor < 0:
        sheet.refuse("amount_minor", str(minor), "nought or more", "give the amount without a sign", "negative_amount")
    return minor


def _bill(component: str, weigh: Callable[[Line], int]) -> Rule:
    """A bill that makes goods dearer: split over the SKUs, and on their account at the place they go to."""

    def rule(sheet: Sheet, charged: Sequence[Priced]) -> None:
        for sku, minor in _shares(sheet, _amount(sheet), weigh).items():
            account = money(MoneyAccount.INVENTORY, sheet.document.place, sku, component)
            _pay_bill(sheet, account, component, minor)

    return rule


def _shares(sheet: Sheet, minor: int, weigh: Callable[[Line], int]) -> dict[str, int]:
    """The bill by SKU: as told, else by weight of the lines, to the cent by cumulative rounding."""
    told = sheet.details.get("by_sku")
    own = sheet.own_units()
    if told is not None:
        shares = sheet.units_told("by_sku", told, own)
        if sum(shares.values()) != minor:
            sheet.refuse("by_sku", str(sum(shares.values())), f"a sum of {minor}", "mend the shares", "shares_differ")
        return shares
    weights = {sku: 0 for sku in own}
    for line in sheet.document.lines:
        weights[line.sku] += weigh(line)
    if not any(weights.values()):
        weights = own
    total, before, found = max(1, sum(weights.values())), 0, {}
    for sku, weight in weights.items():
        found[sku] = minor * (before + weight) // total - minor * before // total
        before += weight
    return found


def _holding(sheet: Sheet, charged: Sequence[Priced]) -> None:
    if "amount_minor" in sheet.details:
        _pay_bill(sheet, money(MoneyAccount.COST, "storage"), "storage", _amount(sheet))


def _labor(sheet: Sheet, charged: Sequence[Priced]) -> None:
    _pay_bill(sheet, money(MoneyAccount.COST, "labor"), "labor", sheet.whole("amount_minor", 0, earlier=False))


def _deposit(back: bool) -> Rule:
    """The store's deposit out, or back."""

    def rule(sheet: Sheet, charged: Sequence[Priced]) -> None:
        stated = sheet.compiled.quantities.get(QuantityName.DEPOSIT) if sheet.compiled else None
        minor = sheet.whole("deposit_minor", stated.value if stated else 0)
        if minor:
            _bank(sheet, _of(sheet, MoneyAccount.DEPOSIT), minor if back else -minor)

    return rule


def _fine(sheet: Sheet, charged: Sequence[Priced]) -> None:
    """A fine as told; what the contract does not make of it stays in suspense."""
    if sheet.said("amount_minor") is not None:
        differs = _amount(sheet, earlier=True) + sum(one.net_minor for one in charged)
        sheet.transfer(_currency(sheet), _charged_to(sheet), _of(sheet, MoneyAccount.SUSPENSE), differs)


def _match(sheet: Sheet, charged: Sequence[Priced]) -> None:
    minor = sheet.whole("unknown_minor", 0, earlier=False)
    _advance(sheet, MoneyAccount.SUSPENSE, MoneyAccount.IN_SETTLEMENT, minor)


def _clear(sheet: Sheet, charged: Sequence[Priced]) -> None:
    """What was not understood is now, by kind of charge."""
    suspense = _of(sheet, MoneyAccount.SUSPENSE)
    for kind, minor in sheet.details.get("cleared", {}).items():
        side = MoneyAccount.INCOME if minor > 0 else MoneyAccount.CHARGE
        sheet.transfer(_currency(sheet), money(side, sheet.document.contract_id, kind), suspense, minor)


def _announce(sheet: Sheet, charged: Sequence[Priced]) -> None:
    """A payout made from money that no statement told of."""
    word = sheet.details.get("source")
    if word is not None:
        if word not in STATES:
            sheet.refuse("source", repr(word), ", ".join(STATES), "use one of these words", "unknown_state")
        _advance(sheet, STATES[word], MoneyAccount.IN_SETTLEMENT, sheet.whole("amount_minor"))


def _pay_out(sheet: Sheet, charged: Sequence[Priced]) -> None:
    """What was announced comes; what is more or less stays in suspense."""
    told = sheet.whole("amount_minor")
    paid = sheet.whole("paid_minor", told, earlier=False)
    _bank(sheet, _of(sheet, MoneyAccount.IN_SETTLEMENT), paid)
    _advance(sheet, MoneyAccount.IN_SETTLEMENT, MoneyAccount.SUSPENSE, told - paid)


def _freeze(source: MoneyAccount, target: MoneyAccount) -> Rule:
    def rule(sheet: Sheet, charged: Sequence[Priced]) -> None:
        _advance(sheet, source, target, sheet.whole("amount_minor"))

    return rule


def _worth(line: Line) -> int:
    return line.quantity * (line.customs_value_minor or line.supply_price_minor)


def _weight(line: Line) -> int:
    return line.quantity * line.weight_g


def _volume(line: Line) -> int:
    return line.quantity * line.volume_cm3


RULES: Mapping[tuple[str, str], Rule] = {
    ("order", "ship"): _ship,
    ("order", "deliver"): _start_clock,
    ("order", "settle"): _settle_order,
    ("order", "release"): _release,
    ("stock_order", "put_away"): _inbound,
    ("return", "receive"): _return_work,
    ("purchase", "pay"): _bill(GOODS, _worth),
    ("purchase", "bill_freight"): _bill(FIRST_LEG, _weight),
    ("purchase", "bill_duty"): _bill(DUTY, _worth),
    ("purchase", "bill_receiving"): _bill(OTHER, _volume),
    ("holding", "open"): _holding,
    ("labor", "open"): _labor,
    ("store", "approve"): _deposit(back=False),
    ("store", "close"): _deposit(back=True),
    ("violation", "charge"): _fine,
    ("statement", "match"): _match,
    ("statement", "settle"): _clear,
    ("payout", "open"): _announce,
    ("payout", "pay"): _pay_out,
    ("payout", "freeze"): _freeze(MoneyAccount.IN_SETTLEMENT, MoneyAccount.FROZEN),
    ("payout", "thaw"): _freeze(MoneyAccount.FROZEN, MoneyAccount.IN_SETTLEMENT),
}
