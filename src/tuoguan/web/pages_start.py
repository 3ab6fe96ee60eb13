"""Pages: the way in. One workspace is opened at once; of many, those are listed that who asks may see."""

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from tuoguan.web.asking import Asking, reading

pages = APIRouter()


@pages.get("/")
def way_in(ask: Asking = Depends(reading(None))) -> Response:
    """The only workspace there is to see, or the list of them."""
    names = sorted(ask.signed.memberships)
    if len(names) == 1:
        return RedirectResponse(f"/w/{names[0]}/home", 303)
    return ask.page("start/workspaces.html", names=names)
