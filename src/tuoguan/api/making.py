"""The API as one FastAPI application."""

from fastapi import FastAPI

import tuoguan
from tuoguan.site import Site


def make_api(site: Site) -> FastAPI:
    """The application with all routes under /api/v1, its OpenAPI 3.1 description at /api/v1/openapi.json."""
    api = FastAPI(
        title="tuoguan", version=tuoguan.__version__, docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json"
    )
    api.state.site = site
    return api
