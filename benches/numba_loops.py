"""The loops that numba compiles, written as its manual has them: arrays in, arrays out."""

from typing import Any, TypeAlias

import numba
import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]


@numba.njit
def score_series(values: Floats) -> Floats:
    """Smooth a series."""
    out = np.empty_like(values)
    prev = 0.0
    for row in range(len(values)):
        prev = 0.8 * prev + 0.2 * values[row]
        out[row] = prev
    return out


@numba.njit
def score(values: Floats) -> float:
    """Add up `v ** 1.5` of the positive values."""
    total = 0.0
    for v in values:
        if v > 0:
            total += v**1.5
    return total


@numba.njit
def weighted(values: Floats, weights: Floats) -> Any:  # noqa: ANN401 - numba's own float
    """Add up products."""
    total = 0.0
    for row in range(len(values)):
        total += values[row] * weights[row]
    return total
