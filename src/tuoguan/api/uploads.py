"""Files of seller centers: sent, looked at, tried on a copy of the ledger, explained where nobody knows them.

Recording them is a job. Keeps the invariant that what a look shows is what that job does.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

from fastapi import Depends, File, Response, UploadFile
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.contracts import ProblemShown
from tuoguan.api.etags import IfMatch, seen_text, tag
from tuoguan.api.routing import keyed_router, strict_router
from tuoguan.api.tables import Form, table_answer
from tuoguan.app.import_preview import SAID, FileLook, asked_of, effect, look, refused_rows
from tuoguan.app.uploads import EXPORTS, Upload, discard, find, note, receive, uploads, version
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Store
from tuoguan.site import Job, Right

routes = keyed_router()
files = strict_router()


class FileShown(BaseModel):
    """One file as it came, with what was seen at a first look."""

    name: str
    size: int
    digest: str
    problems: list[ProblemShown]


class Said(BaseModel):
    """What a person says beside the files; what is left empty is found in them or asked for."""

    model_config = {"extra": "forbid"}

    store: str = Field("", max_length=160)
    contract: str = Field("", max_length=100, description="Under which the documents stand.")
    place: str = Field("", max_length=160, description="Where counted goods lie.")
    currency: str = Field("", max_length=3, description="Of amounts that name none.")
    zone: str = Field("", max_length=60, description="Of instants that name none, such as Asia/Shanghai.")
    counted_on: str = Field("", max_length=10, description="The day of a count, such as 2026-11-22.")
    format: str = Field("", max_length=80, description="Which format the files have, where they look like two.")


class UploadShown(BaseModel):
    """Files kept together for an import, with what was said of them; ``job`` is what took them over."""

    id: str
    at: int
    by: str
    files: list[FileShown]
    said: dict[str, str]
    job: str


class SheetShown(BaseModel):
    """A sheet that is known; ``columns`` and ``rows`` are its first rows as they were understood, without buyers."""

    file: str
    format: str
    title: str
    title_zh: str
    evidence: str
    table: str
    platform: str
    rows_in: int
    rows_used: int
    rows_listed: int
    columns: list[str]
    rows: list[list[str]]
    latest_on: str


class FileLookShown(BaseModel):
    """A file with its known sheets (none: nobody knows it), and what is wrong with it."""

    file: str
    sheets: list[SheetShown]
    problems: list[ProblemShown]


class Change(BaseModel):
    """Moves of one kind that documents would make."""

    kind: str
    count: int


class WouldMove(BaseModel):
    """A document and the moves that it would make."""

    stream: str
    moves: list[str]


class EffectShown(BaseModel):
    """What importing the files would do to the ledger as it is; ``documents`` are the first of them."""

    opened: int
    moved: int
    unchanged: int
    statements: int
    lines: int
    listed: int = Field(description="Rows that are not used, or used with a doubt.")
    changes: list[Change]
    documents: list[WouldMove]
    problems: list[ProblemShown]
    nothing: bool = Field(description="The ledger would stay as it is.")


@files.post("/uploads", tags=["import"], summary="Send files", operation_id="upload", status_code=201)
def upload(
    response: Response,
    caller: Caller = Depends(asking(Right.IMPORT)),
    files: list[UploadFile] = File(description="XLSX, CSV, TSV, TXT, GZ or Parquet; up to 20."),
) -> UploadShown:
    """Keeps the files for an import and looks at them; a job of the kind `import` with this id records them.

    The same files again are another upload; importing them twice is importing them once.
    """
    found = received(caller, EXPORTS, files)
    with suppress(Refused):  # of settings or mappings: the look says so, and the files are not lost for it
        look(caller.place.folder, found.folder, found.paths, {}, now=caller.now)
    response.headers["Location"] = caller.url(f"uploads/{found.about.id}")
    return _shown(response, found)


@files.get("/uploads", tags=["import"], summary="Files that were sent", operation_id="uploads")
def all_uploads(caller: Caller = Depends(asking(Right.IMPORT))) -> list[UploadShown]:
    """The newest first; files go a week after they came."""
    return [_upload(one) for one in uploads(root_of(caller), EXPORTS)]


@files.get("/uploads/{upload}", tags=["import"], summary="One upload", operation_id="upload_of")
def one(upload: str, response: Response, caller: Caller = Depends(asking(Right.IMPORT))) -> UploadShown:
    """What was sent, what was said of it, and the job that took it over."""
    return _shown(response, export_files(caller, upload))


@files.delete(
    "/uploads/{upload}", tags=["import"], summary="Throw an upload away", operation_id="discard_upload", status_code=204
)
def throw(upload: str, caller: Caller = Depends(asking(Right.IMPORT))) -> None:
    """Throws files and notes away; what was imported stays in the ledger."""
    discard(export_files(caller, upload))


@routes.put("/uploads/{upload}/said", tags=["import"], summary="Say more of an upload", operation_id="say_of_upload")
def say(
    upload: str,
    body: Said,
    response: Response,
    if_match: str | None = IfMatch,
    caller: Caller = Depends(asking(Right.IMPORT)),
) -> UploadShown:
    """Words that hold for the look, the trial and the import, in place of those said before. An import's own parameters
    go before them.
    """
    found = export_files(caller, upload)
    unchanged(found, if_match)
    said = {name: text for name, text in body.model_dump().items() if text}
    asked_of(said)
    return _shown(response, note(found, said=said))


@routes.get("/uploads/{upload}/look", tags=["import"], summary="What the files are", operation_id="look_at_upload")
def looked(upload: str, caller: Caller = Depends(asking(Right.IMPORT))) -> list[FileLookShown]:
    """Each file: how it is recognized, its first rows, what is wrong. Nothing is recorded."""
    found = export_files(caller, upload)
    seen = look(caller.place.folder, found.folder, found.paths, words_of(found), now=caller.now)
    return [file_shown(one) for one in seen.files]


@routes.get(
    "/uploads/{upload}/effect", tags=["import"], summary="What an import would change", operation_id="effect_of_upload"
)
def would(upload: str, caller: Caller = Depends(asking(Right.IMPORT))) -> EffectShown:
    """What importing the files as they are said would do, tried on a copy of the ledger. Nothing is recorded."""
    found = export_files(caller, upload)
    done = effect(caller.place.folder, found.folder, found.paths, words_of(found), _store(caller), now=caller.now)
    return EffectShown(
        opened=done.opened, moved=done.moved, unchanged=done.unchanged, statements=done.statements, lines=done.lines,
        listed=done.listed, changes=[Change(kind=one.kind, count=one.count) for one in done.changes],
        documents=[WouldMove(stream=stream, moves=steps.split()) for stream, steps in done.documents],
        problems=problems_of(done.problems), nothing=done.nothing,
    )  # fmt: skip


@routes.get(
    "/uploads/{upload}/rows.{form}",
    tags=["import"],
    summary="Rows that are left out, as a file",
    operation_id="export_upload_rows",
    response_class=Response,
)
def rows(upload: str, form: Form, caller: Caller = Depends(asking(Right.IMPORT))) -> Response:
    """Every row that is not used, or used with a doubt, as the last look or trial found them."""
    return table_answer(refused_rows(export_files(caller, upload).folder), form, "rows")


def export_files(caller: Caller, name: str) -> Upload:
    """The upload for an import. Refused when there is none of the id."""
    return find(root_of(caller), name, EXPORTS)


def words_of(upload: Upload) -> dict[str, str]:
    """What was said of the upload."""
    return {name: text for name, text in upload.about.said.items() if name in SAID}


def with_words(caller: Caller, params: dict[str, Any]) -> dict[str, Any]:
    """Parameters of an import, with what was said of its upload where they say nothing themselves."""
    name = params.get("upload")
    return {**words_of(export_files(caller, name)), **params} if isinstance(name, str) else params


def taken_over(caller: Caller, job: Job) -> None:
    """Notes the import that took an upload over."""
    note(export_files(caller, str(job.params["upload"])), job=job.id)


def received(caller: Caller, purpose: str, files: list[UploadFile]) -> Upload:
    """The files, kept. Refused, with nothing kept, for bad ones."""
    sent = [(one.filename or "file", one.file) for one in files]
    return receive(root_of(caller), purpose, sent, caller.signed.name, caller.now)


def unchanged(upload: Upload, if_match: str | None) -> None:
    """Refused when something else was said of the upload since the caller saw it."""
    seen = seen_text(if_match)
    if seen is not None and seen != version(upload):
        found, fix = "other words than you saw", "read it again, and say what is still to be said"
        raise Refused([Problem("upload", found, "what you saw", fix, "changed_meanwhile")])


def root_of(caller: Caller) -> Path:
    """Where the workspace's uploads lie."""
    return caller.site.jobs.folders.of(caller.place.name).uploads


def file_shown(one: FileLook) -> FileLookShown:
    """A file that was looked at, as an answer."""
    sheets = [SheetShown(**{name: getattr(sheet, name) for name in SheetShown.model_fields}) for sheet in one.sheets]
    return FileLookShown(file=one.file, sheets=sheets, problems=problems_of(one.problems))


def problems_of(told: list[dict[str, str | int]]) -> list[ProblemShown]:
    """Problems that were kept, as an answer."""
    return [ProblemShown(**one) for one in told]  # type: ignore[arg-type]


def files_of(upload: Upload) -> list[FileShown]:
    """The files as they came."""
    return [FileShown(name=one.name, size=one.size, digest=one.digest, problems=problems_of(one.problems))
            for one in upload.about.files]  # fmt: skip


def _shown(response: Response, upload: Upload) -> UploadShown:
    response.headers["ETag"] = tag(version(upload))
    return _upload(upload)


def _upload(upload: Upload) -> UploadShown:
    about = upload.about
    return UploadShown(id=about.id, at=about.at, by=about.by, files=files_of(upload), said=words_of(upload),
                       job=about.job)  # fmt: skip


def _store(caller: Caller) -> Store | None:
    try:
        return caller.work.ledger.store
    except Refused:
        return None
