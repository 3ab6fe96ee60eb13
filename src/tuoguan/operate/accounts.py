"""The accounts: where goods and money can be, by name.

Hides the spelling of names. Keeps the invariant that goods and money which somebody could run out of (`FLOORED`) never
go below nought.

Stock accounts hold units of a SKU, owned by the seller until they are with the buyer, lost or scrapped. Money accounts
hold minor units; a positive balance is an asset or an expense, a negative one a debt or an income. A contract is named
by its id, so what a platform holds is told apart by platform, model and market.
"""

from enum import StrEnum


class StockAccount(StrEnum):
    """Where goods are; behind the word stands a place, a lane or a contract."""

    SUPPLIER = "stock:supplier"  # where goods come from; falls without end
    IN_TRANSIT = "stock:in_transit"  # by lane, and by place they go to
    AT = "stock:at"  # by place: free to be sold. A platform's warehouse is a place like any other
    RESERVED = "stock:reserved"  # by place: promised to an order
    QUARANTINED = "stock:quarantined"  # by place: under check, refused, or waiting to be sorted
    BUYER = "stock:buyer"  # shipped to buyers
    LOST = "stock:lost"
    SCRAPPED = "stock:scrapped"


class MoneyAccount(StrEnum):
    """What money is for; behind the word stands a contract, a party or a kind."""

    EXPECTED = "money:expected"  # by contract: earned as the contract says, not yet due
    PENDING = "money:pending"  # by contract: trigger met, clock of the payout runs
    IN_SETTLEMENT = "money:in_settlement"  # by contract: on a statement, not yet paid
    FROZEN = "money:frozen"  # by contract
    RESERVE = "money:reserve"  # by contract: kept back for a time
    DEPOSIT = "money:deposit"  # by contract
    BANK = "money:bank"  # paid
    PAYABLE = "money:payable"  # by party: bills received, not yet paid
    INVENTORY = "money:inventory"  # by place, SKU and component: goods at landed cost
    GOODS_SOLD = "money:goods_sold"  # landed cost of what was sold
    GOODS_LOST = "money:goods_lost"  # landed cost of what was lost or scrapped
    INCOME = "money:income"  # by contract and kind of charge (revenue, subsidy)
    CHARGE = "money:charge"  # by contract and kind of charge (commission, penalty, ...)
    COST = "money:cost"  # by component: first_leg, duty, last_mile, storage, labor, ...
    SUSPENSE = "money:suspense"  # on a statement and not understood yet
    EXCHANGE = "money:exchange"  # differences between currencies
    OPENING = "money:opening"  # what was there when the books began


FLOORED = (StockAccount.IN_TRANSIT, StockAccount.AT, StockAccount.RESERVED, StockAccount.QUARANTINED)


def stock(kind: StockAccount, *parts: str) -> str:
    """The name of a stock account.

    >>> stock(StockAccount.AT, "hangzhou")
    'stock:at:hangzhou'
    """
    return ":".join((kind.value, *parts))


def money(kind: MoneyAccount, *parts: str) -> str:
    """The name of a money account.

    >>> money(MoneyAccount.CHARGE, "mall/full/US", "penalty")
    'money:charge:mall/full/US:penalty'
    """
    return ":".join((kind.value, *parts))


def goods(sku: str) -> str:
    """The unit in which a SKU is counted."""
    return f"sku/{sku}"


def is_floored(account: str) -> bool:
    """True when the account must never go below nought."""
    return account.startswith(tuple(f"{kind.value}:" for kind in FLOORED))
