"""Whatever is asked of the ledger in whatever order, it says and keeps what a plain dict model says and keeps."""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from small_ledger import Clock, balances, ledger_in
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Append, Draft, Posting, Recorded

ACCOUNTS = ("stock:supplier", "stock:at:home", "stock:reserved:home", "stock:buyer", "money:bank", "money:cost:x")
STREAMS, KEYS, UNITS = ("order/1", "order/2", "book"), ("a", "b", "c", "d"), ("sku/cup", "sku/pot")
TIMES = st.sampled_from((-5, 0, 5, 6, 9, 10, 30))
FLOORED = ("stock:at:home", "stock:reserved:home")


@dataclass
class Model:
    """The rules, said as slowly and plainly as possible: lists of all that happened, searched every time."""

    entries: list[tuple[str, str, Draft, str | None]] = field(default_factory=list)  # stream, key, draft, state
    closed_until: int | None = None

    def balance(self, account: str, unit: str, more: tuple[Draft, ...] = ()) -> int:
        drafts = [draft for _, _, draft, _ in self.entries] + list(more)
        postings = [posting for draft in drafts for posting in draft.postings]
        return sum(amount for where, what, amount in postings if (where, what) == (account, unit))

    def says(self, append: Append) -> Recorded | set[str]:
        """What the ledger must answer: recorded where, or the reasons it may give."""
        if self.twice(append):
            return {"reversed_already"}
        of_stream = [entry for entry in self.entries if entry[0] == append.stream]
        under_key = [entry for entry in of_stream if entry[1] == append.key]
        if under_key:
            same = [draft for _, _, draft, _ in under_key] == list(append.entries)
            if not same or append.state not in (None, under_key[0][3]):
                return {"key_used"}
            position = self.entries.index(under_key[0]) + 1
            return Recorded(position, of_stream.index(under_key[-1]) + 1, again=True)
        if append.expected_version not in (None, len(of_stream)):
            return {"wrong_version"}
        if reasons := self.reasons(append.entries):
            return reasons
        state = append.state if append.state is not None else (of_stream[-1][3] if of_stream else "")
        position = len(self.entries) + 1
        self.entries += [(append.stream, append.key, draft, state) for draft in append.entries]
        return Recorded(position, len(of_stream) + len(append.entries))

    def says_together(self, several: list[Append]) -> list[Recorded | set[str]]:
        """The same of one call: who expects a version behind a refused append of its stream is refused."""
        answers: list[Recorded | set[str]] = []
        malformed = {one.stream for one in several if self.twice(one)}
        for append in several:
            known = any((stream, key) == (append.stream, append.key) for stream, key, _, _ in self.entries)
            refused = {one.stream for one, said in zip(several, answers, strict=False) if isinstance(said, set)}
            rests = append.expected_version is not None and append.stream in refused | malformed
            answers.append({"wrong_version"} if rests and not known and not self.twice(append) else self.says(append))
        return answers

    @staticmethod
    def twice(append: Append) -> bool:
        """True for one that reverses an entry twice, which is seen before anything is decided."""
        reversed_at = [draft.reverses for draft in append.entries if draft.reverses]
        return len(set(reversed_at)) < len(reversed_at)

    def reasons(self, drafts: tuple[Draft, ...]) -> set[str]:
        reasons = set()
        for number, draft in enumerate(drafts):
            if self.closed_until is not None and draft.occurred_at < self.closed_until:
                reasons.add("period_closed")
            if draft.reverses:
                reasons |= self.reasons_of_reversal(draft)
            before = drafts[:number]
            for account in FLOORED:
                for unit in UNITS:
                    after = self.balance(account, unit, (*before, draft))
                    if after < 0 and after < self.balance(account, unit, before):
                        reasons.add("below_nought")
        return reasons

    def reasons_of_reversal(self, draft: Draft) -> set[str]:
        if not 0 < draft.reverses <= len(self.entries):
            return {"unknown_entry"}
        if any(other.reverses == draft.reverses for _, _, other, _ in self.entries):
            return {"reversed_already"}
        first = self.entries[draft.reverses - 1][2]
        opposite = [(account, unit, -amount) for account, unit, amount in first.postings]
        return {"no_reversal"} if first.kind == "ledger.close" or list(draft.postings) != opposite else set()


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    unit = draw(st.sampled_from(UNITS))
    pairs = draw(
        st.lists(st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS), st.integers(0, 3)), max_size=2)
    )
    postings = [p for source, to, n in pairs for p in (Posting(source, unit, -n), Posting(to, unit, n))]
    at = draw(TIMES)
    details = draw(st.sampled_from(({}, {"note": "x", "n": [1, 2]})))
    return Draft(draw(st.sampled_from(("order.open", "order.ship"))), at, tuple(postings), details)


