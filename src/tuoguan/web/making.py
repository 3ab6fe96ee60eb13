"""All pages as one application, with the files they load and the page that says what was refused.

Hides which module has which page. Keeps the invariant that nothing a page loads comes from another host.
"""

from pathlib import Path

import js_lib_htmx
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import Site
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


def make_pages(site: Site) -> FastAPI:
    """The application of all pages."""
    pages = FastAPI(title="tuoguan", docs_url=None, redoc_url=None, openapi_url=None)
    pages.state.site = site
    pages.mount("/static/htmx", StaticFiles(directory=HTMX), name="htmx")
    pages.mount("/static", StaticFiles(directory=STATIC), name="static")
    for area in AREAS:
        pages.include_router(area.pages)
    pages.add_exception_handler(Refused, _refused)
    pages.add_exception_handler(SignInFirst, _sign_in_first)
    pages.add_exception_handler(HTTPException, _missed)
    pages.add_exception_handler(RequestValidationError, _invalid)
    return pages


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return problems_page(request, error)


async def _sign_in_first(request: Request, error: Exception) -> Response:
    return to_sign_in(request)


async def _missed(request: Request, error: Exception) -> Response:
    """A page that is not there."""
    assert isinstance(error, HTTPException)
    expected = "a page of this server" if error.status_code == 404 else "what the page itself sends"
    found = "no such page" if error.status_code == 404 else str(error.detail).lower()
    code = "no_page" if error.status_code == 404 else "bad_request"
    answer = problems_page(request, Refused([Problem("page", found, expected, "begin at the menu", code)]))
    if answer.status_code != 303:
        answer.status_code = error.status_code
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    """A form that lacks a field. What was found is not repeated: it may be a password."""
    assert isinstance(error, RequestValidationError)
    problems = [
        Problem(".".join(map(str, one["loc"])), "a value that does not fit", one["msg"], "mend it", "bad_value")
        for one in error.errors()
    ]
    return problems_page(request, Refused(problems))
