"""Words and paths that all pages of documents share: titles of flows, states and moves in the reader's language.

Keeps the invariant that a flow which has no path in the menu has one all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tuoguan.app.contracts_words import CHARGES, word
from tuoguan.app.document_forms import Field
from tuoguan.app.document_words import KINDS, actor_title, evidence_title, said_title
from tuoguan.contracts import label
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Flow, Move, State, load_flows, move_of
from tuoguan.web.asking import Asking

MENU_PATHS = {
    "order": "orders", "stock_order": "stock-orders", "price_review": "price-reviews", "promotion": "promotions",
    "return": "returns", "case": "cases", "violation": "violations", "purchase": "purchases", "listing": "listings",
}  # fmt: skip
PATH_BY_FLOW: Mapping[str, str] = MappingProxyType(
    {flow: MENU_PATHS.get(flow, f"documents/{flow}") for flow in load_flows()}
)
BADGES = {
    "good": frozenset({
        "delivered", "settled", "closed", "stocked", "passed", "live", "paid", "open", "answered", "running", "billed",
    }),
    "bad": frozenset({
        "lost", "refused", "rejected", "upheld", "charged", "frozen", "suspended", "escalated", "disputed",
    }),
    "warn": frozenset({
        "placed", "asked", "countered", "requested", "notified", "on_hold", "cancel_asked", "proposed", "drafted",
    }),
}  # fmt: skip
WAITING_OPEN = frozenset({"case"})  # flows whose state "open" waits for somebody


@dataclass(frozen=True, slots=True)
class Words:
    """Titles in one language."""

    language: str

    def title(self, what: Flow | State | Move | Field) -> str:
        """The title of a flow, a state, a move or a field."""
        return what.title_zh if self.language == "zh" else what.title

    def choice(self, choice: tuple[str, str, str]) -> str:
        """The title of one choice of a field."""
        return choice[2] if self.language == "zh" else choice[1]

    def flow(self, name: str) -> str:
        """The title of the flow of this name."""
        return self.title(load_flows()[name])

    def state(self, flow: str, name: str) -> str:
        """The title of a state."""
        found = next((one for one in load_flows()[flow].states if one.name == name), None)
        return self.title(found) if found is not None else name

    def move(self, flow: str, name: str) -> str:
        """The title of a move."""
        found = move_of(load_flows()[flow], name)
        return self.title(found) if found is not None else name

    def party(self, name: str) -> str:
        """The name of who does something."""
        return label(name, self.language)

    def charge(self, name: str) -> str:
        """The name of a charge of a contract."""
        return word(CHARGES, name, "zh" if self.language == "zh" else "en")

    def evidence(self, name: str) -> str:
        """The name of a kind of evidence."""
        return evidence_title(name, self.language)

    def detail(self, name: str) -> str:
        """The name of a detail."""
        known = KINDS.get(name)
        if known is None:
            return label(name.removesuffix("_minor").removesuffix("_at"), self.language)
        return known[2] if self.language == "zh" else known[1]

    def said(self, value: object) -> str:
        """A detail's value as text; words that forms offer in the reader's language."""
        if isinstance(value, dict):
            return ", ".join(f"{name} {self.said(one)}" for name, one in value.items())
        return said_title(str(value), self.language)

    def actor(self, actor: str) -> str:
        """Who did it: the desk or party, and the person behind it."""
        return actor_title(actor, self.language)

    def badge(self, flow: str, state: str) -> str:
        """The kind of badge that a state wears."""
        if state == "open" and flow in WAITING_OPEN:
            return "warn"
        return next((kind for kind, states in BADGES.items() if state in states), "")


def words(ask: Asking) -> Words:
    """The titles in the reader's language."""
    return Words(ask.language)


def flow_of(stream: str) -> str:
    """The flow of a document's stream. Refused (as a page that is not there) where it is none."""
    flow, _, number = stream.partition("/")
    if flow not in PATH_BY_FLOW or not number:
        fix = "open it from a list"
        raise Refused([Problem("document", repr(stream)[:80], "flow/number", fix, "no_document")])
    return flow
