"""Routes of the API: bodies read strictly, writes done once under their key.

Hides where answers are kept. Keeps the invariant that a write with a key changes something at most once, whichever of
the ledger, the jobs or the kept answers knows the key.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from tuoguan.api.answers import Answers
from tuoguan.api.asking import SAFE, signed_of
from tuoguan.api.bodies import key_in, kind_of, plain
from tuoguan.foundation.problems import Problem, Refused

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
FORMS = ("multipart/form-data",)
SECRET = {"x-shown-once": True}  # openapi_extra of operations whose answer holds a secret
KEPT_HEADERS = ("location", "etag", "content-type")


class StrictRequest(Request):
    """A request whose JSON is read as the standard says: no NaN, no text that UTF-8 cannot say, no bottomless pit."""

    async def json(self) -> Any:
        """The body's value."""
        try:
            return plain(await self.body())
        except Refused as refused:
            raise json.JSONDecodeError(refused.problems[0].found, "", 0) from None


class StrictRoute(APIRoute):
    """For reads, and for writes whose key the ledger or the jobs keep."""

    def get_route_handler(self) -> Handler:
        """The handler, behind a look at the kind of body."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            if request.method not in SAFE:
                await _checked(request)
            return await handle(StrictRequest(request.scope, request.receive))

        return strictly


class KeyedRoute(APIRoute):
    """For writes whose answer is kept under their key for a day."""

    def get_route_handler(self) -> Handler:
        """The handler, behind a look at what was answered before."""
        handle = super().get_route_handler()
        told_once = bool((self.openapi_extra or {}).get("x-shown-once"))

        async def once(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            if request.method in SAFE:
                return await handle(strict)
            await _checked(request)
            key = key_in(request, await run_in_threadpool(signed_of, strict))
            if key is None:
                return await handle(strict)
            asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + await strict.body()
            answers: Answers = request.app.state.answers
            kept = await run_in_threadpool(answers.begin, key, asked)
            if kept is not None:
                return Response(kept[2], kept[0], {**kept[1], "Idempotent-Replayed": "true"})
            try:
                answer = await handle(strict)
            except BaseException:
                answers.drop(key)
                raise
            headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
            if answer.status_code >= 400:
                answers.drop(key)
            else:
                answers.end(key, answer.status_code, headers, None if told_once else bytes(answer.body))
            return answer

        return once


def strict_router() -> APIRouter:
    """A router of reads and of writes whose key the ledger or the jobs keep."""
    return APIRouter(route_class=StrictRoute)


def keyed_router() -> APIRouter:
    """A router of writes whose answers are kept under their keys."""
    return APIRouter(route_class=KeyedRoute)


async def _checked(request: Request) -> None:
    """Refused for a body that is neither JSON nor a form of files."""
    kind = kind_of(request)
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if has_body and kind not in (*FORMS, "application/json", "text/plain", "application/toml"):
        fix = "send it with Content-Type: application/json"
        raise Refused([Problem("Content-Type", repr(kind)[:60], "the kind as described", fix, "not_json")])
