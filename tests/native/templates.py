"""What an expression of each type may look like: one row a form, with how often it is chosen.

`{f}`, `{i}`, `{b}` stand for expressions that mostly give a float, an int, a bool, `{n}` for any of
them; `{k}` is a small count, `{d}` a number of digits, `{v}` a name, `{x}` a name
that holds an int and may be set, `{c}` an int expression within 0 to 7, `{p}`
an int expression within 1 to 5, `{o}` a comparison operator, `{r}` a short range, `{I}` and `{F}` a few
ints or floats, `{M}` many zeros with a comma each. Where statements may be repeated, the
int of a form that is marked GROWS is cut down to size, and the float kept from being a long int, so
that no number gets as long as to take all the time. For the same reason the exponent is a float or small.
"""

from enum import Flag, auto


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
    (2, "{b} * {f}"), (1.5, "{f} / {f}", RISKY), (4, "{f} / (abs({f}) + 1.0)"), (1.5, "{i} / {p}"),
    (0.7, "{i} / {i}", RISKY), (1, "{i} / ({i} | 1)"), (0.7, "{i} / {f}", RISKY), (0.7, "{f} // {f}", RISKY), (0.7, "{f} % {f}", RISKY),
    (1, "{f} // 0.75"), (1, "{f} % -2.5"), (1, "{f} % ({c} + 1)"), (0.5, "{i} % {f}", RISKY),
    (0.5, "{i} // {f}", RISKY), (3, "{f} ** 2", GROWS), (1, "{f} ** {k}", GROWS), (1, "{f} ** -{k}", GROWS | RISKY),
    (1.2, "abs({f}) ** 0.5"), (0.7, "abs({f}) ** ({f} * 1.0)", GROWS | RISKY), (0.3, "{f} ** ({f} * 1.0)", GROWS | RISKY), (0.4, "{i} ** ({f} * 1.0)", GROWS | RISKY),
    (0.7, "{p} ** -{k}"), (0.4, "{i} ** -{k}", RISKY), (0.7, "{f} ** {c}", GROWS), (0.4, "2.0 ** ({f} * 1.0)", RISKY), (0.4, "pow({f}, {f} * 1.0)", GROWS | RISKY),
    (0.7, "pow({f}, {k})", GROWS), (3, "-{f}"), (0.5, "+{f}"), (2, "float({i})"), (0.5, "float({b})"),
    (0.7, "float({f})"), (2, "abs({f})"), (1.5, "min({f}, {f})"), (1.5, "max({f}, {f})"),
    (0.7, "min({f}, {f}, {f})"), (0.7, "max({f}, {i})"), (0.5, "min({i}, {f}, {b})"),
    (0.4, "max(({F}))"), (0.4, "min({F})"),
    (1, "round({f}, {d})"), (0.5, "round({f}, ndigits={d})"), (0.4, "round({f}, {c})"),
    (0.5, "divmod({f}, {f})[0]", RISKY), (0.5, "divmod({f}, 1.5)[1]"), (3, "{f} if {b} else {f}"),
    (0.7, "{f} and {f}"), (0.7, "{f} or {f}"), (0.4, "{b} and {f}"), (0.4, "{i} or {f}"),
    (0.5, "({f}, {f})[{c} % 2]", EXOTIC), (0.4, "({f}, {f})[1]"),
    (1.5, "math.sqrt(abs({f}))"), (0.4, "math.sqrt({f})", RISKY), (0.7, "sqrt({n} * {n})"),
    (1, "math.sin({f})"), (1, "m.cos({f})"), (0.5, "sine({f})"), (0.5, "math.tan({f})"),
    (0.5, "math.asin({f} % 1.0)"), (0.3, "math.asin({f})", RISKY), (0.4, "math.acos({f})", RISKY),
    (0.7, "math.atan({f})"), (0.7, "math.atan2({f}, {f})"), (0.4, "math.sinh({f})", RISKY),
    (0.4, "math.cosh({f})", RISKY), (0.7, "math.tanh({f})"), (0.3, "math.asinh({f})"),
    (0.3, "math.acosh({f})", RISKY), (0.3, "math.atanh({f})", RISKY), (0.5, "math.exp({f})", RISKY),
    (0.7, "math.exp(-abs({f}))"), (0.3, "math.expm1({f})", RISKY), (0.7, "math.log(abs({f}) + 1.0)"),
    (0.5, "math.log({f})", RISKY), (0.4, "math.log({i})", RISKY), (0.4, "math.log(abs({f}) + 1.5, {p} + 1)"),
    (0.3, "math.log({f}, {f})", RISKY), (0.3, "math.log2({f})", RISKY), (0.3, "math.log10({n})", RISKY),
    (0.3, "math.log1p({f})", RISKY), (0.4, "math.pow({f}, {f})", RISKY), (0.4, "math.pow({f}, 2)", RISKY),
    (0.4, "math.fmod({f}, {f})", RISKY), (0.4, "math.fmod({f}, 0.3)"), (0.5, "math.copysign({f}, {f})"),
    (0.5, "math.fabs({f})"), (1, "math.radians({f})"), (0.5, "math.degrees({f})"),
    (0.3, "math.hypot({f}, {f})", EXOTIC), (0.3, "math.ldexp({f}, {c})"), (0.2, "math.ldexp({f}, {i})", RISKY),
    (0.3, "math.remainder({f}, {f})", RISKY), (0.3, "math.cbrt({f})"), (0.3, "math.exp2({f})", RISKY),
    (0.3, "math.erf({f})"), (0.3, "math.erfc({f})"), (0.2, "math.frexp({f})[0]", EXOTIC),
    (0.2, "math.modf({f})[0]", EXOTIC),
]  # fmt: skip

