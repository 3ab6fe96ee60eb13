"""Worlds lived through on one ledger, every duty performed by its owner.

Hides batches. Keeps two invariants: a deed is done by whom the document's contract gives it to, and a rehearsal that
was stopped goes on where it stopped, because every move of every document has a key of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from tuoguan.contracts import Compiled
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk, Request, Work, load_flows, move_of, owner_of, sees
from tuoguan.rehearse.deeds import Deed
from tuoguan.rehearse.diary import Diary
from tuoguan.rehearse.play import Player
from tuoguan.rehearse.world import World

Progress = Callable[[int, int], None]
WEEK = 7


def rehearse(
    work: Work, worlds: Sequence[World], *, until: int | None = None, progress: Progress | None = None
) -> Diary:  # fmt: skip
    """The ledger's diary after the worlds' first ``until`` days (all of them by default), which are written into it.

    ``progress(done, total)`` is told after each week. Refused with every reason when the ledger or the engine refuses a
    move: then the two worlds are not the same.
    """
    days = len(worlds[0].days) if until is None else min(until, len(worlds[0].days))
    diary, doer, players = Diary(worlds[0].start_on), Doer(work, worlds), [Player(world) for world in worlds]
    doer.do(deed for player in players for deed in player.before())
    for first in range(0, days, WEEK):
        last = min(first + WEEK, days) - 1
        doer.do(_week(players, first, last))
        diary.read(work.ledger.store.entries(diary.position))
        doer.do(deed for player in players for deed in player.evening(last, diary))
        if progress is not None:
            progress(last + 1, days)
    diary.read(work.ledger.store.entries(diary.position))
    return diary


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

    def do(self, deeds: Iterable[Deed]) -> None:
        """All of them in one commit; Refused with every reason."""
        answers = self._work.do_all([self._request(deed) for deed in deeds])
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
