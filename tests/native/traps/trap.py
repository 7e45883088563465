"""What an entry of the catalogue is."""

from dataclasses import dataclass, field
from itertools import product
from typing import Any

from tests.native.inputs import Parameter

MIN, MAX = -(2**63), 2**63 - 1
INF, NAN = float("inf"), float("nan")
BIG = 1.7976931348623157e308

INTS = [0, 1, -1, 2, -2, 3, 7, -7, 10, 2**31, 2**53 + 1, 2**62, MAX - 1, MAX, MIN + 1, MIN]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 0.7, -1.75, 2.5, -2.5, 3.0, -3.0, 0.1, 1e-310, 2.0**53, 2.0**63,
          -(2.0**63), 1e300, BIG, -BIG, INF, -INF, NAN]  # fmt: skip
BOOLS = [True, False]
FLOAT_LISTS = [[], [0.5], [-0.0, 0.0], [0.0, -0.0], [NAN, 1.0, -2.0], [1.0, NAN], [3.0, -1.5, 2.5, 1e300, -INF],
               [5e-324, -BIG, BIG], [2.0**53, 1.0] * 20]  # fmt: skip
INT_LISTS = [
    [],
    [0],
    [7],
    [MIN],
    [3, -1, 2],
    [MAX, -1, 0],
    [MAX, 1],
    [MIN, -1],
    [2**53 + 1, 2**53],
    [5, 5, -5] * 15,
]
SETS: dict[str, list[Any]] = {
    "int": INTS, "float": FLOATS, "bool": BOOLS, "list[float]": FLOAT_LISTS, "list[int]": INT_LISTS
}  # fmt: skip

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Trap:
    """A function of a few lines, named by what could go wrong in it."""

    name: str
    code: str
    """An expression of the parameters a, b, c, or the lines of a body."""
    types: str
    """`int float? -> bool`"""
    rows: Rows = field(default_factory=list)
    """By default all combinations of the values at which something changes."""
    before: str = ""
    """What stands before the function: constants, helpers."""
    refused: bool = False
    """Whether the interpreter keeps it: nothing is lost but speed."""
    by_library: bool = False
    """Whether the C library decides who keeps it."""
    defaults: tuple[str, ...] = ()
    """Of the last parameters."""

    @property
    def parameters(self) -> list[Parameter]:
        taken = self.types.split("->")[0].split()
        return [
            Parameter(name, type_.rstrip("?"), type_.endswith("?"))
            for name, type_ in zip("abc", taken, strict=False)
        ]

    @property
    def returns(self) -> str:
        return self.types.split("->")[1].strip()

    @property
    def has_lists(self) -> bool:
        return "list" in self.types

    @property
    def all_rows(self) -> Rows:
        values = [SETS[p.type] + [None] * p.nullable for p in self.parameters]
        return self.rows or list(product(*values))

    def text(self, name: str) -> str:
        """Give the function as a plugin's text; it is there twice, once to collect its errors."""
        lines = self.code.strip("\n").splitlines()
        if len(lines) == 1 and not lines[0].startswith(("return", "raise", "assert")):
            lines = [f"return {lines[0].strip()}"]
        first = len(self.parameters) - len(self.defaults)
        shown = ", ".join(
            f"{p.name}: {p.annotation}" + (f" = {self.defaults[i - first]}" if i >= first else "")
            for i, p in enumerate(self.parameters)
        )
        header = f"({shown}) -> {self.returns}:"
        body = "".join(f"    {line}\n" for line in lines)
        return "".join(
            f"{self.before.replace('NAME', function)}\n"
            f'@db.scalar_fn(on_error="{on_error}", tier="{{tier}}")\n'
            f"def {function}{header}\n{body.replace('NAME', function)}\n"
            for function, on_error in ((name, "collect"), (f"{name}_raises", "raise"))
        )
