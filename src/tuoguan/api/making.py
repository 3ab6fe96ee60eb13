"""The API as one FastAPI application.

Hides which module has which path. Keeps the invariants that the quick routes are found first, and that everything of a
workspace stands below its name.
"""

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

import tuoguan
from tuoguan.api import (
    contracts,
    decision,
    documents,
    jobs,
    money,
    own_tables,
    people,
    settings,
    statements,
    stock,
    stock_count,
    uploads,
    uploads_mapping,
    webhooks,
    work,
    workspaces,
)
from tuoguan.api.answers import Answers
from tuoguan.api.describing import describe
from tuoguan.api.orders import Orders
from tuoguan.api.refusing import add_refusals
from tuoguan.site import Site

ROOT = "/api/v1"
UNWATCHED: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}  # looked for at every request else
OF_WORKSPACE = (
    work.routes, documents.routes, decision.routes, contracts.routes, stock.routes, stock_count.routes,
    money.routes, statements.routes, jobs.routes, uploads.files, uploads.routes, uploads_mapping.routes,
    own_tables.files, own_tables.routes, settings.routes, people.routes, webhooks.routes,
)  # fmt: skip


def make_api(site: Site) -> FastAPI:
    """The application with all routes under /api/v1, its OpenAPI 3.1 description at /api/v1/openapi.json."""
    api = FastAPI(
        title="tuoguan", version=tuoguan.__version__, docs_url=None, redoc_url=None, telemetry=UNWATCHED,
        openapi_url=f"{ROOT}/openapi.json",
    )  # fmt: skip
    api.state.site = site
    api.state.answers = Answers(site.keep)
    api.router.routes[:0] = Orders().routes()
    for routes in OF_WORKSPACE:
        api.include_router(routes, prefix=f"{ROOT}/workspaces/{{workspace}}")
    api.include_router(workspaces.routes, prefix=ROOT)
    add_refusals(api)
    describe(api)
    return api
