"""Base stock at one node in stockpyl, where missing units wait (it loses none); prints SKU-days per cpu-second."""

import sys
import time

from stockpyl.sim import simulation
from stockpyl.supply_chain_network import single_stage_system


def main(periods: int, lead: int) -> float:
    network = single_stage_system(
        local_holding_cost=1.0, stockout_cost=4.0, demand_type="P", mean=5.0, policy_type="BS", base_stock_level=33,
        shipment_lead_time=lead,
    )  # fmt: skip
    begun = time.process_time()
    cost = simulation(network, periods, rand_seed=1, progress_bar=False, consistency_checks="N")
    rate = periods / (time.process_time() - begun)
    sys.stderr.write(f"cost {cost / periods:.3f} a period\n")
    return rate


if __name__ == "__main__":
    sys.stdout.write(f"{main(1_000, 4)}\n")
