"""One random case lived through three times: by the day loop, by the slow loop, and by the ledger."""

from collections import Counter
from dataclasses import dataclass

from differential.rehearse.cases import case
from differential.simulate.slow import FX, Slow
from tuoguan.contracts.reference import assess_reference
from tuoguan.operate import Ledger, Work, facts_in, said_in
from tuoguan.rehearse import Simulated, differences, rehearse, world_of
from tuoguan.simulate import trace
from tuoguan.store import open_sqlite


@dataclass
class Lived:
    """The case, what each of the three says of it, and the ledger it left."""

    scenario: object
    trace: object
    slow: object
    world: object
    work: object
    diary: object

    def differences(self):
        """Between ledger and simulator, told."""
        simulated = Simulated(self.scenario.horizon_days)
        simulated.add(self.world, self.trace)
        return [one.sentence(self.scenario.start_on) for one in differences(self.diary, simulated)]


def live(contract, seed, path):
    """The case of this seed, with its ledger kept at ``path``."""
    scenario, demand, number = case(contract, seed)
    traced = trace(scenario, demand, 0, number)
    world = world_of(scenario, scenario.options[0], traced)
    work = Work(Ledger(open_sqlite(path), clock=lambda: 0))
    diary = rehearse(work, [world])
    return Lived(scenario, traced, Slow(scenario, demand, 0, number).play(), world, work, diary)


def check(lived):
    """The three agree on every day, to the unit, and the reference makes of every fact what the ledger holds."""
    told, slow = lived.trace, lived.slow
    assert told.cash_minor.tolist() == slow.cash
    assert told.on_hand.T.tolist() == slow.stock
    assert told.minutes.tolist() == slow.minutes
    assert not (wrong := lived.differences()), wrong[:3]
    horizon, start = lived.scenario.horizon_days, lived.scenario.start_on
    mine, priced = Counter(), {}
    books = {one.contract.hash: live for one, live in zip(lived.world.listings, slow.slow.live, strict=True)}
    for entry in lived.work.ledger.store.entries():
        charges = Counter()
        for fact in facts_in(entry.draft):
            live = books[entry.draft.contract]
            key = entry.draft.contract, fact.vector(), fact.deadline
            if key not in priced:
                priced[key] = assess_reference(live.book, fact, live.contract.on, "USD", FX)
            charges.update(priced[key])
            mine[fact, live.at] += bool(priced[key])
        said = Counter()
        for one in said_in(entry.draft):
            said[one.term, one.step] += one.minor
        assert {key: minor for key, minor in charges.items() if minor} == dict(said)
    theirs = Counter((fact, at) for fact, at, minor in slow.facts if minor and fact.day - start < horizon)
    netted = {(fact, at) for fact, at, minor in slow.facts if not minor}  # charges that cancel out move nothing
    assert {key: count for key, count in mine.items() if count and key not in netted} == dict(theirs)
