//! Builtins and functions of `math`: one row each.

mod choose;
mod iterables;
mod math;
mod numbers;
mod of_lists;
mod parts;
mod rounding;
mod sum;
#[cfg(test)]
mod told;
mod whole;

use std::ops::RangeInclusive;

use super::value::Value;
use super::walk::{Stop, Walk};
use crate::code::Local;
use crate::exceptions::ExceptionClass;

/// A builtin, and how compiled code computes it.
pub(super) struct Builtin {
    /// The canonical name: `abs`, `math.sin`.
    name: &'static str,
    /// How many arguments it takes.
    arguments: RangeInclusive<usize>,
    lowering: Lowering,
    about: About,
}

/// What readers are told of a builtin, and how random programs call it.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "a test writes the table of docs and of the fuzzer from it")
)]
struct About {
    /// `float -> float`
    types: &'static str,
    /// What compiled code has no answer for, but for what is of another type.
    leaves: &'static str,
    /// `float 0.5 risky: math.log({f})`: what the call gives, how often it is chosen, traits, and the
    /// text with places for arguments. `tests/native/templates.py` says what places and traits there are.
    calls: &'static [&'static str],
}

/// Arguments are looked at, and none of them may be unknown to be None.
pub(super) enum Lowering {
    Value(fn(&mut Walk<'_, '_>, &[Value]) -> Result<Value, Stop>),
    /// Where the type of the result depends on values, it goes on in several ways.
    Assign(fn(&mut Walk<'_, '_>, Local, &[Value]) -> Result<(), Stop>),
    /// A function of one float as `Modules/mathmodule.c`, `math_1`, treats it.
    OfOneFloat(math::OfOneFloat),
}

const ANY: RangeInclusive<usize> = 0..=usize::MAX;
const SOME: RangeInclusive<usize> = 1..=usize::MAX;

impl Builtin {
    const fn of(name: &'static str, arguments: RangeInclusive<usize>, lowering: Lowering) -> Self {
        Self { name, arguments, lowering, about: About { types: "", leaves: "", calls: &[] } }
    }

    const fn about(
        mut self,
        types: &'static str,
        leaves: &'static str,
        calls: &'static [&'static str],
    ) -> Self {
        self.about = About { types, leaves, calls };
        self
    }
}

/// A row with a lowering to a value.
const fn row(
    name: &'static str,
    arguments: RangeInclusive<usize>,
    lower: fn(&mut Walk<'_, '_>, &[Value]) -> Result<Value, Stop>,
) -> Builtin {
    Builtin::of(name, arguments, Lowering::Value(lower))
}

/// A row with a lowering that goes on in several ways.
const fn several(
    name: &'static str,
    arguments: RangeInclusive<usize>,
    lower: fn(&mut Walk<'_, '_>, Local, &[Value]) -> Result<(), Stop>,
) -> Builtin {
    Builtin::of(name, arguments, Lowering::Assign(lower))
}

