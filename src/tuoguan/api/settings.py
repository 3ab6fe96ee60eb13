"""The seller's file, how fresh what is known is, and backups."""

from fastapi import Depends, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.etags import IfMatch, required, tag
from tuoguan.api.routing import keyed_router
from tuoguan.app.freshness import Source, imported_sources, own_sources
from tuoguan.app.settings import current, differing, save_text, versions
from tuoguan.site import Right

routes = keyed_router()


class SellerText(BaseModel):
    """The whole seller.toml."""

    text: str = Field(max_length=262_144)


class Version(BaseModel):
    """An earlier version of the file."""

    name: str
    size: int


class SourcesShown(BaseModel):
    """How old what the workspace knows is."""

    own: list[Source]
    imported: list[Source]


class Backup(BaseModel):
    """A backup of the ledger that the server keeps."""

    name: str
    size: int
    at: int


@routes.get(
    "/seller", tags=["settings"], summary="The seller's file", operation_id="seller", response_class=PlainTextResponse
)
def seller(caller: Caller = Depends(asking(Right.SETTINGS))) -> Response:
    """seller.toml as it is; empty where there is none yet. Its ETag is what a change must bring as If-Match."""
    found = current(caller.place.folder)
    return PlainTextResponse(found.text, headers={"ETag": tag(found.digest or "none")})


@routes.put(
    "/seller", tags=["settings"], summary="Write the seller's file", operation_id="write_seller", status_code=204
)
def write(
    body: SellerText,
    response: Response,
    if_match: str | None = IfMatch,
    caller: Caller = Depends(asking(Right.SETTINGS)),
) -> None:
    """Checked by reading it, written whole, the old one kept. If-Match is the ETag that you saw, `"none"` for none."""
    folder = caller.place.folder
    before = current(folder)
    found = save_text(folder, body.text, required(if_match, before.digest))
    if changed := differing(before.values, found.values):
        caller.site.access.audit.tell(caller.place.name, caller.signed.name, "settings_changed", settings=changed)
    response.headers["ETag"] = tag(found.digest)


@routes.get("/seller/versions", tags=["settings"], summary="Earlier versions", operation_id="seller_versions")
def earlier(caller: Caller = Depends(asking(Right.SETTINGS))) -> list[Version]:
    """Versions that were written over, the newest first."""
    return [Version(name=name, size=size) for name, size in versions(caller.place.folder)]


@routes.get("/sources", tags=["settings"], summary="How fresh the data is", operation_id="sources")
def sources(caller: Caller = Depends(asking())) -> SourcesShown:
    """The workspace's own tables and what was imported, with the last day that each speaks of."""
    root = caller.site.jobs.folders.of(caller.place.name).uploads
    return SourcesShown(own=own_sources(caller.place.folder), imported=imported_sources(root))


@routes.get("/backups", tags=["settings"], summary="Backups", operation_id="backups")
def backups(caller: Caller = Depends(asking(Right.SETTINGS))) -> list[Backup]:
    """Backups that the server keeps, the newest first; making and restoring one is a job."""
    folder = caller.site.jobs.folders.of(caller.place.name).backups
    paths = sorted(folder.iterdir(), reverse=True) if folder.is_dir() else []
    return [
        Backup(name=path.name, size=path.stat().st_size, at=int(path.stat().st_mtime))
        for path in paths if path.is_file() and not path.name.startswith(".")
    ]  # fmt: skip
