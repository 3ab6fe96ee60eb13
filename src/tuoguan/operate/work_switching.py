"""A listing moved to another contract: the old one runs out, a new one is drafted, in a new store where one is needed.

Hides which contract's word counts. Keeps the invariant that a listing never loses its trace: the old one names the new,
the new one names the old.
"""

from tuoguan.contracts import Compiled, SettingName
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.flow_words import Desk, Document
from tuoguan.operate.flows import OPEN
from tuoguan.operate.work import Work
from tuoguan.operate.work_documents import Request, stream_of

NEW_STORE = "new_store"
CARRIED = ("buffer_units", "sku")  # details of a listing that are the seller's own, whatever the contract


def needs_new_store(left: Compiled, joined: Compiled) -> bool:
    """True when a listing cannot take its store along: one of the two contracts wants a store of its own."""
    return NEW_STORE in (left.settings.get(SettingName.SWITCH), joined.settings.get(SettingName.SWITCH))


def switch_listing(
    work: Work, stream: str, *, to: str, number: str, at: int, by: Desk | Party, store: str = ""
) -> tuple[Document, Document]:
    """The listing on its way out, and the one drafted under the contract ``to`` (hash of its terms).

    store  the store it will stand in, a document's stream: one under the new contract where the contracts want that,
           else the store it has may stay
    Raises Refused, and then nothing has changed, when the listing cannot be moved or the store does not fit. The old
    listing sells on until the days that its contract gives for a switch are over; the new one goes live once the
    platform has approved it, and not before its store is open.
    """
    old = work.document(stream)
    left, joined = work.terms.get(old.contract), work.terms.get(to)
    kept = store or str(old.details.get("store", ""))
    problems = [] if left.hash != to else [_same(stream, joined)]
    if needs_new_store(left, joined):
        problems += _check_store(work, stream, kept, joined)
    if problems:
        raise Refused(problems)
    new = stream_of(old.flow, number)
    details = {name: old.details[name] for name in CARRIED if name in old.details} | {"from_listing": stream}
    if kept:
        details["store"] = kept
    told = {"to_contract": to, "to_listing": new}
    moving = Request(stream, "switch", at, by, told)
    opening = Request(new, OPEN, at, Party.SELLER, details, None, None, to, "", old.place, old.lines)
    for request in (moving, opening):
        work.preview(request)
    # In one commit, so that only somebody who moves the listing in this very moment can come between the two.
    answers = work.do_all([moving, opening])
    done = [answer for answer in answers if isinstance(answer, Document)]
    if len(done) < len(answers):
        raise Refused(problem for answer in answers if isinstance(answer, Refused) for problem in answer.problems)
    return done[0], done[1]


def _same(stream: str, joined: Compiled) -> Problem:
    return Problem(f"{stream}: switch", f"the terms it has ({joined.id})", "other terms", "name another", "same_terms")


def _check_store(work: Work, stream: str, store: str, joined: Compiled) -> list[Problem]:
    """What is wrong with a store that has to be one of the new contract's."""
    at, expected = f"{stream}: switch: store", f"a store under {joined.id}"
    fix = f"open a store under {joined.id} first, and name it"
    if not store:
        return [Problem(at, "no store", expected, fix, "new_store_needed")]
    document = work.document(store)
    if document.contract_id != joined.id:
        return [
            Problem(at, f"{store} under {document.contract_id or 'no contract'}", expected, fix, "new_store_needed")
        ]
    if document.state in ("closed", "rejected"):
        return [Problem(at, f"{store}, which is {document.state}", "one that is or will be open", fix, "store_closed")]
    return []
