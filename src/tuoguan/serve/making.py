"""Pages and API as one ASGI application, guarded.

Hides the order of layers, and that the API is loaded when it is first asked for. Keeps the invariant that every answer,
an error too, goes through the guard.
"""

import gc
from functools import partial
from threading import Lock

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from tuoguan.serve.guard import Guard
from tuoguan.site import Site
from tuoguan.web import make_pages

API = "/api/"


class Server:
    """Two applications by the beginning of the path, so that neither looks through the other's routes.

    url  where people reach the server, when it is not where it listens
    """

    def __init__(self, site: Site, url: str = "") -> None:
        self._guard = partial(FastAPI.add_middleware, middleware_class=Guard, site=site, url=url)
        self._site, self._lock = site, Lock()
        self._api: FastAPI | None = None
        self.pages = make_pages(site)
        self._guard(self.pages)

    @property
    def api(self) -> FastAPI:
        """The API, made when it is first asked for: half a second that no first page waits for."""
        with self._lock:
            if self._api is None:
                from tuoguan.api import make_api

                api = make_api(self._site)
                self._guard(api)
                gc.freeze()
                self._api = api
            return self._api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request to the one it is for; the server's own start and end to the pages."""
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self.pages(scope, receive, send)
        else:
            api = self._api
            if api is None:
                api = await run_in_threadpool(lambda: self.api)
            await api(scope, receive, send)