INT: list[Form] = [
    (8, "{i} + {i}"), (8, "{i} - {i}"), (5, "{i} * {i}", GROWS), (2, "{i} + {b}"),
    (2, "{b} + {b}"), (1, "{b} * {i}"), (2, "{i} // {p}"), (1, "{i} // -{p}"), (2, "{i} % {p}"),
    (1, "{i} % -{p}"), (0.7, "{i} // {i}", RISKY), (0.7, "{i} % {i}", RISKY), (2, "{i} ** 2", GROWS),
    (1, "{i} ** {k}", GROWS), (0.7, "{i} ** {c}", GROWS), (0.5, "{c} ** {c}"),
    (0.4, "{b} ** {c}"), (0.4, "pow({i}, {k})", GROWS), (0.4, "pow({i}, {c}, {p} + 6)"),
    (0.3, "pow({i}, {i}, {i})", RISKY), (2, "{i} & {i}"), (2, "{i} | {i}"), (2, "{i} ^ {i}"),
    (1, "{i} & 0xFF"), (1, "{i} << {c}", GROWS), (1.5, "{i} >> {c}"),
    (0.4, "{i} << ({i} & 63)", GROWS | RISKY), (0.4, "{i} >> ({i} & 127)"), (0.2, "{i} >> {i}", RISKY),
    (0.15, "{i} << min({i}, 70)", GROWS | RISKY), (3, "-{i}"), (0.5, "+{i}"), (0.4, "+{b}"),
    (0.4, "-{b}"), (1.5, "~{i}"), (0.3, "~{b}"), (2, "abs({i})"), (0.3, "abs({b})"),
    (1.5, "min({i}, {i})"), (1.5, "max({i}, {i})"), (0.6, "max({i}, {i}, {i})"),
    (0.4, "max({I})"), (0.4, "min(({I}))"), (0.4, "len({r})"), (0.4, "sum({r})"), (0.2, "sum({r}, {i})"),
    (0.2, "sum({r}, {b})"), (0.3, "sum(({I}), {b})"), (0.2, "sum({r}, {v})", RISKY), (0.2, "sum(({I}), {i})"),
    (0.3, "min({b}, {i})"), (0.8, "round({f} % 1000.0)"), (0.5, "round({f})", RISKY),
    (0.3, "round({i})"), (0.4, "round({i}, -{k})"), (0.3, "round({i}, {d})"),
    (1, "int({f} % 1000.0)"), (0.8, "int({f})", RISKY), (0.5, "int({b})"), (0.3, "int({i})"),
    (0.5, "divmod({i}, {p})[0]"), (0.5, "divmod({i}, {i})[1]", RISKY), (0.8, "sum(range({c}))"),
    (0.4, "sum(range({k}, {c} + 3))"), (0.4, "sum(range({c}, -{k}, -2))"),
    (3, "{i} if {b} else {i}"), (0.7, "{i} and {i}"), (0.7, "{i} or {i}"), (0.4, "{b} or {i}"),
    (0.6, "math.floor({f} % 1000.0)"), (0.5, "math.ceil({f})", RISKY), (0.3, "floor({f})", RISKY),
    (0.4, "math.trunc({f})", RISKY), (0.3, "math.gcd({i}, {i})"), (0.3, "math.isqrt(abs({i}))"),
    (0.2, "math.isqrt({i})", RISKY), (0.2, "math.factorial({c})", EXOTIC), (0.2, "math.comb({c} + 4, {c})", EXOTIC),
    (0.2, "math.frexp({f})[1]", EXOTIC), (0.4, "({i}, {i})[{c} % 2]", EXOTIC), (0.4, "({f}, {i})[-1]"),
    (0.3, "math.lcm({p}, {i}) % 10007", EXOTIC),
]  # fmt: skip

BOOL: list[Form] = [
    (8, "{f} {o} {f}"), (8, "{i} {o} {i}"), (3, "{f} {o} {i}"), (2, "{i} {o} {f}"),
    (1, "{b} {o} {b}"), (1, "{b} {o} {n}"), (2, "{n} {o} {n} {o} {n}"), (1, "{i} {o} ({x} := {i} + {p}) {o} {x}"), (1, "{n} < {n} <= {n}"),
    (0.5, "{n} {o} {n} {o} {n} {o} {n}"), (3, "not {b}"), (1.5, "not {n}"), (3, "{b} and {b}"),
    (3, "{b} or {b}"), (1, "{b} & {b}"), (1, "{b} | {b}"), (1, "{b} ^ {b}"), (1, "bool({n})"),
    (1.5, "{b} if {b} else {b}"), (0.6, "math.isnan({f})"), (0.6, "math.isfinite({f})"),
    (0.5, "math.isinf({f})"), (0.4, "math.isclose({f}, {f})"),
    (0.3, "math.isclose({f}, {f}, rel_tol=0.5)", EXOTIC), (0.4, "min({b}, {b})"), (0.3, "{v} is None"),
    (0.4, "({b}, {b})[{c} % 2]", EXOTIC),
]  # fmt: skip


def traits(form: Form) -> Trait:
    return form[2] if len(form) == 3 else Trait(0)


FORMS = {"float": FLOAT, "int": INT, "bool": BOOL}
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
