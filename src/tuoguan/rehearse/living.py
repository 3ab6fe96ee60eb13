"""Worlds lived through on one ledger, every duty performed by its owner.

Hides batches. Keeps two invariants: a deed is done by whom the document's contract gives it to, and a rehearsal that
was stopped goes on where it stopped, because every move of every document has a key of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from tuoguan.contracts import Compiled, SettingName
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Append, Desk, Draft, Request, Work, load_flows, move_of, owner_of, sees
from tuoguan.rehearse.deeds import Deed
from tuoguan.rehearse.diary import Diary
from tuoguan.rehearse.play import Player
from tuoguan.rehearse.world import World, at_hour

Progress = Callable[[int, int], None]
WEEK = 7
WEEKS, WEEKS_KIND = "rehearsal/weeks", "rehearsal.week"
BEFORE = ("inbound", "shipped")  # no contract of the library pays so early; the flow of an order has no such path


def rehearse(
    work: Work, worlds: Sequence[World], *, until: int | None = None, progress: Progress | None = None
) -> Diary:  # fmt: skip
    """The ledger's diary after the worlds' first ``until`` days (all of them by default), which are written into it.

    The worlds begin on one day and are as long as each other. ``progress(done, total)`` is told after each week.
    Refused with every reason when the ledger or the engine refuses a move: then the two worlds are not the same.
    """
    _require(worlds)
    days = len(worlds[0].days) if until is None else min(until, len(worlds[0].days))
    diary, doer, players = Diary(worlds[0].start_on), Doer(work, worlds), [Player(world) for world in worlds]
    through = days_done(work)
    doer.do((deed for player in players for deed in player.before()), again=through > 0)
    for first in range(0, days, WEEK):
        last = min(first + WEEK, days) - 1
        doer.do(_week(players, first, last), again=last < through)
        if last >= through:
            diary.read(work.ledger.store.entries(diary.position))
            doer.do(deed for player in players for deed in player.evening(last, diary))
            _mark(work, worlds[0], first, last)
        if progress is not None:
            progress(last + 1, days)
    diary.read(work.ledger.store.entries(diary.position))
    return diary


def days_done(work: Work) -> int:
    """Days whose weeks have been lived through to the end on this ledger."""
    marks = work.ledger.store.stream(WEEKS)
    return max((int(entry.draft.details["days"]) for entry in marks), default=0)


def _mark(work: Work, world: World, first: int, last: int) -> None:
    """Write down that a week is over, so that nobody lives through it again."""
    if last % WEEK == WEEK - 1 or last == len(world.days) - 1:
        draft = Draft(WEEKS_KIND, at_hour(world, last, 23), (), {"days": last + 1})
        work.ledger.append(Append(WEEKS, str(first // WEEK), (draft,), actor="rehearsal"))


def _require(worlds: Sequence[World]) -> None:
    """Refused when a contract pays in a way that is not lived through yet."""
    listings = [one for world in worlds for one in world.listings]
    wrong = {one.contract.id for one in listings if one.contract.settings.get(SettingName.SETTLEMENT_TRIGGER) in BEFORE}
    if wrong:
        fix = "leave the contract out of the decision"
        found = "paid before delivery"
        raise Refused(
            Problem(f"contract {name}", found, "paid on delivery or receipt", fix, "not_rehearsed")
            for name in sorted(wrong)
        )


def _week(players: Sequence[Player], first: int, last: int) -> Iterator[Deed]:
    """All that happens from day ``first`` to day ``last``, but for the week's bills."""
    for day in range(first, last + 1):
        for stage in (Player.morning, Player.noon, Player.afternoon):
            for player in players:
                yield from stage(player, day)


class Doer:
    """Does deeds in the name of whom they are up to."""

    def __init__(self, work: Work, worlds: Sequence[World]) -> None:
        listings = [one for world in worlds for one in world.listings]
        self._work, self._currency = work, listings[0].contract.currency
        self._terms: dict[str, Compiled | None] = {"": None}
        self._hash_by_stream: dict[str, str] = {}
        for listing in listings:
            self._terms[work.terms.add(listing.contract)] = listing.contract

    def do(self, deeds: Iterable[Deed], again: bool = False) -> None:
        """All of them in one commit; Refused with every reason. With ``again`` they are known to be done."""
        requests = [self._request(deed) for deed in deeds]
        answers = [] if again else self._work.do_all(requests)
        if problems := [problem for answer in answers if isinstance(answer, Refused) for problem in answer.problems]:
            raise Refused(problems)

    def _request(self, deed: Deed) -> Request:
        key = f"{deed.move}/{deed.key}" if deed.key else deed.move
        if deed.opening is not None:
            self._hash_by_stream[deed.stream] = deed.opening.contract
        by = self._party(deed)
        if deed.opening is None:
            return Request(deed.stream, deed.move, deed.at, by, deed.details, key)
        opening = deed.opening
        return Request(
            deed.stream, deed.move, deed.at, by, deed.details, key, None, opening.contract,
            "" if opening.contract else self._currency, opening.place, opening.lines,
        )  # fmt: skip

    def _party(self, deed: Deed) -> Party:
        """The owner of the step; where it is nobody's, the seller, or the platform where the seller cannot see it."""
        flow, compiled = load_flows()[deed.flow], self._terms[self._hash_by_stream[deed.stream]]
        move = move_of(flow, deed.move)
        owner = owner_of(move, compiled) if move is not None else None
        if owner is not None:
            return owner
        return Party.SELLER if sees(Desk.SELLER, flow, compiled) else Party.PLATFORM
