"""Consumer orders in, one by one or many at once: the routes that must be quick, as plain ASGI routes.

Hides decoding and the common commits. Keeps the invariants that an order answered with 201 or 200 is on the disk, that
sending it again records nothing twice, and that a field that speaks of a buyer is refused by its name.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec.structs import astuple
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from tuoguan.api import refusing
from tuoguan.api.asking import Caller, caller_of
from tuoguan.api.bodies import Body, body_of, decoded, key_in, kind_of
from tuoguan.api.collecting import Collector
from tuoguan.app.opening import Opener, told_before
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import speaks_of_buyer
from tuoguan.operate import Desk, Document, Line, Request, Work
from tuoguan.site import Right

FLOW = "order"
MOST_ORDERS, MOST_LINED, MOST_LINES, MOST_BYTES = 1_000, 10_000, 1_000, 16 * 1024 * 1024
LINES = "application/jsonl"
PATH = "/api/v1/workspaces/{workspace}/orders"
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=160)]
Whole = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Instant = Annotated[int, msgspec.Meta(ge=0, lt=4_102_444_800)]


class OrderLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Goods of an order; prices per unit in minor units of the order's currency, 0 where unknown."""

    sku: Name
    quantity: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    retail_price_minor: Whole = 0
    supply_price_minor: Whole = 0
    weight_g: Whole = 0
    volume_cm3: Whole = 0
    customs_value_minor: Whole = 0


class NewOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One consumer order. It has no place for anything about a buyer: such fields are refused by their names.

    number     as the store numbers it; "store/number" keeps two stores apart
    contract   a contract's name (platform/model/MARKET), or the hash of terms in the ledger; "" with a currency: none
    placed_at  seconds since 1970 in UTC; due_at: by when the platform wants it shipped, where it says so
    details    whatever else readers of the ledger need: text, whole numbers, true and false
    """

    number: Name
    placed_at: Instant
    lines: Annotated[list[OrderLine], msgspec.Meta(min_length=1, max_length=MOST_LINES)]
    contract: Annotated[str, msgspec.Meta(max_length=100)] = ""
    currency: Annotated[str, msgspec.Meta(max_length=3)] = ""
    place: Annotated[str, msgspec.Meta(max_length=100)] = ""
    due_at: Instant | None = None
    details: dict[str, str | bool | int] = {}


class NewOrders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to 1,000 orders, each standing alone: one that is refused leaves the others alone."""

    orders: Annotated[list[NewOrder], msgspec.Meta(min_length=1, max_length=MOST_ORDERS)]


class TakenOrder(msgspec.Struct, frozen=True):
    """What an order became; ``version`` is the number of its entries, and its ETag."""

    stream: str
    number: str
    state: str
    version: int
    contract_id: str
    currency: str
    place: str
    opened_at: int


class OrderAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the answer to many: the order as it was taken, or why it was not."""

    number: str
    status: int
    order: TakenOrder | None = None
    problems: list[dict[str, Any]] = []


class TakenOrders(msgspec.Struct, frozen=True):
    """Answers in the order of the request."""

    recorded: int
    refused: int
    answers: list[OrderAnswer]


_one = msgspec.json.Decoder(NewOrder).decode
_many = msgspec.json.Decoder(NewOrders).decode
_encode = msgspec.json.Encoder().encode


class Held(NamedTuple):
    """What the orders of one workspace are taken with."""

    work: Work
    loop: asyncio.AbstractEventLoop
    opener: Opener
    collector: Collector


class Orders:
    """The routes with what they hold between requests; one of it serves a whole server."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="orders")
        self._held: dict[str, Held] = {}

    def routes(self) -> list[Route]:
        """Both paths; they stand before all others so that finding them costs nothing."""
        return [
            Route(PATH, self.take, methods=["POST"], name="take_order"),
            Route(f"{PATH}/batch", self.take_many, methods=["POST"], name="take_orders"),
        ]

    async def take(self, request: HttpRequest) -> Response:
        """One order in, durable: 201, or 409 where the number was used for another."""
        try:
            caller = caller_of(request, Right.WORK, desk_of(request))
            key = key_in(request, caller.signed)
            order = _decoded(_one, await body_of(request, MOST_BYTES))
            opener, collector = await self._at(caller)
            (made,) = await self._made(opener, caller, [order], key)
            (found,) = [made] if isinstance(made, Refused) else await self._done(caller, collector, [made])
        except Refused as refused:
            return refusing.answer(refused.problems)
        if isinstance(found, Refused):
            return refusing.answer(found.problems)
        taken = taken_of(found)
        headers = {"ETag": f'"{taken.version}"', "Location": caller.url(f"documents/{taken.stream}")}
        return Response(_encode(taken), 201, headers, "application/json")

    async def take_many(self, request: HttpRequest) -> Response:
        """Many orders in, each standing alone; 200 with an answer for each."""
        try:
            caller = caller_of(request, Right.WORK, desk_of(request))
            key = key_in(request, caller.signed)
            orders = await orders_in(request)
            opener, collector = await self._at(caller)
            made = await self._made(opener, caller, orders, key)
            good = [one for one in made if not isinstance(one, Refused)]
            done = iter(await self._done(caller, collector, good))
        except Refused as refused:
            return refusing.answer(refused.problems)
        answers = [
            _answer(order, one if isinstance(one, Refused) else next(done))
            for order, one in zip(orders, made, strict=True)
        ]
        count = sum(answer.order is not None for answer in answers)
        return Response(_encode(TakenOrders(count, len(answers) - count, answers)), 200, None, "application/json")

    async def _at(self, caller: Caller) -> tuple[Opener, Collector]:
        """What the workspace's orders are taken with; made anew for a ledger that was opened anew, or another loop."""
        name, loop = caller.place.name, asyncio.get_running_loop()
        held = self._held.get(name)
        if held is not None and held.work is caller.site.work(caller.place):
            if held.loop is not loop:
                held = self._held[name] = Held(held.work, loop, held.opener, Collector(held.work, self._pool))
            return held.opener, held.collector
        work = await loop.run_in_executor(self._pool, lambda: caller.site.work(caller.place, make=True))
        held = self._held[name] = Held(work, loop, Opener(caller.place.folder, work), Collector(work, self._pool))
        return held.opener, held.collector

    async def _done(self, caller: Caller, collector: Collector, asked: Sequence[Request]) -> list[Document | Refused]:
        """What became of each; an order that was told before is answered with what is there."""
        found = await collector.do_all(asked)
        work, loop = caller.site.work(caller.place), asyncio.get_running_loop()
        for index, one in enumerate(found):
            if isinstance(one, Refused) and {problem.code for problem in one.problems} == {"opened_before"}:
                known = partial(told_before, work, asked[index], timed=True)
                found[index] = await loop.run_in_executor(self._pool, known) or one
        return found

    async def _made(
        self, opener: Opener, caller: Caller, orders: Sequence[NewOrder], key: str | None
    ) -> list[Request | Refused]:
        """The orders as requests to the engine, or why they are none; files are read on another thread."""
        make = partial(requests_of, opener, caller.desk, caller.signed.name, orders, key)
        if all(opener.is_ready(*asked) for asked in {(one.contract, one.placed_at, one.currency) for one in orders}):
            return make()
        return await asyncio.get_running_loop().run_in_executor(self._pool, make)


