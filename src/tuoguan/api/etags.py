"""Versions of what can be edited: told as ETag, asked for as If-Match.

Keeps the invariant that nobody writes over a version that they have not seen.
"""

import re

from fastapi import Header

from tuoguan.foundation.problems import Problem, Refused

TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"')
IfMatch = Header(None, alias="If-Match", description="The ETag of the version that you saw; `*` for any.",
                 examples=['"3"'])  # fmt: skip


def tag(version: object) -> str:
    """The version as an ETag."""
    return f'"{version}"'


def seen_version(if_match: str | None) -> int | None:
    """Number of entries the caller knows the document to have; None without If-Match. Refused when it is no ETag."""
    text = seen_text(if_match)
    if text is None:
        return None
    if not text.isdigit() or len(text) > 15:
        raise _wrong(if_match or "")
    return int(text)


def seen_text(if_match: str | None) -> str | None:
    """The version that the caller saw; None without If-Match, or for any."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = TAG.fullmatch(if_match.strip())
    if found is None:
        raise _wrong(if_match)
    return found[1]


def required(if_match: str | None, now: str) -> str:
    """The version that the caller saw, "" for one that is not there yet. Refused without any (428).

    ``now`` is the version as it is, taken for `*`.
    """
    if if_match is None:
        fix = "read it first and send its ETag as If-Match"
        raise Refused([Problem("If-Match", "nothing", "the ETag that you saw", fix, "no_etag")])
    text = seen_text(if_match)
    return now if text is None else "" if text == "none" else text


def _wrong(found: str) -> Refused:
    fix = "send the ETag as it came with the answer, quotes too"
    return Refused([Problem("If-Match", repr(found)[:60], "an ETag of this resource", fix, "wrong_etag")])
