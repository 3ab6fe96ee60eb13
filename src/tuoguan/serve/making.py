"""One ASGI application of pages and API, guarded.

Hides the order of layers. Keeps the invariant that every answer, an error too, goes through the guard.
"""

from fastapi import FastAPI

from tuoguan.api import make_api
from tuoguan.serve.guard import Guard
from tuoguan.site import Site
from tuoguan.web import add_pages


def make_server(site: Site) -> FastAPI:
    """The whole server over an opened site."""
    server = make_api(site)
    add_pages(server)
    server.add_middleware(Guard, site=site)
    return server
