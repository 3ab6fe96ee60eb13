"""The kinds of arrays that signatures speak of. Keeps the invariant that whole numbers are 64 bits wide everywhere."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
