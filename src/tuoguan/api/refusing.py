"""One shape for everything that is refused: ``{"problems": [{at, found, expected, fix, code, severity, row_count}]}``.

Hides which layer said no. Keeps the invariant that no answer of the API under /api/ has an error in another shape, and
that nobody who may not know is told whether something exists.
"""

from collections.abc import Iterable

import msgspec
from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import StoreLost

PREFIX = "/api/"
# What a code means to a program. Everything else is 422: the request was understood and cannot be done as it says.
STATUS_BY_CODE = {
    "not_signed": 401, "expired": 401,
    "not_allowed": 403, "csrf": 403, "not_visible": 403, "other_origin": 403,
    "no_document": 404, "no_workspace": 404, "no_job": 404, "no_page": 404, "no_ledger": 404, "no_decision": 404,
    "unknown_flow": 404, "unknown_contract": 404, "no_token": 404, "no_person": 404, "no_webhook": 404,
    "no_statement": 404, "unknown_statement": 404, "no_file": 404, "no_plan": 404, "no_group": 404, "unknown_card": 404,
    "no_delivery": 404, "no_upload": 404, "no_backup": 404, "no_contract": 404, "no_terms": 404, "unknown_entry": 404, "no_account": 404, "no_study": 404, "no_product": 404,
    "wrong_version": 409, "changed_meanwhile": 409, "key_reused": 409, "job_state": 409, "last_owner": 409, "key_used": 409, "opened_before": 409, "illegal_move": 409, "not_yours": 409,
    "below_nought": 409, "buffer_kept": 409, "not_ready": 409, "too_early": 409, "period_closed": 409,
    "in_progress": 409, "shown_once": 409, "reversed_already": 409, "job_over": 409, "bad_workspace": 409,
    "wrong_etag": 412, "too_large": 413, "long_query": 414, "not_json": 415, "wrong_kind": 415,
    "no_etag": 428, "too_often": 429, "locked": 429, "store_lost": 503,
}  # fmt: skip
ORDER = (401, 403, 404, 412, 428, 413, 414, 415, 429, 503)  # these speak before the others
_encode = msgspec.json.Encoder().encode


def status_of(problems: Iterable[Problem]) -> int:
    """The status that says most about the problems; 409 only where nothing else is wrong."""
    found = {STATUS_BY_CODE.get(problem.code, 422) for problem in problems}
    return next((status for status in ORDER if status in found), 422 if 422 in found or not found else min(found))


def answer(problems: Iterable[Problem], status: int | None = None) -> Response:
    """The problems as an answer."""
    told = list(problems)
    headers = {"Cache-Control": "no-store"}
    status = status or status_of(told)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="tuoguan"'
    if status in (429, 503):
        headers["Retry-After"] = "5"
    body = _encode({"problems": [clean(problem.as_json()) for problem in told]})
    return Response(body, status, headers, "application/json")


def clean(told: dict[str, str | int]) -> dict[str, str | int]:
    """The problem with nothing in it that UTF-8 cannot say."""
    return {
        name: value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
        for name, value in told.items()
    }


def add_refusals(api: FastAPI) -> None:
    """Puts the one shape on everything under /api/; what pages do with errors stays theirs."""
    api.add_exception_handler(Refused, refused)
    api.add_exception_handler(RequestValidationError, invalid)
    api.add_exception_handler(HTTPException, http_error)
    api.add_exception_handler(StoreLost, lost)


async def refused(request: Request, error: Exception) -> Response:
    """What a use case refused."""
    assert isinstance(error, Refused)
    late = any(problem.code in ("wrong_version", "changed_meanwhile") for problem in error.problems)
    return answer(error.problems, 412 if late and "if-match" in request.headers else None)


async def invalid(request: Request, error: Exception) -> Response:
    """A request whose parts are not what its description says."""
    assert isinstance(error, RequestValidationError)
    if not request.url.path.startswith(PREFIX):
        return await request_validation_exception_handler(request, error)
    return answer([_invalid(one) for one in error.errors()] or [_bad("request", "nothing")], 422)


async def http_error(request: Request, error: Exception) -> Response:
    """No such path, or no such method on it."""
    assert isinstance(error, HTTPException)
    if not request.url.path.startswith(PREFIX):
        return await http_exception_handler(request, error)
    path = request.url.path[:200]
    words = {
        404: Problem(path, "no such path", "a path of the description", "look at /api/v1/openapi.json", "no_path"),
        405: Problem(path, f"the method {request.method}", "a method of the path", "see the header Allow", "no_method"),
    }
    told = words.get(error.status_code) or _bad(path, str(error.detail)[:200])
    found = answer([told], error.status_code)
    found.headers.update({name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"})
    return found


async def lost(request: Request, error: Exception) -> Response:
    """The ledger's server went away: nobody knows yet whether it was recorded; the same key tells."""
    fix = "send it again with the same Idempotency-Key"
    return answer([Problem("ledger", "a store that went away", "one that answers", fix, "store_lost")])


def _invalid(error: dict[str, object]) -> Problem:
    place = error.get("loc")
    at = ".".join(str(part) for part in place) if isinstance(place, tuple | list) else "request"
    found = repr(error.get("input"))[:80]
    return Problem(at[:200], found, str(error.get("msg"))[:200], "see the description of the operation", "invalid")


def _bad(at: str, found: str) -> Problem:
    return Problem(at, found, "a request as described", "see the description of the operation", "bad_request")
