"""The order rules of the literature as arithmetic on whole units; see `kernels`."""
