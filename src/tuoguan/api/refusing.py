"""One shape for everything that is refused: ``{"problems": [{at, found, expected, fix, code, severity, row_count}]}``.

Hides which layer said no. Keeps the invariant that no answer of the API under /api/ has an error in another shape, and
that nobody who may not know is told whether something exists.
"""

from collections.abc import Iterable

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import StoreLost

# What a code means to a program. Everything else is 422: the request was understood and cannot be done as it says.
CODES_BY_STATUS = {
    401: "not_signed expired",
    403: "not_allowed csrf not_visible other_origin",
    404: (
        "no_document no_run no_workspace no_job no_page no_ledger no_decision unknown_flow unknown_contract "
        "no_token no_person no_webhook no_statement unknown_statement no_file no_plan no_group "
        "unknown_card no_delivery no_upload no_backup no_contract no_terms unknown_entry no_account "
        "no_study no_product"
    ),
    409: (
        "wrong_version changed_meanwhile key_reused job_state last_owner key_used opened_before "
        "illegal_move not_yours below_nought buffer_kept not_ready too_early period_closed in_progress "
        "shown_once reversed_already job_over bad_workspace stale written_before older_count"
    ),
    412: "wrong_etag",
    413: "too_large",
    414: "long_query",
    415: "not_json wrong_kind",
    428: "no_etag",
    429: "too_often locked",
    503: "store_lost being_made",
}
STATUS_BY_CODE = {code: status for status, codes in CODES_BY_STATUS.items() for code in codes.split()}
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
    """Puts the one shape on everything."""
    api.add_exception_handler(Refused, refused)
    api.add_exception_handler(RequestValidationError, invalid)
    api.add_exception_handler(HTTPException, http_error)
    api.add_exception_handler(StoreLost, lost)


async def refused(request: Request, error: Exception) -> Response:
    """What a use case refused."""
    assert isinstance(error, Refused)
    if any(problem.code == "being_made" for problem in error.problems):
        request.app.state.site.get_ready()
    late = any(problem.code in ("wrong_version", "changed_meanwhile", "stale") for problem in error.problems)
    return answer(error.problems, 412 if late and "if-match" in request.headers else None)


async def invalid(request: Request, error: Exception) -> Response:
    """A request whose parts are not what its description says."""
    assert isinstance(error, RequestValidationError)
    return answer([_invalid(one) for one in error.errors()] or [_bad("request", "nothing")], 422)


async def http_error(request: Request, error: Exception) -> Response:
    """No such path, or no such method on it."""
    assert isinstance(error, HTTPException)
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
