"""A request as a page sees it: who asks, in which workspace, in which language, at which desk, at what instant.

Hides cookies, headers and the choice of a template. Keeps the invariants that no page is made for somebody without the
right, and that nothing is written for a form that this session did not get.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tuoguan.app.ledgers import now
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Desk, Work
from tuoguan.site import Right, Signed, Site, Workspace
from tuoguan.web.menu import GROUPS
from tuoguan.web.people_words import RIGHT_TITLES
from tuoguan.web.templating import environment
from tuoguan.web.translating import COOKIE, Language, language_of, translator

SESSION, LANGUAGE, THEME = "tuoguan_session", COOKIE, "tuoguan_theme"
BEING_MADE_SECONDS = "3"  # until the page asks again
YEAR_SECONDS = 31_536_000
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF"


class SignInFirst(Exception):
    """Raised where nobody is signed in; answered with the page that asks who it is."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One request. ``workspace`` is None on the few pages outside of any."""

    request: Request
    site: Site
    signed: Signed
    workspace: Workspace | None
    language: Language
    desk: Desk
    now: int

    @property
    def place(self) -> Workspace:
        """The workspace; only on pages of one."""
        assert self.workspace is not None
        return self.workspace

    @property
    def work(self) -> Work:
        """The engine over the workspace's ledger. Refused where there is none yet."""
        return self.site.work(self.place)

    def t(self, text: str, **values: object) -> str:
        """The text in the reader's language, with values put in: ``ask.t("{count} orders", count=3)``."""
        return translator(self.language)(text).format(**values) if values else translator(self.language)(text)

    def may(self, right: Right) -> bool:
        """True when who asks holds the right here, at this desk."""
        return self.workspace is not None and self.signed.may(self.workspace.name, right, self.desk)

    def require(self, right: Right) -> None:
        """Refused without the right here; for routes whose right depends on what is asked for."""
        if not self.may(right):
            raise Refused([_not_allowed(right, self.desk)])

    def url(self, path: str, **query: object) -> str:
        """A path inside the workspace, with the desk kept: ``ask.url("orders", state="placed")``.

        A query value of None or "" is left out.
        """
        if self.desk is not Desk.SELLER:
            query.setdefault("desk", self.desk.value)
        stated = {name: value for name, value in query.items() if value not in (None, "")}
        return f"/w/{self.place.name}/{quote(path)}" + (f"?{urlencode(stated, doseq=True)}" if stated else "")

    def here(self, **query: object) -> str:
        """This page's own URL with some of the query changed; None or "" takes one out. Paging starts again."""
        stated: dict[str, Any] = {name: value for name, value in self.request.query_params.items() if name != "after"}
        stated.update(query)
        kept = {name: value for name, value in stated.items() if value not in (None, "")}
        return self.request.url.path + (f"?{urlencode(kept, doseq=True)}" if kept else "")

    @property
    def is_part(self) -> bool:
        """True when htmx asks for a part of a page and not for the page."""
        return self.request.headers.get("HX-Request") == "true" and "HX-Boosted" not in self.request.headers

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page (or part) made of the template; it sees `ask`, the helpers of `templating` and ``values``."""
        made = environment(self.language).get_template(template)
        theme = self.request.cookies.get(THEME, "")
        text = made.render(ask=self, groups=GROUPS, theme=theme if theme in ("light", "dark") else "", **values)
        answer = HTMLResponse(text, status, {"Cache-Control": "no-store", "Vary": "HX-Request, Cookie"})
        if self.request.query_params.get("lang") == self.language:
            answer.set_cookie(LANGUAGE, self.language, max_age=YEAR_SECONDS, samesite="lax")
        return answer

    def go(self, url: str) -> Response:
        """On to another page after a write, with htmx or without."""
        if self.request.headers.get("HX-Request") == "true":
            return Response(status_code=204, headers={"HX-Redirect": url})
        return RedirectResponse(url, 303)


def asking(request: Request, workspace: str | None, right: Right | None) -> Asking:
    """The request with who asks it. Raises SignInFirst, or Refused without the right."""
    site: Site = request.app.state.site
    signed = site.access.signed(request.cookies.get(SESSION), None)
    if signed is None:
        raise SignInFirst
    found = None
    if workspace is not None:
        if workspace not in signed.memberships:
            site.workspaces.find("")  # the same words as for a name that does not exist
        found = site.workspaces.find(workspace)
    desk = Desk.PLATFORM if request.query_params.get("desk") == Desk.PLATFORM else Desk.SELLER
    ask = Asking(request, site, signed, found, language_of(request, signed), desk, now())
    if right is not None and found is not None and not signed.may(found.name, right, desk):
        raise Refused([_not_allowed(right, desk)])
    return ask


def reading(right: Right | None = Right.VIEW) -> Callable[..., Asking]:
    """A dependency for GET: ``ask: Asking = Depends(reading())``."""

    def depend(request: Request) -> Asking:
        return asking(request, request.path_params.get("workspace"), right)

    return depend


def writing(right: Right | None) -> Callable[..., Any]:
    """A dependency for POST: as `reading`, and the form must bring back what this session's forms carry."""

    async def depend(request: Request) -> Asking:
        ask = asking(request, request.path_params.get("workspace"), right)
        brought = request.headers.get(CSRF_HEADER) or str((await request.form()).get(CSRF_FIELD, ""))
        if not ask.signed.csrf or not secrets.compare_digest(brought.encode(), ask.signed.csrf.encode()):
            fix = "open the page again and send it once more"
            raise Refused(
                [Problem("form", "no proof that it comes from this page", "the page's own form", fix, "csrf")]
            )
        return ask

    return depend


