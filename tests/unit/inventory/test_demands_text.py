"""Demand as the tables write it: the first two moments that the form implies, and a refusal that teaches."""

import numpy as np
import pytest

from tuoguan.inventory import demand_of, geometric, negative_binomial, poisson, uniform

# text, mean, variance: by the textbook formula of each distribution
FORMS = [
    ("poisson 3", 3.0, 3.0),
    ("Poisson mean .5", 0.5, 0.5),
    ("geometric mean 5", 5.0, 30.0),  # success 1/6 on 0, 1, 2, …
    ("negbin mean 2.5 v/m 2", 2.5, 5.0),
    ("U{0..4}", 2.0, 2.0),
    ("u{3 .. 3}", 3.0, 0.0),
    ("7", 7.0, 0.0),
    ("0 w.p. .5 else U{1..6}", 1.75, 0.5 * 91 / 6 - 1.75**2),
    ("0 w.p. 0.8 else poisson 10", 2.0, 0.2 * 110 - 4.0),
    ("0: .5, 1: .3, 4: .2", 1.1, 3.5 - 1.21),
]


@pytest.mark.parametrize(("text", "mean", "variance"), FORMS)
def test_every_form_has_the_moments_it_says(text: str, mean: float, variance: float) -> None:
    demand = demand_of(text)
    assert demand.text == text or demand.text == text.lower()
    assert demand.mean == pytest.approx(mean, rel=1e-9)
    assert demand.variance == pytest.approx(variance, rel=1e-7, abs=1e-12)


def test_numbers_may_stand_in_columns_of_their_own() -> None:
    assert demand_of("geometric", 5.0).mean == pytest.approx(5.0)
    assert demand_of("negbin", 4.0, 3.0).variance == pytest.approx(12.0)
    assert demand_of("poisson 3", 99.0).mean == pytest.approx(3.0)  # what the text says holds
    assert demand_of("geometric", 5.0).text == "geometric mean 5"


def test_constructors_give_the_named_probabilities() -> None:
    assert geometric(5.0).probability[:3] == pytest.approx([1 / 6, 5 / 36, 25 / 216])
    assert poisson(2.0).probability[:3] == pytest.approx(np.exp(-2.0) * np.array([1.0, 2.0, 2.0]))
    assert uniform(1, 2).probability.tolist() == [0.0, 0.5, 0.5]
    # failures 2, success 1/2: (k + 1) / 2^(k + 2)
    assert negative_binomial(2.0, 2.0).probability[:4] == pytest.approx([1 / 4, 2 / 8, 3 / 16, 4 / 32])


@pytest.mark.parametrize("mean", [1e-3, 0.7, 40.0, 3_000.0])
def test_tails_are_cut_where_nothing_is_left(mean: float) -> None:
    for demand in (poisson(mean), geometric(mean), negative_binomial(mean, 7.0)):
        assert demand.probability.sum() == pytest.approx(1.0, abs=1e-12)
        # What is cut weighs less than 1e-12, at some hundreds or thousands of units.
        assert demand.mean == pytest.approx(mean, rel=1e-8, abs=1e-9)
        assert 0.0 < demand.probability[-1] < 1e-6


@pytest.mark.parametrize(
    "text",
    ["", "normal 5", "poisson", "poisson -1", "poisson 0", "negbin mean 3", "U{4..0}", "0 w.p. 2 else 3", "0: .5"],
)
def test_bad_text_is_refused_and_the_forms_are_shown(text: str) -> None:
    with pytest.raises(ValueError, match="forms|expected|add up|no mean|no variance"):
        demand_of(text)