@st.composite
def appends(draw: st.DrawFn) -> Append:
    entries = draw(st.lists(drafts(), min_size=1, max_size=2))
    return Append(
        draw(st.sampled_from(STREAMS)),
        draw(st.sampled_from(KEYS) | st.integers(0, 10**6).map(str)),
        tuple(entries),
        draw(st.none() | st.integers(0, 3)),
        draw(st.none() | st.sampled_from(("placed", "shipped"))),
        "seller",
    )


class Machine(RuleBasedStateMachine):
    """The ledger in a file beside the model."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.ledger, self.model = ledger_in(self.folder, self.clock), Model()
        self.done: list[Append] = []

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            assert self.ledger.verify() == []
            self.ledger.store.close()
            shutil.rmtree(self.folder)

    def agree(self, says: Recorded | set[str], answer: Recorded | Refused) -> None:
        if isinstance(says, Recorded):
            assert answer == says
        else:
            assert isinstance(answer, Refused)
            assert {problem.code for problem in answer.problems} == says

    @rule(append=appends())
    def append_one(self, append: Append) -> None:
        self.done.append(append)
        says = self.model.says(append)
        try:
            self.agree(says, self.ledger.append(append))
        except Refused as refused:
            self.agree(says, refused)

    @rule(several=st.lists(appends(), max_size=6))
    def append_several(self, several: list[Append]) -> None:
        self.done += several
        says = self.model.says_together(several)
        for said, answer in zip(says, self.ledger.append_all(several), strict=True):
            self.agree(said, answer)

    @rule(data=st.data(), together=st.booleans())
    def deliver_again(self, data: st.DataObject, together: bool) -> None:
        """What came before comes again, as it was or with one thing changed, alone or twice in one commit."""
        if not self.done:
            return
        first = data.draw(st.sampled_from(self.done))
        changes = [{}, {"state": "packed"}, {"state": None}, {"expected_version": 0}, {"entries": first.entries * 2}]
        again = replace(first, **data.draw(st.sampled_from(changes)))
        if together:
            self.append_several([first, again])
        else:
            self.append_one(again)

    @rule(positions=st.lists(st.integers(1, 6), min_size=1, max_size=3), right=st.booleans())
    def reverse_several(self, positions: list[int], right: bool) -> None:
        """Reversals by entries of a flow, in one commit, with the right postings or without any."""
        several = []
        for number, position in enumerate(positions):
            known = self.model.entries[position - 1][2].postings if position <= len(self.model.entries) else ()
            postings = tuple(Posting(account, unit, -amount) for account, unit, amount in known) if right else ()
            draft = Draft("order.undo", 30, postings, reverses=position, cause=position)
            several.append(Append("book", f"undo/{number}/{position}", (draft,)))
        self.append_several(several)

    @rule(position=st.integers(1, 8), at=TIMES, key=st.sampled_from(KEYS))
    def reverse(self, position: int, at: int, key: str) -> None:
        entries = self.model.entries
        stream, _, first, _ = entries[position - 1] if position <= len(entries) else ("ledger", "", Draft("", 0), None)
        postings = tuple(Posting(account, unit, -amount) for account, unit, amount in first.postings)
        draft = Draft("ledger.reversal", at, postings, {"why": "test"}, "", position, position)
        says = self.model.says(Append(stream, key, (draft,)))
        try:
            self.agree(says, self.ledger.reverse(position, why="test", at=at, key=key, actor="seller"))
        except Refused as refused:
            self.agree(says, refused)

    @rule(until=st.sampled_from((-5, 0, 6, 10)))
    def close(self, until: int) -> None:
        model = self.model
        late = model.closed_until is not None and until <= model.closed_until
        draft = Draft("ledger.close", until, (), {"until": until})
        again = any(key == f"close/{until}" for _, key, _, _ in model.entries)
        says = {"period_closed"} if late and not again else model.says(Append("ledger", f"close/{until}", (draft,)))
        try:
            self.agree(says, self.ledger.close(until, actor="seller"))
        except Refused as refused:
            self.agree(says, refused)
        if isinstance(says, Recorded) and not says.again:
            model.closed_until = until

    @rule(now=st.integers(-10, 10**10))
    def clock_jumps(self, now: int) -> None:
        self.clock.now = now

    @rule()
    def open_again(self) -> None:
        self.ledger.store.close()
        self.ledger = ledger_in(self.folder, self.clock)

    @invariant()
    def keeps_the_same(self) -> None:
        if not hasattr(self, "ledger"):
            return
        kept = [(e.stream, e.key, e.draft, e.state) for e in self.ledger.store.entries()]
        assert kept == self.model.entries
        places = {(account, unit) for account in ACCOUNTS for unit in UNITS}
        model = {place: amount for place in places if (amount := self.model.balance(*place))}
        assert balances(self.ledger) == model


TestLedger = Machine.TestCase
# Shrinking a failure would write files for minutes; its steps are short enough to read as they are.
TestLedger.settings = settings(max_examples=25, stateful_step_count=30, deadline=None, phases=[Phase.generate])
