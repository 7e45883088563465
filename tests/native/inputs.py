"""Arguments for random programs: friendly numbers, boundary values and random bits, by the row."""

import math
import struct
from dataclasses import dataclass
from random import Random
from typing import Any

import pyarrow as pa

from tests.native.list_inputs import (
    ITEMS,
    Make,
    is_list,
    list_column,
    place_in,
    related_list,
    some_list,
)

ARROW = {
    "float": pa.float64(),
    "int": pa.int64(),
    "bool": pa.bool_(),
    **{type_: pa.list_(item) for type_, item in ITEMS.items()},
}

MAX = 1.7976931348623157e308
TINY = 5e-324
NORMAL = 2.2250738585072014e-308

FLOATS = [
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 3.0, 10.0, 1e-9, 1e16, 1e22,
    TINY, -TINY, NORMAL, -NORMAL, NORMAL - TINY, MAX, -MAX, MAX / 2.0,
    1.0 - 2.0**-53, 1.0 + 2.0**-52, -1.0 - 2.0**-52, 2.0 - 2.0**-52, 3.0 - 2.0**-51,
    0.49999999999999994, 0.5000000000000001, 2.675, 1e15 + 0.5, -1e15 - 0.5,
    2.0**31, 2.0**31 - 1.0, -(2.0**31), 2.0**32, 2.0**52 + 0.5, 2.0**53, 2.0**53 - 1.0,
    2.0**53 + 2.0, -(2.0**53), 2.0**62, 2.0**63, 2.0**63 - 1024.0, -(2.0**63), -(2.0**63) - 2048.0,
    2.0**64, 1e300, -1e300, 1e-300, 1.4142135623730951, 1.5707963267948966, 3.141592653589793,
    2.718281828459045, 709.782712893384, 709.7827128933841, -745.1332191019412, 1023.0, 1024.0,
    # Squares that pow rounds otherwise than a product, roots that it rounds otherwise than sqrt.
    2.759, -4.536, 12.457, 13.543, 0.37796883434360806, 78.44180045595405, 12.684263736340828,
    -1074.0, 170.5, float("inf"), float("-inf"), float("nan"),
]  # fmt: skip

INTS = [
    0, 1, -1, 2, -2, 3, -3, 5, 7, -7, 10, 63, 64, -64, 100, 255, 256, 1000,
    2**15, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**32 - 1, 2**32, 2**32 + 1,
    3037000499, 3037000500, -3037000500, 2**52, 2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1,
    2**53 + 3, 2**54 + 2, 10**15, 10**18, 2**60, 2**61 - 1, 2**61, 2**62 - 1, 2**62, -(2**62),
    -(2**62) - 1, 2**63 - 1024, 2**63 - 513, 2**63 - 512, 2**63 - 2, 2**63 - 1, -(2**63),
    -(2**63) + 1,
]  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    name: str
    type: str
    nullable: bool = False
    most: int = 50
    """Of a list, how many items it has at most."""

    @property
    def declared(self) -> str:
        return declared(self.type) + "?" * self.nullable

    @property
    def annotation(self) -> str:
        return self.type + " | None" * self.nullable


def declared(type_: str) -> str:
    """Write a type as declarations do: `list<float>`."""
    return type_.replace("[", "<").replace("]", ">")


def friendly(random: Random, type_: str) -> Any:
    """Give a number that most programs can compute with."""
    if type_ == "bool":
        return random.random() < 0.5
    if type_ == "int":
        return random.choice([random.randint(-9, 9), random.randint(-200, 2000)])
    return random.choice(
        [
            random.uniform(-10, 10),
            random.uniform(0, 1),
            float(random.randint(-9, 9)),
            random.randint(-80, 80) / 8,
            round(random.uniform(-100, 100), random.randint(0, 4)),
            random.lognormvariate(0, 6),
        ]
    )


def boundary(random: Random, type_: str) -> Any:
    if type_ == "bool":
        return random.random() < 0.5
    return random.choice(INTS if type_ == "int" else FLOATS)


def any_bits(random: Random, type_: str) -> Any:
    if type_ == "bool":
        return random.random() < 0.5
    if type_ == "int":
        return random.getrandbits(64) - 2**63 >> random.randrange(64)
    return struct.unpack("<d", random.randbytes(8))[0]


def related(random: Random, value: Any, type_: str) -> Any:
    """Give a value of the type that is next to another one: comparisons come to the edge there."""
    if is_list(type_):
        return related_list(random, value, type_, friendly)
    if isinstance(value, list):
        if type_ == "int" or not value:
            return place_in(random, value) if type_ == "int" else friendly(random, type_)
        return related(random, random.choice(value), type_)
    if type_ == "bool" or value is None:
        return random.random() < 0.5 if type_ == "bool" else None
    number = value if math.isfinite(value) else 0
    if type_ == "int":
        return max(-(2**63), min(2**63 - 1, int(number) + random.choice([0, 0, 1, -1])))
    near = math.nextafter(number, random.choice([math.inf, -math.inf]))
    return random.choice([float(number), float(number), near, -float(number), number / 3.0])


def row(random: Random, parameters: list[Parameter]) -> list[Any]:
    """Give one argument for each parameter, most rows of one mood."""
    mood = random.choices([friendly, boundary, any_bits, None], [70, 14, 5, 11])[0]
    values: list[Any] = []
    for parameter in parameters:
        if random.random() < (0.08 if parameter.nullable else 0.01):
            values.append(None)
        elif values and random.random() < 0.1:
            values.append(related(random, random.choice(values), parameter.type))
        else:
            make = mood or random.choice([friendly, boundary, boundary, any_bits])
            values.append(_one(random, parameter, make))
    return values


def _one(random: Random, parameter: Parameter, make: Make) -> Any:
    if is_list(parameter.type):
        return some_list(random, parameter.type, make, parameter.most)
    return make(random, parameter.type)


def batch(random: Random, parameters: list[Parameter], rows: int) -> list[pa.Array]:
    """Give a column for each parameter."""
    given = [row(random, parameters) for _ in range(rows)]
    plain = columns(parameters, given)
    return [
        list_column(random, parameter.type, [values[i] for values in given])
        if is_list(parameter.type)
        else plain[i]
        for i, parameter in enumerate(parameters)
    ]


def columns(parameters: list[Parameter], rows: list[list[Any]]) -> list[pa.Array]:
    """Turn rows into columns of the parameters' types."""
    return [
        pa.array([values[i] for values in rows], ARROW[parameter.type])
        for i, parameter in enumerate(parameters)
    ]
