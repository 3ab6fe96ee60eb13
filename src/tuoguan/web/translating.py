"""The page's words in the reader's language, from the catalogs in `locale`.

English is the key; a catalog is a gettext .po file per area. Keeps the invariant that a text is either in
the catalogs or in English as it stands (a test holds every text of templates and pages against them).
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal

from babel.messages.pofile import read_po
from fastapi import Request

from tuoguan.site import Signed

Language = Literal["en", "zh"]
LOCALES = Path(__file__).parent / "locale"
COOKIE = "tuoguan_lang"


@cache
def catalog(language: Language) -> dict[str, str]:
    """Texts by their English."""
    texts: dict[str, str] = {}
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and isinstance(message.id, str) and message.string:
                    texts[message.id] = str(message.string)
    return texts


def translator(language: Language) -> Callable[[str], str]:
    """What turns a text into the language."""
    if language == "en":
        return lambda text: text
    texts = catalog(language)
    return lambda text: texts.get(text, text)


def language_of(request: Request, signed: Signed | None) -> Language:
    """``?lang=`` first, then the reader's cookie or account, then what the browser asks for; English else."""
    for said in (request.query_params.get("lang"), request.cookies.get(COOKIE), signed.language if signed else ""):
        if said in ("en", "zh"):
            return "zh" if said == "zh" else "en"
    asked = request.headers.get("accept-language", "").lower()
    return "zh" if asked.startswith("zh") else "en"
