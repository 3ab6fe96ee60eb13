"""What pages of stock, money and statements share: days, marks of lists, files to take away, words of entries."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import Response

from tuoguan.foundation.days import Day
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Row, load_flows, move_of
from tuoguan.web.asking import Asking, form_values
from tuoguan.web.zones import zone_of

DAY_SECONDS = 86_400
EPOCH = date(1970, 1, 1)


def today_of(ask: Asking) -> Day:
    """The day of the request."""
    return ask.now // DAY_SECONDS


def iso_day(day: Day) -> str:
    """The day as a date field writes it."""
    return (EPOCH + timedelta(days=day)).isoformat()


def last_instant(day: date | None, market: str) -> int | None:
    """The last second of a day on the clock of a market, in UTC."""
    if day is None:
        return None
    ends = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=ZoneInfo(zone_of(market)))
    return int(ends.timestamp())


def mark_text(mark: Row | None) -> str | None:
    """The mark of the next page as text."""
    return None if mark is None else json.dumps(list(mark), ensure_ascii=False, separators=(",", ":"))


def mark_of(text: str, kinds: tuple[type, ...]) -> Row | None:
    """The mark that the text says; Refused when it is none of a list with such values."""
    if not text:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or tuple(map(type, found)) != kinds:
        fix = "begin at the first page"
        raise Refused([Problem("after", repr(text)[:40], "a mark of this list", fix, "bad_mark")])
    return tuple(found)


def as_file(data: bytes, media_type: str, name: str) -> Response:
    """Bytes to be saved under a name."""
    return Response(data, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def move_title(ask: Asking) -> Callable[[str], str]:
    """What a kind of entry is called: the flow's move, or the ledger's own."""
    own = {
        "count.find": ask.t("Stock count"), "ledger.reversal": ask.t("Taken back"),
        "inventory.close": ask.t("Closing"),
    }  # fmt: skip

    def title(kind: str) -> str:
        flow, _, name = kind.partition(".")
        known = load_flows().get(flow)
        move = move_of(known, name) if known is not None else None
        if known is None or move is None:
            return own.get(kind, kind)
        words = (known.title_zh, move.title_zh) if ask.language == "zh" else (known.title, move.title)
        return " · ".join(words)

    return title


async def form_of_request(request: Request) -> dict[str, str]:
    """The text fields of the form that came."""
    return form_values(dict(await request.form()))