const BUILTINS: &[Builtin] = &[
    row("abs", 1..=1, numbers::abs).about(
        "int -> int, float -> float",
        "the least int",
        &[
            "float 4: {f} / (abs({f}) + 1.0)",
            "float 1.2: abs({f}) ** 0.5",
            "float 0.7 grows risky: abs({f}) ** ({f} * 1.0)",
            "float 2: abs({f})",
            "int 2: abs({i})",
            "int 0.3: abs({b})",
        ],
    ),
    row("bool", 0..=1, numbers::bool).about(
        "any number, None or tuple -> bool",
        "",
        &["bool 1: bool({n})"],
    ),
    row("divmod", 2..=2, numbers::divmod).about(
        "two numbers -> a tuple of two",
        "a division by zero; an int of more than 64 bits",
        &[
            "float 0.5 risky: divmod({f}, {f})[0]",
            "float 0.5: divmod({f}, 1.5)[1]",
            "int 0.5: divmod({i}, {p})[0]",
            "int 0.5 risky: divmod({i}, {i})[1]",
        ],
    ),
    row("enumerate", 1..=2, iterables::enumerate).about(
        "a range, tuple or iterator, int -> iterator",
        "a start near the end of 64 bits",
        &[],
    ),
    row("float", 0..=1, numbers::float).about(
        "number -> float",
        "",
        &["float 2: float({i})", "float 0.5: float({b})", "float 0.7: float({f})"],
    ),
    row("int", 0..=1, rounding::int).about(
        "number -> int",
        "NaN; an infinity; an int of more than 64 bits",
        &[
            "int 1: int({f} % 1000.0)",
            "int 0.8 risky: int({f})",
            "int 0.5: int({b})",
            "int 0.3: int({i})",
        ],
    ),
    row("len", 1..=1, iterables::len).about(
        "a tuple or range -> int",
        "an int of more than 64 bits",
        &["int 0.4: len({r})"],
    ),
    several("max", SOME, choose::max).about(
        "numbers, or a tuple of them -> one of them",
        "nothing to choose from; an iterable that is no tuple",
        &[
            "float 1.5: max({f}, {f})",
            "float 0.7: max({f}, {i})",
            "float 0.4: max(({F}))",
            "int 1.5: max({i}, {i})",
            "int 0.6: max({i}, {i}, {i})",
            "int 0.4: max({I})",
        ],
    ),
    several("min", SOME, choose::min).about(
        "numbers, or a tuple of them -> one of them",
        "nothing to choose from; an iterable that is no tuple",
        &[
            "float 1.5: min({f}, {f})",
            "float 0.7: min({f}, {f}, {f})",
            "float 0.5: min({i}, {f}, {b})",
            "float 0.4: min({F})",
            "int 0.15 grows risky: {i} << min({i}, 70)",
            "int 1.5: min({i}, {i})",
            "int 0.4: min(({I}))",
            "int 0.3: min({b}, {i})",
            "bool 0.4: min({b}, {b})",
        ],
    ),
    several("pow", 2..=3, numbers::pow).about(
        "two numbers -> number, three ints -> int",
        "an int of more than 64 bits; a negative number to a fraction; an inverse by a modulus",
        &[
            "float 0.4 grows risky: pow({f}, {f} * 1.0)",
            "float 0.7 grows: pow({f}, {k})",
            "int 0.4 grows: pow({i}, {k})",
            "int 0.4: pow({i}, {c}, {p} + 6)",
            "int 0.3 risky: pow({i}, {i}, {i})",
        ],
    ),
    row("range", 1..=3, iterables::range).about(
        "one to three ints -> range",
        "a step of zero",
        &[],
    ),
    row("round", 1..=2, rounding::round).about(
        "float -> int, number and int -> the same type",
        "NaN; an infinity; an int of more than 64 bits; a float with many digits",
        &[
            "float 1: round({f}, {d})",
            "float 0.5: round({f}, ndigits={d})",
            "float 0.4: round({f}, {c})",
            "int 0.8: round({f} % 1000.0)",
            "int 0.5 risky: round({f})",
            "int 0.3: round({i})",
            "int 0.4: round({i}, -{k})",
            "int 0.3: round({i}, {d})",
        ],
    ),
    row("sum", 1..=2, sum::sum).about(
        "a tuple or range of ints, int -> int",
        "a float; an iterator; an int of more than 64 bits",
        &[
            "int 0.4: sum({r})",
            "int 0.2: sum({r}, {i})",
            "int 0.2: sum({r}, {b})",
            "int 0.3: sum(({I}), {b})",
            "int 0.2 risky: sum({r}, {v})",
            "int 0.2: sum(({I}), {i})",
            "int 0.8: sum(range({c}))",
            "int 0.4: sum(range({k}, {c} + 3))",
            "int 0.4: sum(range({c}, -{k}, -2))",
        ],
    ),
    row("zip", ANY, iterables::zip).about("ranges, tuples and iterators -> iterator", "", &[]),
];

/// Whether a builtin can be compiled, by its canonical name.
pub(crate) fn is_known(name: &str) -> bool {
    find(name).is_some()
}

fn find(name: &str) -> Option<&'static Builtin> {
    all().find(|builtin| builtin.name == name)
}

fn all() -> impl Iterator<Item = &'static Builtin> {
    [BUILTINS, math::BUILTINS, parts::BUILTINS, whole::BUILTINS].into_iter().flatten()
}

impl Walk<'_, '_> {
    pub(super) fn call_builtin(
        &mut self,
        to: Local,
        function: &str,
        arguments: &[Value],
    ) -> Result<(), Stop> {
        let Some(builtin) = find(function) else {
            return self.refuse(&format!("a call of {function}"));
        };
        if !builtin.arguments.contains(&arguments.len()) {
            return self.raise(ExceptionClass::TYPE, "a wrong number of arguments");
        }
        let value = match &builtin.lowering {
            Lowering::Assign(lower) => return lower(self, to, arguments),
            Lowering::Value(lower) => lower(self, arguments)?,
            Lowering::OfOneFloat(function) => self.of_one_float(function, &arguments[0])?,
        };
        self.assign(to, &value);
        Ok(())
    }
}
