"""Storage by age against a shelf on which every unit stands by itself."""

from hypothesis import given
from hypothesis import strategies as st

from tuoguan.rehearse.weekly import unit_days_by_age


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=30), st.sets(st.integers(1, 12)),
    st.data(),
)  # fmt: skip
def test_unit_days_are_those_of_a_shelf(days, later, data):
    shelf, came, on_hand, nights = [], {}, [], []
    for day, (arrived, wanted) in enumerate(days):
        came[day] = arrived
        shelf += [day] * arrived
        shelf = shelf[min(wanted, len(shelf)) :]  # the oldest leave first
        on_hand.append(len(shelf))
        nights.append([day - since for since in shelf])
    ages = (0, *sorted(later))
    first = data.draw(st.integers(0, len(days) - 1))
    wanted_days = [0] * len(ages)
    for ages_of_night in nights[first:]:
        for age in ages_of_night:
            wanted_days[sum(start <= age for start in ages) - 1] += 1
    assert unit_days_by_age(ages, came, on_hand, first) == wanted_days
