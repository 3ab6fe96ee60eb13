"""Names of ways of selling, options and limits of a kept decision, as the report writes them.

Hides where titles stand. Keeps the invariant that a page and the report call a thing by one name.
"""

import re
from pathlib import Path

from tuoguan.app.decision_fresh import library_of
from tuoguan.app.document_words import POLICIES
from tuoguan.app.phrases import Language, phrase
from tuoguan.contracts import Library

JOINED = " + "
POLICY_ZH = (
    (r"^(\d+) to (\d+)", r"低于 \1 补至 \2"), (r"^(\d+)", r"补至 \1"), (r" at most (\d+)", r"，每次至多 \1"),
    (r" fast (\d+)", r"，快线补至 \1"), (r" with the season", "，随季节"), (r" ?every (\d+) d$", r"，每 \1 天"),
    (r"^，", ""),
)  # fmt: skip


class Ways:
    """Names in one language. ``library`` is the workspace's."""

    def __init__(self, library: Library, language: Language) -> None:
        self._library, self._language = library, language
        self._signable: dict[str, str] = {}  # the first contract of each platform/model that a seller can sign
        for name, head in library.contracts.items():
            if not head.head.base:
                self._signable.setdefault(name.rpartition("/")[0], name)

    def contract(self, contract_id: str) -> str:
        """A contract's title without its market; the id where we have none."""
        head = self._library.contracts.get(contract_id)
        if head is None:
            return contract_id
        return head.head.title_zh.split("（")[0] if self._language == "zh" else head.head.title.split(",")[0]

    def way(self, way: str) -> str:
        """The title of platform/model pairs joined by " + "; "" is not selling."""
        if not way:
            return phrase("do_not_sell", self._language)
        return JOINED.join(self._pair(part) for part in way.split(JOINED))

    def option(self, key: str) -> str:
        """The way of an option's key such as ``platform/model/market@place#2``; "do_not_sell" is not selling."""
        if key in ("", "do_not_sell"):
            return phrase("do_not_sell", self._language)
        return JOINED.join(self.contract(part.partition("@")[0]) for part in key.split(JOINED))

    def today(self, contract_id: str) -> str:
        """Today's contract of a product; "elsewhere" where there is none."""
        return self.contract(contract_id) if contract_id else phrase("elsewhere", self._language)

    def _pair(self, pair: str) -> str:
        return self.contract(self._signable[pair]) if pair in self._signable else pair


def ways_in(workspace: Path, language: Language) -> Ways:
    """The names for a workspace."""
    return Ways(library_of(workspace), language)


def place_of(key: str) -> str:
    """The places behind an option's contracts, without the number of its policy: ``a/b/US@site/sea#2`` -> site/sea."""
    parts = [part.partition("@")[2].partition("#")[0] for part in key.split(JOINED)]
    return JOINED.join(dict.fromkeys(part for part in parts if part))


def policy_words(text: str, language: Language) -> str:
    """The stock policy of each place, as the decision's table tells it, in words.

    >>> policy_words("reorder 30 to 120 every 7 d", "zh")
    '再订货点：低于 30 补至 120，每 7 天'
    """
    return JOINED.join(_policy(part, language) for part in text.split(JOINED))


def _policy(text: str, language: Language) -> str:
    kind, _, rest = text.partition(" ")
    title = next((zh if language == "zh" else en for name, en, zh in POLICIES if name == kind), kind)
    if language != "zh":
        return f"{title} {rest}".rstrip()
    for pattern, words in POLICY_ZH:
        rest = re.sub(pattern, words, rest)
    return f"{title}：{rest}" if rest else title


def way_of_key(key: str) -> str:
    """platform/model of an option's key: ``a/b/US@site/sea#2 + c/d/US@x`` -> a/b + c/d; "" stays "".

    >>> way_of_key("a/b/US@site/sea#2 + c/d/US@x")
    'a/b + c/d'
    """
    return " + ".join(part.partition("@")[0].rpartition("/")[0] for part in key.split(" + ")) if key else ""
