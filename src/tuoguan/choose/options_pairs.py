"""Two listings of one product at once: on one site's stock where they can share it, else each on its own.

Hides how places are merged. Keeps the invariant that a pair never holds two contracts of one platform, and that its
places carry the policies its parts were best with (levels of a shared place add up).
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tuoguan.simulate import Option, Place, Policy, PolicyKind

PER_PLATFORM = 2  # best contracts of each platform that are paired


def platform_of(option: Option) -> str:
    """The platform of a single option's contract."""
    return option.listings[0].contract.id.split("/")[0]


def pairs_of_group(
    options: list[Option], means: npt.NDArray[np.float64], most: int
) -> list[tuple[int, int]]:  # fmt: skip
    """Rows of at most ``most`` pairs of the group's best profitable singles, the most promising first."""
    leaders = _leaders(options, means)
    wanted = [
        (means[one] + means[two], one, two)
        for place, one in enumerate(leaders)
        for two in leaders[place + 1 :]
        if platform_of(options[one]) != platform_of(options[two])
    ]
    wanted.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    return [(one, two) for _, one, two in wanted[:most]]


def _leaders(options: list[Option], means: npt.NDArray[np.float64]) -> list[int]:
    """Rows of the best option of each contract, profitable ones only, best first."""
    order = sorted(range(len(options)), key=lambda row: (-means[row], options[row].key))
    seen: dict[str, set[str]] = {}
    found = []
    for row in order:
        contracts = seen.setdefault(platform_of(options[row]), set())
        contract = options[row].listings[0].contract.id
        if means[row] > 0 and contract not in contracts and len(contracts) < PER_PLATFORM:
            contracts.add(contract)
            found.append(row)
    return found


def pair(first: Option, second: Option) -> Option:
    """Both listings; the same place (by id, both the seller's) is kept once with the sum of both levels."""
    one, two = first.places[0], second.places[0]
    shared = one.owner_is_seller and one.id == two.id
    places = (_shared(one, two),) if shared else (one, two)
    listings = (replace(first.listings[0], place=0), replace(second.listings[0], place=0 if shared else 1))
    return replace(
        first, key=f"{first.key} + {second.key}", listings=listings, places=places,
        assumed=tuple(dict.fromkeys((*first.assumed, *second.assumed, "overlap of the two listings"))),
    )  # fmt: skip


def _shared(one: Place, two: Place) -> Place:
    """The place both draw on: levels, reorder points and caps add up; two kinds that differ become base stock."""
    a, b = one.policy, two.policy
    if PolicyKind.JIT in (a.kind, b.kind):
        return one if b.kind is PolicyKind.JIT else two
    policy = replace(
        a, order_up_to=a.order_up_to + b.order_up_to, reorder_point=a.reorder_point + b.reorder_point,
        order_cap=a.order_cap + b.order_cap, fast_order_up_to=a.fast_order_up_to + b.fast_order_up_to,
        follows_season=a.follows_season and b.follows_season,
    )  # fmt: skip
    same = a.kind is b.kind
    return replace(one, policy=policy if same else Policy(PolicyKind.BASE_STOCK, policy.order_up_to, a.review_days))
