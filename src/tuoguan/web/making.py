"""All pages put on the server, with the files they load and the page that says what was refused.

Hides which module has which page. Keeps the invariant that nothing a page loads comes from another host.
"""

from pathlib import Path

import js_lib_htmx
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from tuoguan.foundation.problems import Refused
from tuoguan.site import Site
from tuoguan.web import (
    pages_contracts,
    pages_decide,
    pages_home,
    pages_import,
    pages_import_mapping,
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
    pages_work,
)
from tuoguan.web.asking import SignInFirst, problems_page

AREAS = (
    pages_start, pages_sign_in, pages_home, pages_decide, pages_product, pages_contracts, pages_plan, pages_work,
    pages_stock, pages_money, pages_statements, pages_import, pages_import_mapping,
    pages_jobs, pages_settings, pages_people,
)  # fmt: skip
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
        return RedirectResponse(f"/sign-in?to={request.url.path}", 303)

    server.add_exception_handler(Refused, refused)
    server.add_exception_handler(SignInFirst, sign_in_first)


def site_of(server: FastAPI) -> Site:
    """The site that the server serves."""
    return server.state.site  # type: ignore[no-any-return]
