"""The seller's file, files that people send, and backups."""

from pathlib import Path

from fastapi import Depends, File, Response, UploadFile
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.contracts import ProblemShown
from tuoguan.api.etags import IfMatch, required, tag
from tuoguan.api.routing import keyed_router, strict_router
from tuoguan.app.freshness import Source, imported_sources, own_sources
from tuoguan.app.settings import current, save_text, versions
from tuoguan.app.uploads import Upload, discard, find, receive, uploads
from tuoguan.site import Right

routes = keyed_router()
files = strict_router()
PURPOSE = "exports"


class SellerText(BaseModel):
    """The whole seller.toml."""

    text: str = Field(max_length=262_144)


class Version(BaseModel):
    """An earlier version of the file."""

    name: str
    size: int


class FileShown(BaseModel):
    """One file as it came, with what was seen at a first look."""

    name: str
    size: int
    digest: str
    problems: list[ProblemShown]


class UploadShown(BaseModel):
    """Files kept together for an import; ``job`` is what took them over."""

    id: str
    at: int
    by: str
    files: list[FileShown]
    job: str


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
    found = save_text(folder, body.text, required(if_match, current(folder).digest))
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


@files.post("/uploads", tags=["import"], summary="Send files", operation_id="upload", status_code=201)
def upload(
    response: Response,
    caller: Caller = Depends(asking(Right.IMPORT)),
    files: list[UploadFile] = File(description="XLSX, CSV, TSV, TXT, GZ or Parquet; up to 20."),
) -> UploadShown:
    """Keeps the files for an import and looks at them; a job of the kind `import` with this id records them.

    The same files again are another upload; importing them twice is importing them once.
    """
    sent = [(one.filename or "file", one.file) for one in files]
    found = receive(_root(caller), PURPOSE, sent, caller.signed.name, caller.now)
    response.headers["Location"] = caller.url(f"uploads/{found.about.id}")
    return _shown(found)


@files.get("/uploads", tags=["import"], summary="Files that were sent", operation_id="uploads")
def all_uploads(caller: Caller = Depends(asking(Right.IMPORT))) -> list[UploadShown]:
    """The newest first; files go a week after they came."""
    return [_shown(one) for one in uploads(_root(caller), PURPOSE)]


@files.get("/uploads/{upload}", tags=["import"], summary="One upload", operation_id="upload_of")
def one(upload: str, caller: Caller = Depends(asking(Right.IMPORT))) -> UploadShown:
    """What was sent, and the job that took it over."""
    return _shown(find(_root(caller), upload))


@files.delete(
    "/uploads/{upload}", tags=["import"], summary="Throw an upload away", operation_id="discard_upload", status_code=204
)
def throw(upload: str, caller: Caller = Depends(asking(Right.IMPORT))) -> None:
    """Throws files and notes away; what was imported stays in the ledger."""
    discard(find(_root(caller), upload))


@routes.get("/backups", tags=["settings"], summary="Backups", operation_id="backups")
def backups(caller: Caller = Depends(asking(Right.SETTINGS))) -> list[Backup]:
    """Backups that the server keeps, the newest first; making and restoring one is a job."""
    folder = caller.site.jobs.folders.of(caller.place.name).backups
    paths = sorted(folder.iterdir(), reverse=True) if folder.is_dir() else []
    return [
        Backup(name=path.name, size=path.stat().st_size, at=int(path.stat().st_mtime))
        for path in paths if path.is_file() and not path.name.startswith(".")
    ]  # fmt: skip


def _root(caller: Caller) -> Path:
    return caller.site.jobs.folders.of(caller.place.name).uploads


def _shown(upload: Upload) -> UploadShown:
    about = upload.about
    shown = [FileShown(name=one.name, size=one.size, digest=one.digest,
                       problems=[ProblemShown(**told) for told in one.problems]) for one in about.files]  # type: ignore[arg-type] # fmt: skip
    return UploadShown(id=about.id, at=about.at, by=about.by, files=shown, job=about.job)
