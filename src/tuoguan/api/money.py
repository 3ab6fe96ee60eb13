"""Money by state and day: what each contract owes, when it comes, what is late, what fees took; FX of payouts."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from tuoguan.api.asking import Caller, asking
from tuoguan.api.paging import After, Limit, Page, paged
from tuoguan.api.routing import strict_router
from tuoguan.api.shapes import shape, told
from tuoguan.api.stock import number_of
from tuoguan.api.tables import Form, table_answer
from tuoguan.app.home_money import home_of
from tuoguan.app.money_view import (
    Balance,
    Exchange,
    Late,
    Moved,
    balance_table,
    balances,
    coming,
    entries,
    exchanges,
    fee_table,
    fees,
    forecast,
    late,
)
from tuoguan.foundation.days import Day, iso
from tuoguan.operate import CashDay, MoneyWeek, StateDay

routes = strict_router()
DAY_SECONDS = 86_400
Code = Annotated[str, Query(pattern=r"^[A-Z]{3}$", examples=["USD"])]
ForecastDay = shape(CashDay, "ForecastDay", but=["day"], on=str)
DueShown = shape(StateDay, "DueShown", but=["day"], on=str)
FeeWeek = shape(MoneyWeek, "FeeWeek", but=["week_on"], week_on=str)
ExchangeShown = shape(Exchange, "ExchangeShown", but=["day"], on=str)
LateShown = shape(Late, "LateShown", but=["minor_by_age"], minor_by_age=list[int])


class BalancesShown(BaseModel):
    """What every state of every contract ("" for the bank) holds now; ``home_minor`` is null without a rate."""

    home_currency: str
    balances: list[Balance]


@routes.get("/money/balances", tags=["money"], summary="Money by state", operation_id="money_balances")
def all_balances(caller: Caller = Depends(asking())) -> BalancesShown:
    """Expected, pending, in settlement, frozen, reserve, deposit, bank, payable, and what nobody understands yet."""
    home = home_of(caller.place.folder, _today(caller))
    return BalancesShown(home_currency=home.currency, balances=balances(caller.work, home))


@routes.get(
    "/money/balances.{form}",
    tags=["money"],
    summary="Money by state as a file",
    operation_id="export_balances",
    response_class=Response,
)
def export_balances(form: Form, caller: Caller = Depends(asking())) -> Response:
    """The same rows."""
    home = home_of(caller.place.folder, _today(caller))
    return table_answer(balance_table(balances(caller.work, home), home), form, "balances")


@routes.get("/money/late", tags=["money"], summary="What is overdue", operation_id="money_late")
def overdue(caller: Caller = Depends(asking())) -> list[LateShown]:  # type: ignore[valid-type]
    """What should have come and has not, by 1 to 7, 8 to 30, 31 to 60 and more days late; the most first."""
    return [LateShown(**told(one, minor_by_age=list(one.minor_by_age))) for one in late(caller.work, _today(caller))]


@routes.get("/money/forecast", tags=["money"], summary="Cash forecast", operation_id="money_forecast")
def cash(currency: Code, days: int = Query(120, ge=1, le=730), caller: Caller = Depends(asking())) -> list[ForecastDay]:  # type: ignore[valid-type]
    """The bank by day as entries and contracts have it, beside the plan's balance."""
    found = forecast(caller.work, caller.place.folder, currency, _today(caller), days)
    return [
        ForecastDay(on=iso(one.day), expected_minor=one.expected_minor, bank_minor=one.bank_minor,
                    planned_minor=one.planned_minor) for one in found
    ]  # fmt: skip


@routes.get("/money/coming", tags=["money"], summary="What is owed, by day", operation_id="money_coming")
def due(days: int = Query(120, ge=1, le=730), caller: Caller = Depends(asking())) -> list[DueShown]:  # type: ignore[valid-type]
    """Amounts by the day they can be expected on; what is late stands on today."""
    return [
        DueShown(contract=one.contract, currency=one.currency, state=one.state, on=iso(one.day), minor=one.minor)
        for one in coming(caller.work, _today(caller), days)
    ]


@routes.get("/money/fees", tags=["money"], summary="Fees by week", operation_id="money_fees")
def by_week(weeks: int = Query(26, ge=1, le=260), caller: Caller = Depends(asking())) -> list[FeeWeek]:  # type: ignore[valid-type]
    """What each kind of charge brought or took."""
    return [
        FeeWeek(**one._asdict() | {"week_on": iso(one.week_on)}) for one in fees(caller.work, _today(caller), weeks)
    ]


@routes.get(
    "/money/fees.{form}",
    tags=["money"],
    summary="Fees by week as a file",
    operation_id="export_fees",
    response_class=Response,
)
def export_fees(form: Form, weeks: int = Query(26, ge=1, le=260), caller: Caller = Depends(asking())) -> Response:
    """The same rows."""
    return table_answer(fee_table(fees(caller.work, _today(caller), weeks)), form, "fees")


@routes.get("/money/entries", tags=["money"], summary="What moved a state", operation_id="money_entries")
def moved(
    request: Request,
    response: Response,
    currency: Code,
    state: Annotated[str, Query(max_length=40, examples=["bank"])],
    contract: str = Query("", max_length=100),
    limit: int = Limit,
    after: str | None = After,
    caller: Caller = Depends(asking()),
) -> Page[Moved]:
    """Entries that moved a state of a contract ("" for the bank), the latest first."""
    found, mark = entries(caller.work, contract, currency, state, number_of(after), limit)
    return paged(request, response, found, None if mark is None else str(mark))


@routes.get("/money/exchanges", tags=["money"], summary="Payouts that changed currency", operation_id="money_exchanges")
def changed(limit: int = Query(100, ge=1, le=500), caller: Caller = Depends(asking())) -> list[ExchangeShown]:  # type: ignore[valid-type]
    """What came against what the published rate of the day makes, the latest first."""
    found = exchanges(caller.work, caller.place.folder, limit)
    return [ExchangeShown(**told(one) | {"on": iso(one.day)}) for one in found]


def _today(caller: Caller) -> Day:
    return caller.now // DAY_SECONDS
