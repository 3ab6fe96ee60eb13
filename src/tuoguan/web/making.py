"""All pages put on the server, with the files they load and the page that says what was refused.

Hides which module has which page. Keeps the invariant that nothing a page loads comes from another host.
"""

from pathlib import Path

import js_lib_htmx
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.web import (
    pages_contracts,
    pages_decide,
    pages_home,
    pages_import,
    pages_jobs,
    pages_money,
    pages_people,
    pages_plan,
    pages_product,
    pages_settings,
    pages_sign_in,
    pages_start,
    pages_statements,
    pages_stock,
    pages_webhooks,
    pages_work,
)
from tuoguan.web.asking import SignInFirst, problems_page, to_sign_in

AREAS = (
    pages_start,
    pages_sign_in,
    pages_home,
    pages_decide,
    pages_product,
    pages_contracts,
    pages_plan,
    pages_work,
    pages_stock,
    pages_money,
    pages_statements,
    pages_import,
    pages_jobs,
    pages_webhooks,
    pages_settings,
    pages_people,
)
STATIC = Path(__file__).parent / "static"
HTMX = Path(js_lib_htmx.__file__).parent / "static" / "htmx"


def add_pages(server: FastAPI) -> None:
    """Adds every page to the server."""
    server.mount("/static/htmx", StaticFiles(directory=HTMX), name="htmx")
    server.mount("/static", StaticFiles(directory=STATIC), name="static")
    for area in AREAS:
        server.include_router(area.pages, include_in_schema=False)
    told_by_api = server.exception_handlers.get(Refused)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        if request.url.path.startswith("/api/") and told_by_api is not None:
            return await told_by_api(request, error)  # type: ignore[no-any-return,misc]
        if request.url.path.startswith("/api/"):
            return JSONResponse({"problems": [one.as_json() for one in error.problems]}, 422)
        return problems_page(request, error)

    async def sign_in_first(request: Request, error: Exception) -> Response:
        return to_sign_in(request)

    server.add_exception_handler(Refused, refused)
    server.add_exception_handler(SignInFirst, sign_in_first)
    _add_misses(server)


def _add_misses(server: FastAPI) -> None:
    """Pages that are not there, and forms that lack a field, said like everything else that is refused."""
    miss_of_api = server.exception_handlers[HTTPException]
    invalid_of_api = server.exception_handlers[RequestValidationError]

    async def missed(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if request.url.path.startswith("/api/"):
            return await miss_of_api(request, error)  # type: ignore[no-any-return,misc]
        expected = "a page of this server" if error.status_code == 404 else "what the page itself sends"
        found = "no such page" if error.status_code == 404 else str(error.detail).lower()
        code = "no_page" if error.status_code == 404 else "bad_request"
        answer = problems_page(request, Refused([Problem("page", found, expected, "begin at the menu", code)]))
        if answer.status_code != 303:
            answer.status_code = error.status_code
        return answer

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        if request.url.path.startswith("/api/"):
            return await invalid_of_api(request, error)  # type: ignore[no-any-return,misc]
        # What was found is not repeated: it may be a password.
        problems = [
            Problem(".".join(map(str, one["loc"])), "a value that does not fit", one["msg"], "mend it", "bad_value")
            for one in error.errors()
        ]
        return problems_page(request, Refused(problems))

    server.add_exception_handler(HTTPException, missed)
    server.add_exception_handler(RequestValidationError, invalid)
