"""Talking to a server: one connection a thread, JSON both ways, what was refused raised as one error.

Hides HTTP and the shapes of records. Keeps the invariants that a write can be sent again without being done twice (it
has a key), and that nothing but the standard library is needed to use the client.
"""

import http.client
import json
import threading
import time
import types
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import quote, urlencode, urlsplit

TRIES, WAIT_SECONDS = 3, 0.2
AGAIN = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong: where, what was found, what was expected, how to mend it."""

    at: str
    found: str
    expected: str
    fix: str
    code: str
    severity: str = "error"
    row_count: int = 1


class NotDone(Exception):
    """Raised for an answer of 400 and above; ``status`` and ``problems`` say why."""

    def __init__(self, status: int, problems: Sequence[Trouble]) -> None:
        self.status, self.problems = status, tuple(problems)
        words = "; ".join(f"{one.at}: found {one.found}; expected {one.expected}; {one.fix}" for one in problems)
        super().__init__(f"{status}: {words}")

    @property
    def codes(self) -> frozenset[str]:
        """The stable names of what is wrong."""
        return frozenset(one.code for one in self.problems)


class Talk:
    """A server as a program sees it; threads may share it.

    url      such as "http://127.0.0.1:8765";  token  a key made under Settings, "" on a local server
    """

    def __init__(self, url: str, token: str = "", *, timeout: float = 60.0) -> None:
        self._at, self._token, self._timeout = urlsplit(url), token, timeout
        self._own = threading.local()

    def close(self) -> None:
        """Ends this thread's connection."""
        connection = getattr(self._own, "connection", None)
        if connection is not None:
            connection.close()
            self._own.connection = None

    @property
    def etag(self) -> str:
        """The version that this thread's last answer told, to be sent back as ``if_match``; "" where it told none."""
        return str(getattr(self._own, "headers", {}).get("etag", ""))

    def call(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None,
        files: Sequence[tuple[str, bytes]] | None = None, headers: Mapping[str, str | None] | None = None,
    ) -> tuple[bytes, Mapping[str, str]]:  # fmt: skip
        """The body and headers of the answer. A write without a key gets one; what did not arrive is sent again."""
        told = {name: value for name, value in (headers or {}).items() if value is not None}
        if method != "GET":
            told.setdefault("Idempotency-Key", str(uuid.uuid4()))
        if self._token:
            told["Authorization"] = f"Bearer {self._token}"
        data = None
        if files is not None:
            data, told["Content-Type"] = _form(files)
        elif body is not None:
            data, told["Content-Type"] = json.dumps(plain(body)).encode(), "application/json"
        asked = self._at.path.rstrip("/") + path + _query(query or {})
        for left in reversed(range(TRIES)):
            try:
                answer = self._once(method, asked, data, told)
            except (OSError, http.client.HTTPException):
                self.close()
                if not left:
                    raise
            else:
                if answer[0] not in AGAIN or not left:
                    self._own.headers = answer[2]
                    return _taken(*answer)
            time.sleep(WAIT_SECONDS * (TRIES - left))
        raise AssertionError("the last try returns or raises")

    def _once(
        self, method: str, asked: str, data: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes, Mapping[str, str]]:
        connection = getattr(self._own, "connection", None)
        if connection is None:
            kind = http.client.HTTPSConnection if self._at.scheme == "https" else http.client.HTTPConnection
            connection = self._own.connection = kind(self._at.netloc, timeout=self._timeout)
        connection.request(method, asked, data, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}


def _taken(status: int, body: bytes, headers: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
    if status < 400:
        return body, headers
    try:
        problems = [Trouble(**one) for one in json.loads(body)["problems"]]
    except (ValueError, KeyError, TypeError):
        found = body[:200].decode("utf-8", "replace")
        problems = [Trouble("answer", found, "an answer of tuoguan", "look at the address", "not_tuoguan")]
    raise NotDone(status, problems)


def part(value: object) -> str:
    """A value as a part of a path."""
    return quote(str(value), safe="")


def _query(query: Mapping[str, Any]) -> str:
    said = {name: _said(value) for name, value in query.items() if value is not None}
    return f"?{urlencode(said, doseq=True)}" if said else ""


def _said(value: Any) -> Any:
    return ("true" if value else "false") if isinstance(value, bool) else value


def _form(files: Sequence[tuple[str, bytes]]) -> tuple[bytes, str]:
    """Files as a form's body, and its media type."""
    edge = uuid.uuid4().hex
    parts = []
    for name, data in files:
        safe = name.replace('"', "%22").replace("\r", "").replace("\n", "")
        head = f'Content-Disposition: form-data; name="files"; filename="{safe}"\r\n'
        head += "Content-Type: application/octet-stream"
        parts.append(f"--{edge}\r\n{head}\r\n\r\n".encode() + data + b"\r\n")
    return b"".join(parts) + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


def plain(value: Any) -> Any:
    """A record as JSON values; fields that were left as they are by themselves are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        told = {one.name: getattr(value, one.name) for one in fields(value)}
        return {
            name: plain(one) for name, one in told.items()
            if not (one is None and value.__dataclass_fields__[name].default is None)
        }  # fmt: skip
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def read(kind: Any, value: Any) -> Any:
    """JSON values as the type says: records, lists, maps; what a newer server adds to a record is left aside."""
    origin = get_origin(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{
            one.name: read(hints[one.name], value[one.name]) for one in fields(kind)
            if one.name in value or (one.default is MISSING and one.default_factory is MISSING)
        })  # fmt: skip
    if origin in (list, tuple) and isinstance(value, list):
        kinds = get_args(kind)
        if origin is tuple:
            return tuple(read(one, item) for one, item in zip(kinds, value, strict=True))
        return [read(kinds[0], one) for one in value]
    if origin is dict and isinstance(value, dict):
        return {name: read(get_args(kind)[1], one) for name, one in value.items()}
    if origin in (Union, types.UnionType) and value is not None:
        records = [one for one in get_args(kind) if one is not type(None)]
        return read(records[0], value) if len(records) == 1 else value
    return value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
