"""Pages: today's work."""

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.web.asking import Asking, reading

pages = APIRouter()


@pages.get("/w/{workspace}/home")
def home(ask: Asking = Depends(reading())) -> Response:
    """What is next, by money at risk."""
    return ask.page("home/home.html")
