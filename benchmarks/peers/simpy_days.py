"""Base stock with lost sales as SimPy processes, one a SKU and one a delivery; prints SKU-days per cpu-second."""

import sys
import time

import numpy as np
import simpy


def main(skus: int, periods: int, lead: int) -> float:
    demand = np.random.default_rng(1).poisson(5.0, (skus, periods)).tolist()
    total = {"held": 0, "lost": 0}
    begun = time.process_time()
    world = simpy.Environment()
    for sku in range(skus):
        world.process(sell(world, demand[sku], 33, lead, total))
    world.run(until=periods)
    rate = skus * periods / (time.process_time() - begun)
    sys.stderr.write(
        f"on hand {total['held'] / skus / periods:.3f}, lost {total['lost'] / skus / periods:.4f} a period\n"
    )
    return rate


def sell(world, demand, level, lead, total):
    stock = {"on_hand": level, "on_order": 0}
    for wanted in demand:
        yield world.timeout(0.5)  # what is due today arrives in the morning
        order = level - stock["on_hand"] - stock["on_order"]
        if order:
            stock["on_order"] += order
            world.process(deliver(world, stock, order, lead))
        sold = min(stock["on_hand"], wanted)
        stock["on_hand"] -= sold
        total["held"] += stock["on_hand"]
        total["lost"] += wanted - sold
        yield world.timeout(0.5)


def deliver(world, stock, order, lead):
    yield world.timeout(lead - 0.25)
    stock["on_hand"] += order
    stock["on_order"] -= order


if __name__ == "__main__":
    sys.stdout.write(f"{main(100, 365, 4)}\n")
