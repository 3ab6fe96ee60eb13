"""Pages: money. Where it is under each contract, when it comes, what is late, what fees and exchange took."""

from datetime import timedelta

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.home_money import Home, home_of
from tuoguan.app.money_view import Moved
from tuoguan.app.tables_out import form_of, table_bytes
from tuoguan.foundation.days import Day
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.operate import CashDay, MoneyWeek, week_of
from tuoguan.site import Right
from tuoguan.web.asking import Asking, reading
from tuoguan.web.charting import chart_response
from tuoguan.web.listing import EPOCH, as_file, iso_day, mark_of, mark_text, move_title, today_of

pages = APIRouter()
KINDS_SHOWN = 8  # of fees in the picture; the rest is one
OTHER = "other"


def state_words(ask: Asking) -> dict[str, tuple[str, str]]:
    """(word, what it means) by state of money."""
    return {
        "expected": (ask.t("Earned, not due"), ask.t("earned, what starts the payout's clock has not happened yet")),
        "pending": (ask.t("Pending"), ask.t("the payout's clock runs")),
        "in_settlement": (ask.t("In settlement"), ask.t("on a statement, not yet paid")),
        "frozen": (ask.t("Frozen"), ask.t("held by the platform until it thaws")),
        "reserve": (ask.t("Reserve"), ask.t("kept back for a time")),
        "suspense": (ask.t("In suspense"), ask.t("paid or taken, not understood yet")),
        "deposit": (ask.t("Deposit"), ask.t("a store's deposit")),
        "bank": (ask.t("In the bank"), ask.t("paid by the platform and arrived, less what was paid out")),
        "payable": (ask.t("Bills to pay"), ask.t("received, not yet paid")),
        "exchange": (ask.t("Exchange"), ask.t("differences between currencies")),
    }


