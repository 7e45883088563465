//! Builtins and functions of `math`: one row each.

mod choose;
mod iterables;
mod math;
mod numbers;
mod of_lists;
mod parts;
mod rounding;
mod sum;
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

/// A row with a lowering to a value.
const fn row(
    name: &'static str,
    arguments: RangeInclusive<usize>,
    lower: fn(&mut Walk<'_, '_>, &[Value]) -> Result<Value, Stop>,
) -> Builtin {
    Builtin { name, arguments, lowering: Lowering::Value(lower) }
}

const BUILTINS: &[Builtin] = &[
    row("abs", 1..=1, numbers::abs),
    row("bool", 0..=1, numbers::bool),
    row("divmod", 2..=2, numbers::divmod),
    row("enumerate", 1..=2, iterables::enumerate),
    row("float", 0..=1, numbers::float),
    row("int", 0..=1, rounding::int),
    row("len", 1..=1, iterables::len),
    Builtin { name: "max", arguments: SOME, lowering: Lowering::Assign(choose::max) },
    Builtin { name: "min", arguments: SOME, lowering: Lowering::Assign(choose::min) },
    Builtin { name: "pow", arguments: 2..=3, lowering: Lowering::Assign(numbers::pow) },
    row("range", 1..=3, iterables::range),
    row("round", 1..=2, rounding::round),
    row("sum", 1..=2, sum::sum),
    row("zip", ANY, iterables::zip),
];

/// Whether a builtin can be compiled, by its canonical name.
pub(crate) fn is_known(name: &str) -> bool {
    find(name).is_some()
}

fn find(name: &str) -> Option<&'static Builtin> {
    let tables = [BUILTINS, math::BUILTINS, parts::BUILTINS, whole::BUILTINS];
    tables.into_iter().flatten().find(|builtin| builtin.name == name)
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
