"""Bodies of requests: how large they may be, in which form, and which key makes sending them again harmless.

Keeps the invariant that a body is refused with one sentence before anything is done with it: too large, not JSON,
numbers that are none, text that UTF-8 cannot say, nested without end.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import Signed

KEY = "Idempotency-Key"
MOST_KEY = 100
Body = TypeVar("Body")
_JSON = ("application/json", "application/merge-patch+json")


def key_in(request: Request, signed: Signed) -> str | None:
    """The caller's key of this write, theirs alone; None without one."""
    key = request.headers.get(KEY)
    if key is None:
        return None
    if not 0 < len(key) <= MOST_KEY or not key.isascii() or not key.isprintable():
        fix = "send a fresh UUID with each new write, the same one when you send it again"
        raise Refused([Problem(KEY, repr(key)[:60], f"1 to {MOST_KEY} printable ASCII characters", fix, "bad_key")])
    return f"api/{signed.id}/{key}"


async def body_of(request: Request, most: int, other: str = "") -> bytes:
    """The body, JSON or of the ``other`` kind. Refused for another kind, and for one larger than ``most`` bytes."""
    kind = kind_of(request)
    if kind not in (*_JSON, other):
        fix = "send it with Content-Type: application/json"
        raise Refused([Problem("Content-Type", repr(kind)[:60], "application/json", fix, "not_json")])
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise too_large(most)
    chunks, count = [], 0
    async for chunk in request.stream():
        count += len(chunk)
        if count > most:
            raise too_large(most)
        chunks.append(chunk)
    return b"".join(chunks)


def kind_of(request: Request) -> str:
    """The media type of the body; JSON where nobody says."""
    return request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()


def too_large(most: int) -> Refused:
    """A body of more than ``most`` bytes."""
    return Refused([Problem("body", f"more than {most} bytes", f"at most {most}", "send it in parts", "too_large")])


def decoded(
    decode: Callable[[bytes], Body], body: bytes, known: Callable[[str], Sequence[Problem]] = lambda error: ()
) -> Body:
    """The body as values; ``known`` may say more about an error."""
    try:
        return decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        said = str(error) or type(error).__name__
        fix = "see the description of the operation"
        raise Refused(known(said) or [Problem("body", said[:200], "JSON as described", fix, "invalid")]) from None


def plain(body: bytes) -> Any:
    """Any JSON value, read strictly."""
    return decoded(msgspec.json.decode, body)
