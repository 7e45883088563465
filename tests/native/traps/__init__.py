"""A catalogue of what compilers of Python get wrong, by hand."""

from tests.native.traps import bools, control, floats, ints, list_places, lists, math_functions
from tests.native.traps.trap import Trap

CATALOGUE: list[Trap] = [
    *ints.TRAPS, *bools.TRAPS, *floats.TRAPS, *math_functions.TRAPS, *control.TRAPS,
    *lists.TRAPS, *list_places.TRAPS,
]  # fmt: skip

__all__ = ["CATALOGUE", "Trap"]
