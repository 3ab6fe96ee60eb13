"""The simulator, the slow loop and the ledger live in the same world: every contract, random options, random paths."""

import pytest

from differential.rehearse.cases import signable
from differential.rehearse.lived import check, live

CASES = 2  # of each contract here; `python -m benchmarks.rehearse --cases 200` is the long run


@pytest.mark.parametrize("name", signable())
def test_ledger_simulator_and_slow_loop_agree_on_every_day(name, tmp_path):
    for seed in range(CASES):
        lived = live(signable()[name], seed, tmp_path / f"{seed}.db")
        check(lived)
        assert not lived.work.ledger.verify()
        lived.work.ledger.store.close()
