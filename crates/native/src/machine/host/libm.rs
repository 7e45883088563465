#![expect(unsafe_code, reason = "the C library's functions are declared here")]
//! The C library's own functions, the very ones that CPython's `math` calls. Rust's methods of the
//! same names may be computed by the compiler and have no promised bits.

use super::Address;
use crate::ir::HostFunction;

macro_rules! libm {
    (
        one: $($one:ident $one_variant:ident)*;
        two: $($two:ident $two_variant:ident)*;
        called_by_cranelift: $($call:ident ($($parameter:ident),*))*;
    ) => {
        #[cfg_attr(unix, link(name = "m"))]
        unsafe extern "C" {
            $(safe fn $one(x: f64) -> f64;)*
            $(safe fn $two(x: f64, y: f64) -> f64;)*
            pub(super) safe fn ldexp(x: f64, exponent: i32) -> f64;
        }

        mod called {
            #[cfg_attr(unix, link(name = "m"))]
            unsafe extern "C" {
                $(pub(super) safe fn $call($($parameter: f64),*) -> f64;)*
            }
        }

        $(pub(super) fn $call() -> Address {
            Address(called::$call as *const u8)
        })*

        /// The same to be called from Rust; None of what is not libm's.
        pub(crate) fn call(function: HostFunction) -> Option<fn(&[f64]) -> f64> {
            match function {
                $(HostFunction::$one_variant => Some(|arguments| $one(arguments[0])),)*
                $(HostFunction::$two_variant => Some(|arguments| $two(arguments[0], arguments[1])),)*
                _ => None,
            }
        }

        pub(super) fn address(function: HostFunction) -> Address {
            match function {
                $(HostFunction::$one_variant => Address($one as *const u8),)*
                $(HostFunction::$two_variant => Address($two as *const u8),)*
                // `host::address` has the others; none reaches this.
                _ => Address(std::ptr::null()),
            }
        }
    };
}

libm! {
    one: acos Acos acosh Acosh asin Asin asinh Asinh atan Atan atanh Atanh cbrt Cbrt cos Cos
        cosh Cosh erf Erf erfc Erfc exp Exp exp2 Exp2 expm1 Expm1 log Log log10 Log10
        log1p Log1p log2 Log2 sin Sin sinh Sinh tan Tan tanh Tanh;
    two: atan2 Atan2 fmod Fmod pow Pow;
    called_by_cranelift: fma(a, b, c) floor(x) ceil(x) trunc(x) nearbyint(x) rint(x);
}
