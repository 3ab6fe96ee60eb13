"""One ASGI application of pages and API, guarded.

Hides the order of layers. Keeps the invariant that every answer, an error too, goes through the guard.
"""

from fastapi import FastAPI

from tuoguan.api import make_api
from tuoguan.serve.guard import Guard
from tuoguan.site import Site
from tuoguan.web import add_pages


def make_server(site: Site, url: str = "") -> FastAPI:
    """The whole server over an opened site. ``url``: where people reach it, when it is not where it listens."""
    server = make_api(site)
    add_pages(server)
    server.add_middleware(Guard, site=site, url=url)
    return server