def problems_page(request: Request, error: Refused) -> Response:
    """What was refused, said on a page or in a part of one."""
    try:
        ask = asking(request, None, None)
    except SignInFirst:
        return to_sign_in(request)
    codes, name = {problem.code for problem in error.problems}, _named_in(request)
    if name and ask.signed.may(name, Right.VIEW, ask.desk):
        ask = asking(request, name, None)  # said inside the workspace, with its menu
    if codes == {"no_ledger"} and name and request.method == "GET" and not ask.is_part:
        return RedirectResponse(f"/w/{quote(name)}/start", 303)  # which says how the daily work begins
    if "being_made" in codes:
        ask.site.get_ready()
        if not ask.is_part and request.method == "GET":
            answer = ask.page("being_made.html", status=503, problems=error.problems)
            answer.headers["Refresh"] = answer.headers["Retry-After"] = BEING_MADE_SECONDS
            return answer
    status = (
        403
        if codes & {"not_allowed", "csrf"}
        else 404
        if codes & {"no_workspace", "no_document", "no_page", "no_job"}
        else 503
        if "being_made" in codes
        else 409
        if "wrong_version" in codes
        else 422
    )
    template = "problems_part.html" if ask.is_part else "problems.html"
    answer = ask.page(template, status=status, problems=error.problems)
    if ask.is_part:
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#problems", "innerHTML"
    return answer


def _named_in(request: Request) -> str:
    """The workspace that the address names, even one of no page; "" where it names none."""
    parts = request.url.path.split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "w" else ""


def to_sign_in(request: Request) -> Response:
    """On to the page that asks who it is, and back here afterwards where that is a page to read."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    is_part = request.headers.get("HX-Request") == "true"
    query = {"to": here} if request.method == "GET" and not is_part else {}
    url = "/sign-in" + (f"?{urlencode(query)}" if query else "")
    if is_part:
        return Response(status_code=204, headers={"HX-Redirect": url})
    return RedirectResponse(url, 303)


def form_values(form: Mapping[str, Any]) -> dict[str, str]:
    """The text fields of a form, stripped, without the session's own."""
    return {name: value.strip() for name, value in form.items() if isinstance(value, str) and name != CSRF_FIELD}


def _not_allowed(right: Right, desk: Desk) -> Problem:
    fix = "ask an owner of the workspace for a role that has it"
    return Problem(f"the {desk} desk", "a role without it", f"the right “{RIGHT_TITLES[right]}”", fix, "not_allowed")
