"""What an expression of each type may look like: one row a form, with how often it is chosen.

Calls of builtins are rows of the compiler's own table, `builtins.json`; here are operators, and what
the compiler doesn't know.

`{f}`, `{i}`, `{b}` stand for expressions that mostly give a float, an int, a bool, `{n}` for any of
them; `{k}` is a small count, `{d}` a number of digits, `{v}` a name, `{x}` a name
that holds an int and may be set, `{c}` an int expression within 0 to 7, `{p}`
an int expression within 1 to 5, `{o}` a comparison operator, `{r}` a short range, `{I}` and `{F}` a few
ints or floats, `{M}` many zeros with a comma each. Where statements may be repeated, the
int of a form that is marked GROWS is cut down to size, and the float kept from being a long int, so
that no number gets as long as to take all the time. For the same reason the exponent is a float or small.
"""

import json
from enum import Flag, auto
from pathlib import Path
from typing import Any


class Trait(Flag):
    GROWS = auto()
    EXOTIC = auto()
    """Only in some programs, since the compiler may refuse it."""
    RISKY = auto()
    """Often raises; seldom in most programs."""


GROWS, EXOTIC, RISKY = Trait
Form = tuple[float, str] | tuple[float, str, Trait]

FLOAT: list[Form] = [
    (8, "{f} + {f}"), (8, "{f} - {f}"), (8, "{f} * {f}", GROWS), (3, "{f} + {i}"), (2, "{i} - {f}"),
    (2, "{b} * {f}"), (1.5, "{f} / {f}", RISKY), (1.5, "{i} / {p}"),
    (0.7, "{i} / {i}", RISKY), (1, "{i} / ({i} | 1)"), (0.7, "{i} / {f}", RISKY), (0.7, "{f} // {f}", RISKY), (0.7, "{f} % {f}", RISKY),
    (1, "{f} // 0.75"), (1, "{f} % -2.5"), (1, "{f} % ({c} + 1)"), (0.5, "{i} % {f}", RISKY),
    (0.5, "{i} // {f}", RISKY), (3, "{f} ** 2", GROWS), (1, "{f} ** {k}", GROWS), (1, "{f} ** -{k}", GROWS | RISKY),
    (0.3, "{f} ** ({f} * 1.0)", GROWS | RISKY), (0.4, "{i} ** ({f} * 1.0)", GROWS | RISKY),
    (0.7, "{p} ** -{k}"), (0.4, "{i} ** -{k}", RISKY), (0.7, "{f} ** {c}", GROWS), (0.4, "2.0 ** ({f} * 1.0)", RISKY),
    (3, "-{f}"), (0.5, "+{f}"),
    (3, "{f} if {b} else {f}"),
    (0.7, "{f} and {f}"), (0.7, "{f} or {f}"), (0.4, "{b} and {f}"), (0.4, "{i} or {f}"),
    (0.5, "({f}, {f})[{c} % 2]", EXOTIC), (0.4, "({f}, {f})[1]"),
    (0.3, "math.hypot({f}, {f})", EXOTIC),
]  # fmt: skip

INT: list[Form] = [
    (8, "{i} + {i}"), (8, "{i} - {i}"), (5, "{i} * {i}", GROWS), (2, "{i} + {b}"),
    (2, "{b} + {b}"), (1, "{b} * {i}"), (2, "{i} // {p}"), (1, "{i} // -{p}"), (2, "{i} % {p}"),
    (1, "{i} % -{p}"), (0.7, "{i} // {i}", RISKY), (0.7, "{i} % {i}", RISKY), (2, "{i} ** 2", GROWS),
    (1, "{i} ** {k}", GROWS), (0.7, "{i} ** {c}", GROWS), (0.5, "{c} ** {c}"),
    (0.4, "{b} ** {c}"),
    (2, "{i} & {i}"), (2, "{i} | {i}"), (2, "{i} ^ {i}"),
    (1, "{i} & 0xFF"), (1, "{i} << {c}", GROWS), (1.5, "{i} >> {c}"),
    (0.4, "{i} << ({i} & 63)", GROWS | RISKY), (0.4, "{i} >> ({i} & 127)"), (0.2, "{i} >> {i}", RISKY),
    (3, "-{i}"), (0.5, "+{i}"), (0.4, "+{b}"),
    (0.4, "-{b}"), (1.5, "~{i}"), (0.3, "~{b}"),
    (3, "{i} if {b} else {i}"), (0.7, "{i} and {i}"), (0.7, "{i} or {i}"), (0.4, "{b} or {i}"),
    (0.2, "math.factorial({c})", EXOTIC), (0.2, "math.comb({c} + 4, {c})", EXOTIC),
    (0.4, "({i}, {i})[{c} % 2]", EXOTIC), (0.4, "({f}, {i})[-1]"),
    (0.3, "math.lcm({p}, {i}) % 10007", EXOTIC),
]  # fmt: skip

BOOL: list[Form] = [
    (8, "{f} {o} {f}"), (8, "{i} {o} {i}"), (3, "{f} {o} {i}"), (2, "{i} {o} {f}"),
    (1, "{b} {o} {b}"), (1, "{b} {o} {n}"), (2, "{n} {o} {n} {o} {n}"), (1, "{i} {o} ({x} := {i} + {p}) {o} {x}"), (1, "{n} < {n} <= {n}"),
    (0.5, "{n} {o} {n} {o} {n} {o} {n}"), (3, "not {b}"), (1.5, "not {n}"), (3, "{b} and {b}"),
    (3, "{b} or {b}"), (1, "{b} & {b}"), (1, "{b} | {b}"), (1, "{b} ^ {b}"),
    (1.5, "{b} if {b} else {b}"),
    (0.3, "{v} is None"),
    (0.4, "({b}, {b})[{c} % 2]", EXOTIC),
]  # fmt: skip


def traits(form: Form) -> Trait:
    return form[2] if len(form) == 3 else Trait(0)


def _calls() -> dict[str, list[Form]]:
    """Give the forms of calls, by type, that the compiler's table of builtins names.

    `float 0.5 risky: math.log({f})` is a form of floats: how often it is chosen, traits, the text.
    """
    forms: dict[str, list[Form]] = {"float": [], "int": [], "bool": []}
    for builtin in BUILTINS:
        for call in builtin["calls"]:
            words, text = call.split(": ", 1)
            type_, weight, *named = words.split()
            trait = Trait(0)
            for name in named:
                trait |= Trait[name.upper()]
            forms[type_].append((float(weight), text, trait))
    return forms


BUILTINS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "builtins.json").read_text(encoding="utf-8")
)
"""What `crates/native/src/specialise/builtins` says of each; a test there writes the file."""

_CALLS = _calls()
FORMS = {
    "float": FLOAT + _CALLS["float"],
    "int": INT + _CALLS["int"],
    "bool": BOOL + _CALLS["bool"],
}
PLACEHOLDERS = {"f": "float", "i": "int", "b": "bool"}

# What a plugin of random programs begins with.
PREAMBLE = """import math
import math as m
from math import floor, sqrt
from math import sin as sine
"""
CONSTANTS = {
    "float": ["math.pi", "m.e", "math.tau", "math.inf", "-math.inf", "math.nan"],
    "int": [],
    "bool": [],
}