async def orders_in(request: HttpRequest) -> Sequence[NewOrder]:
    """The orders of a body: a list under ``orders``, or as JSON Lines an order a line."""
    if kind_of(request) != LINES:
        return _decoded(_many, await body_of(request, MOST_BYTES)).orders
    lines = [line for line in (await body_of(request, MOST_BYTES, LINES)).split(b"\n") if line.strip()]
    if not 0 < len(lines) <= MOST_LINED:
        found, fix = f"{len(lines)} lines", "send them in parts"
        raise Refused([Problem("body", found, f"1 to {MOST_LINED} orders, one a line", fix, "line_count")])
    return [_decoded(_one, line) for line in lines]


def desk_of(request: HttpRequest) -> Desk:
    """The desk that the query names; the seller's without one."""
    if not request.scope["query_string"]:
        return Desk.SELLER
    said = request.query_params.get("desk", Desk.SELLER.value)
    if said not in {desk.value for desk in Desk}:
        raise Refused([Problem("query.desk", repr(said)[:40], "seller or platform", "name one of them", "invalid")])
    return Desk(said)


def requests_of(
    opener: Opener, desk: Desk, who: str, orders: Sequence[NewOrder], key: str | None
) -> list[Request | Refused]:
    """The orders as requests to the engine, or why they are none."""
    made: list[Request | Refused] = []
    for order in orders:
        try:
            made.append(_request_of(opener, desk, who, order, key))
        except Refused as refused:
            made.append(refused)
    return made


def _request_of(opener: Opener, desk: Desk, who: str, order: NewOrder, key: str | None) -> Request:
    """The order as a request to the engine. Without a key its number is one: the same order twice is one order."""
    lines = [Line(*astuple(line)) for line in order.lines]
    details = order.details if order.due_at is None else {**order.details, "due_at": order.due_at}
    return opener.request(
        FLOW, order.number, contract=order.contract, currency=order.currency, place=order.place, lines=lines,
        at=order.placed_at, by=desk, details=details, key=key, who=who,
    )  # fmt: skip


def taken_of(document: Document) -> TakenOrder:
    """The document as the answer shows it."""
    return TakenOrder(
        document.stream, document.number, document.state, document.version, document.contract_id, document.currency,
        document.place, document.opened_at,
    )  # fmt: skip


def _answer(order: NewOrder, found: Document | Refused) -> OrderAnswer:
    if isinstance(found, Document):
        return OrderAnswer(order.number, 201, taken_of(found))
    told = [dict(refusing.clean(problem.as_json())) for problem in found.problems]
    return OrderAnswer(order.number, refusing.status_of(found.problems), None, told)


def _decoded(decode: Callable[[bytes], Body], body: bytes) -> Body:
    return decoded(decode, body, _buyer_data)


def _buyer_data(error: str) -> Sequence[Problem]:
    """The unknown field that an error names, where it speaks of a buyer."""
    found = re.search(r"unknown field `(.*?)`(?: - at `(.*?)`)?", error, re.DOTALL)
    if found is None or not speaks_of_buyer(found[1]):
        return ()
    at, fix = f"{found[2] or '$'}.{found[1]}"[:160], "leave it out: nothing about a buyer is recorded"
    return [Problem(at, "a detail about a person", "none", fix, "buyer_data")]
