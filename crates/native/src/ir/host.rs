//! Functions that compiled code calls: libm's, and ours where an operation is too long to be put in
//! its place. All are pure and total; what Python checks before or after is in the graph.

use serde::{Deserialize, Serialize};

use super::Type;

macro_rules! host_functions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal ($($parameter:ident),*) -> ($($result:ident),*);)*) => {
        /// A function outside of the module, by its name.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum HostFunction {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl HostFunction {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            pub fn parameters(self) -> &'static [Type] {
                match self {
                    $(Self::$variant => &[$(Type::$parameter),*],)*
                }
            }

            pub fn returns(self) -> &'static [Type] {
                match self {
                    $(Self::$variant => &[$(Type::$result),*],)*
                }
            }
        }
    };
}

host_functions! {
    Acos = "acos" (Float) -> (Float);
    Acosh = "acosh" (Float) -> (Float);
    Asin = "asin" (Float) -> (Float);
    Asinh = "asinh" (Float) -> (Float);
    Atan = "atan" (Float) -> (Float);
    Atan2 = "atan2" (Float, Float) -> (Float);
    Atanh = "atanh" (Float) -> (Float);
    Cbrt = "cbrt" (Float) -> (Float);
    Cos = "cos" (Float) -> (Float);
    Cosh = "cosh" (Float) -> (Float);
    Erf = "erf" (Float) -> (Float);
    Erfc = "erfc" (Float) -> (Float);
    Exp = "exp" (Float) -> (Float);
    Exp2 = "exp2" (Float) -> (Float);
    Expm1 = "expm1" (Float) -> (Float);
    Fmod = "fmod" (Float, Float) -> (Float);
    Log = "log" (Float) -> (Float);
    Log10 = "log10" (Float) -> (Float);
    Log1p = "log1p" (Float) -> (Float);
    Log2 = "log2" (Float) -> (Float);
    Pow = "pow" (Float, Float) -> (Float);
    Sin = "sin" (Float) -> (Float);
    Sinh = "sinh" (Float) -> (Float);
    Tan = "tan" (Float) -> (Float);
    Tanh = "tanh" (Float) -> (Float);
    /// `a // b` of Python's floats; the divisor is not zero.
    FloatFloorDivide = "float_floor_divide" (Float, Float) -> (Float);
    /// `a % b` of Python's floats; the divisor is not zero.
    FloatModulo = "float_modulo" (Float, Float) -> (Float);
    /// `a / b` of Python's ints, rounded once; the divisor is not zero.
    IntDivide = "int_divide" (Int, Int) -> (Float);
    /// `a ** b` for `b >= 0`, and whether it fits 64 bits.
    IntPower = "int_power" (Int, Int) -> (Int, Bool);
    /// `pow(a, b, m)` for `b >= 0` and `m != 0`.
    IntPowerModulo = "int_power_modulo" (Int, Int, Int) -> (Int);
    /// The sign of `int - float`, exactly: -1, 0 or 1; 2 for NaN.
    CompareIntFloat = "compare_int_float" (Int, Float) -> (Int);
    /// `round(x)` to an int's value as a float, ties to even.
    RoundHalfEven = "round_half_even" (Float) -> (Float);
    /// `round(x, digits)` for a finite x, and whether that is certain; it overflows to an infinity.
    RoundDigits = "round_digits" (Float, Int) -> (Float, Bool);
    /// `round(i, digits)` of an int, and whether it fits.
    RoundIntDigits = "round_int_digits" (Int, Int) -> (Int, Bool);
    /// `math.gcd`, and whether it fits.
    Gcd = "gcd" (Int, Int) -> (Int, Bool);
    /// `math.isqrt` for `n >= 0`.
    Isqrt = "isqrt" (Int) -> (Int);
    /// `math.remainder` where neither is special: x finite, y finite and not zero.
    Remainder = "remainder" (Float, Float) -> (Float);
    /// `math.ldexp` without its checks.
    Ldexp = "ldexp" (Float, Int) -> (Float);
    /// Mantissa and exponent of a finite number.
    Frexp = "frexp" (Float) -> (Float, Int);
}
