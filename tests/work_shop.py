"""A workspace at work for tests of its pages: orders on their way, returns, and one document of the other flows."""

from pathlib import Path

import reconcile_shop
from operate_world import terms_of
from tuoguan.app.ledgers import now, open_work
from tuoguan.foundation.parties import Party
from tuoguan.operate import Desk, Line, Request, Work

HOUR, DAY_SECONDS = 3_600, 86_400
FULL, SEMI = "temu/full/US", "temu/semi/US"
CUP = Line("CUP", 2, retail_price_minor=1_999, supply_price_minor=1_200, weight_g=300, volume_cm3=800)
ORDERS, FRESH = 24, 70
ALL = ORDERS + FRESH + 1
"""Orders that were delivered half a year ago, and orders of today."""


def work_shop(folder: Path) -> Path:
    """The workspace in a folder called "shop"."""
    shop = folder / "shop"
    shop.mkdir()
    with open_work(shop) as work:
        reconcile_shop.sell(work, ORDERS)
        fill(work, now())
    return shop


def fill(work: Work, at: int) -> None:
    """Fresh orders, and what the other flows speak of."""
    full, semi = work.terms.add(terms_of(FULL)), work.terms.add(terms_of(SEMI))
    requests = [
        Request(f"order/shop/N{number:03}", "open", at - 40 * HOUR + 60 * number, Party.BUYER,
                {"due_at": at + 30 * HOUR}, contract=semi, place="la" if number % 2 else "nj", lines=(CUP,))
        for number in range(FRESH)
    ]  # fmt: skip
    requests.append(Request("order/shop/LATE", "open", at - 90 * HOUR, Party.BUYER, {"due_at": at - HOUR},
                            contract=semi, place="la", lines=(CUP,)))  # fmt: skip
    requests.append(Request("stock_order/WB1", "open", at - HOUR, Desk.PLATFORM, {"kind": "normal", "source": "la"},
                            contract=full, place="hub", lines=(CUP, Line("LID", 5))))  # fmt: skip
    requests.append(Request("price_review/HJ1", "open", at - 9 * HOUR, Desk.SELLER, {"quote_minor": 1_300},
                            contract=full, lines=(Line("CUP", 1),)))  # fmt: skip
    told = {"counter_minor": 1_100, "due_at": at + 5 * HOUR}
    requests.append(Request("price_review/HJ1", "counter", at - HOUR, Desk.PLATFORM, told))
    requests.append(Request("return/shop/N001", "open", at - HOUR, Party.BUYER,
                            {"reason": "quality", "order_number": "N001", "due_at": at + DAY_SECONDS}, contract=semi,
                            place="la", lines=(CUP,)))  # fmt: skip
    fine = {"fact": "fake_tracking", "amount_minor": 50_000, "due_at": at + 2 * DAY_SECONDS}
    requests.append(Request("violation/V1", "open", at - HOUR, Desk.PLATFORM, fine, contract=semi))
    requests.append(Request("case/C1", "open", at - 60 * HOUR, Party.BUYER, contract=semi))
    requests.append(Request("promotion/P1", "open", at - HOUR, Desk.PLATFORM, {"due_at": at + HOUR}, contract=semi))
    for answer in work.do_all(requests):
        assert not isinstance(answer, Exception), answer
