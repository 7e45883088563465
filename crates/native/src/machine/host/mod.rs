//! The functions that compiled code calls, by their addresses.
//!
//! What gives two values puts the second one where its last argument points: a return in two
//! registers is not the same on all machines.

mod floats;
mod ints;
mod libm;
mod rounding;
#[cfg(test)]
mod tests;

use crate::ir::HostFunction;

pub(crate) use libm::call as libm;

/// A place in this process that code is called at.
#[derive(Clone, Copy)]
pub(super) struct Address(pub(super) *const u8);

macro_rules! address {
    ($function:expr, ($($parameter:ty),*) -> $result:ty) => {{
        let function: extern "C" fn($($parameter),*) -> $result = $function;
        Address(function as *const u8)
    }};
}

pub(super) fn address(function: HostFunction) -> Address {
    match function {
        HostFunction::FloatFloorDivide => address!(floats::floor_divide, (f64, f64) -> f64),
        HostFunction::FloatModulo => address!(floats::modulo, (f64, f64) -> f64),
        HostFunction::Remainder => address!(floats::remainder, (f64, f64) -> f64),
        HostFunction::CompareIntFloat => address!(floats::compare_int_float, (i64, f64) -> i64),
        HostFunction::Ldexp => address!(floats::ldexp, (f64, i64) -> f64),
        HostFunction::Frexp => address!(floats::frexp, (f64, &mut i64) -> f64),
        HostFunction::RoundHalfEven => address!(rounding::half_even, (f64) -> f64),
        HostFunction::RoundDigits => address!(rounding::digits, (f64, i64, &mut u8) -> f64),
        HostFunction::RoundIntDigits => address!(rounding::int_digits, (i64, i64, &mut u8) -> i64),
        HostFunction::IntDivide => address!(ints::divide, (i64, i64) -> f64),
        HostFunction::IntPower => address!(ints::power, (i64, i64, &mut u8) -> i64),
        HostFunction::IntPowerModulo => address!(ints::power_modulo, (i64, i64, i64) -> i64),
        HostFunction::Gcd => address!(ints::gcd, (i64, i64, &mut u8) -> i64),
        HostFunction::Isqrt => address!(ints::isqrt, (i64) -> i64),
        of_libm => libm::address(of_libm),
    }
}

type Find = fn() -> Address;

/// What Cranelift calls by itself where the processor has no instruction for it.
pub(super) const LIBCALLS: [(&str, Find); 6] = [
    ("fma", libm::fma),
    ("floor", libm::floor),
    ("ceil", libm::ceil),
    ("trunc", libm::trunc),
    ("nearbyint", libm::nearbyint),
    ("rint", libm::rint),
];
