"""The API as one FastAPI application."""

from fastapi import FastAPI

import tuoguan
from tuoguan.api.orders import Orders
from tuoguan.api.refusing import add_refusals
from tuoguan.site import Site


def make_api(site: Site) -> FastAPI:
    """The application with all routes under /api/v1, its OpenAPI 3.1 description at /api/v1/openapi.json."""
    api = FastAPI(
        title="tuoguan", version=tuoguan.__version__, docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json"
    )
    api.state.site = site
    api.router.routes[:0] = Orders().routes()
    add_refusals(api)
    return api
