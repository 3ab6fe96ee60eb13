"""Every worked example beside a contract or card, through the kernel and through the reference."""

import pytest

from tuoguan.contracts import load
from tuoguan.contracts.examples import Ran, run_examples

RAN = run_examples(load())


@pytest.mark.parametrize("ran", RAN, ids=[ran.at for ran in RAN])
def test_example_holds_in_kernel_and_reference(ran: Ran) -> None:
    assert ran.kernel == ran.expected, ran.title
    assert ran.reference == ran.expected, ran.title
