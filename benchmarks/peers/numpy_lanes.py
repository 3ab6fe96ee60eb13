"""Base stock with lost sales over an array of SKUs in NumPy, with its Poisson; prints SKU-days per cpu-second."""

import sys
import time

import numpy as np


def main(skus: int, periods: int, lead: int) -> float:
    random, level = np.random.default_rng(1), 33
    begun = time.process_time()
    on_hand, coming = np.full(skus, level), np.zeros((lead, skus), np.int64)
    on_order, held, lost = np.zeros(skus, np.int64), 0, 0
    for day in range(periods):
        arrived = coming[day % lead].copy()
        on_hand += arrived
        on_order -= arrived
        order = level - on_hand - on_order
        coming[day % lead] = order
        on_order += order
        wanted = random.poisson(5.0, skus)
        sold = np.minimum(on_hand, wanted)
        on_hand -= sold
        held += int(on_hand.sum())
        lost += int((wanted - sold).sum())
    rate = skus * periods / (time.process_time() - begun)
    sys.stderr.write(f"on hand {held / skus / periods:.3f}, lost {lost / skus / periods:.4f} a period\n")
    return rate


if __name__ == "__main__":
    sys.stdout.write(f"{main(20_000, 300, 4)}\n")