@pages.get("/w/{workspace}/money")
def money(ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """Every state of every contract, then the calendar, what is late, fees and exchange."""
    from tuoguan.app import money_view
    from tuoguan.reconcile import kind_word

    folder, today, work = ask.place.folder, today_of(ask), ask.work
    home = home_of(folder, today)
    balances = money_view.balances(work, home)
    currencies = list(money_view.currencies(balances)) or [home.currency]
    asked = ask.request.query_params.get("currency", "")
    currency = asked if asked in currencies else home.currency if home.currency in currencies else currencies[0]
    days, fees = money_view.forecast(work, folder, currency, today), money_view.fees(work, today)
    return ask.page(
        "money/money.html", balances=balances, home=home, today=today, states=state_words(ask), owed=money_view.OWED,
        columns=money_view.STATES[:7], currencies=currencies, currency=currency, ages=money_view.AGES,
        late=money_view.late(work, today), weeks=by_week(days),
        planned=any(one.planned_minor is not None for one in days), fees=summed(fees),
        fees_by_week=[(*key, minor) for key, minor in sorted(fees_by_week(fees, home).items())],
        fee_weeks=money_view.WEEKS_SHOWN, exchanges=money_view.exchanges(work, folder, limit=20),
        kind_word=lambda kind: kind_word(kind, ask.language),
    )  # fmt: skip


def by_week(days: list[CashDay]) -> list[tuple[Day, int, int, int | None]]:
    """(Monday, what comes, bank at the week's end, the plan's) of the forecast."""
    found: dict[Day, list[CashDay]] = {}
    for one in days:
        found.setdefault(week_of(one.day), []).append(one)
    return [
        (week, sum(one.expected_minor for one in part), part[-1].bank_minor,
         next((one.planned_minor for one in reversed(part) if one.planned_minor is not None), None))
        for week, part in found.items()
    ]  # fmt: skip


def summed(fees: list[MoneyWeek]) -> list[tuple[str, str, str, int]]:
    """(contract, kind, currency, minor) over all weeks, what was earned first."""
    found: dict[tuple[str, str, str], int] = {}
    for one in fees:
        found[one.contract, one.kind, one.currency] = found.get((one.contract, one.kind, one.currency), 0) + one.minor
    return sorted(((*key, minor) for key, minor in found.items()), key=lambda row: (row[0] == "", row[0], -row[3]))


@pages.get("/w/{workspace}/money.{form}")
def money_file(form: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """The balances as a file."""
    from tuoguan.app import money_view

    home = home_of(ask.place.folder, today_of(ask))
    frame = money_view.balance_table(money_view.balances(ask.work, home), home)
    return as_file(*table_bytes(frame, form_of(form)), f"money.{form}")


@pages.get("/w/{workspace}/money/fees.{form}")
def fees_file(form: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """Fees by week as a file."""
    from tuoguan.app import money_view

    frame = money_view.fee_table(money_view.fees(ask.work, today_of(ask)))
    return as_file(*table_bytes(frame, form_of(form)), f"fees.{form}")


@pages.get("/w/{workspace}/money/cash")
def cash(ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """The forecast of a currency as a picture."""
    from tuoguan.app import money_view

    currency = ask.request.query_params.get("currency", "")
    unit = 10 ** EXPONENT_BY_CURRENCY.get(currency, 2)
    days = money_view.forecast(ask.work, ask.place.folder, currency, today_of(ask))
    told = [
        {"day": iso_day(one.day), "bank": one.bank_minor / unit, "comes": one.expected_minor / unit} for one in days
    ]
    planned = [
        {"day": iso_day(one.day), "amount": one.planned_minor / unit} for one in days if one.planned_minor is not None
    ]
    words = [ask.t("day"), currency, ask.t("bank as expected"), ask.t("the plan's balance"), ask.t("comes on the day")]
    description = ask.t("The bank by day as entries and contracts have it, beside the plan's balance.")
    return chart_response(ask.site.keep, "money.cash", description, days=told, planned=planned, words=words)


@pages.get("/w/{workspace}/money/fees")
def fees(ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """What charges took by week and kind, in the home currency, as a picture."""
    from tuoguan.app import money_view
    from tuoguan.reconcile import kind_word

    home = home_of(ask.place.folder, today_of(ask))
    found = fees_by_week(money_view.fees(ask.work, today_of(ask)), home)
    largest = _largest(found)
    bars = [
        {"week": (EPOCH + timedelta(days=week)).isoformat(), "amount": home.major(minor),
         "kind": kind_word(kind, ask.language) if kind in largest else ask.t("all others")}
        for (week, kind), minor in sorted(found.items())
    ]  # fmt: skip
    description = ask.t("What each kind of charge brought or took, by week; revenue is left out.")
    return chart_response(ask.site.keep, "money.weeks", description, bars=bars, words=[ask.t("week of"), home.currency])


def fees_by_week(fees: list[MoneyWeek], home: Home) -> dict[tuple[Day, str], int]:
    """What charges took by week and kind in the home currency; revenue is left out."""
    found: dict[tuple[Day, str], int] = {}
    for one in fees:
        minor = home.minor(one.minor, one.currency)
        if one.kind != "revenue" and minor:
            found[one.week_on, one.kind] = found.get((one.week_on, one.kind), 0) + minor
    return found


def _largest(found: dict[tuple[Day, str], int]) -> set[str]:
    """The kinds that moved most."""
    sums: dict[str, int] = {}
    for (_, kind), minor in found.items():
        sums[kind] = sums.get(kind, 0) + abs(minor)
    return set(sorted(sums, key=lambda kind: -sums[kind])[:KINDS_SHOWN])


@pages.get("/w/{workspace}/money/entries")
def entries(ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """What stands behind one figure: documents that are still owed, and the entries that moved it."""
    from tuoguan.app import money_view

    query = ask.request.query_params
    contract, currency, state = (query.get(name, "")[:120] for name in ("contract", "currency", "state"))
    tab = "open" if state in money_view.OWED and query.get("tab") != "moves" else "moves"
    text, after = query.get("after", ""), None
    items: list[tuple[str, Day, int]] = []
    moved: list[Moved] = []
    if tab == "open":
        mark = mark_of(text, (int, str))
        items, later = money_view.open_items(ask.work, contract, currency, state, mark and (mark[0], mark[1]))
        after = mark_text(later)
    else:
        mark = mark_of(text, (int,))
        moved, before = money_view.entries(ask.work, contract, currency, state, mark[0] if mark else None)
        after = mark_text((before,) if before else None)
    home = home_of(ask.place.folder, today_of(ask))
    held = sum(one.minor for one in money_view.balances(ask.work, home)
               if (one.contract, one.currency, one.state) == (contract, currency, state))  # fmt: skip
    return ask.page(
        "money/entries.html", contract=contract, currency=currency, state=state, tab=tab, items=items, moved=moved,
        after=after, held=held, states=state_words(ask), owed=money_view.OWED, today=today_of(ask),
        move_title=move_title(ask),
    )  # fmt: skip
