//! Floats as `Objects/floatobject.c` and `Modules/mathmodule.c` of CPython 3.11 compute them.

use std::cmp::Ordering;

/// `a % b` where b is not zero: `float_rem`. Rust's `%` is C's `fmod`, which is exact.
pub(super) extern "C" fn modulo(a: f64, b: f64) -> f64 {
    quotient_and_modulo(a, b).1
}

/// `a // b` where b is not zero: `float_floor_div`.
pub(super) extern "C" fn floor_divide(a: f64, b: f64) -> f64 {
    let (quotient, _) = quotient_and_modulo(a, b);
    if quotient == 0.0 {
        return 0_f64.copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

/// `_float_div_mod`, but for the last rounding of the quotient.
fn quotient_and_modulo(a: f64, b: f64) -> (f64, f64) {
    let modulo = a % b;
    let quotient = (a - modulo) / b;
    if modulo == 0.0 {
        return (quotient, 0_f64.copysign(b));
    }
    if (b < 0.0) == (modulo < 0.0) {
        return (quotient, modulo);
    }
    (quotient - 1.0, modulo + b)
}

/// `m_remainder` for a finite x, and a finite y that is not zero.
pub(super) extern "C" fn remainder(x: f64, y: f64) -> f64 {
    let (size, divisor) = (x.abs(), y.abs());
    let modulo = size % divisor;
    let complement = divisor - modulo;
    let result = if modulo < complement {
        modulo
    } else if modulo > complement {
        -complement
    } else {
        modulo - 2.0 * ((0.5 * (size - modulo)) % divisor)
    };
    1_f64.copysign(x) * result
}

/// The sign of `int - float`; 2 for NaN.
pub(super) extern "C" fn compare_int_float(int: i64, float: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return 2;
    }
    if float >= LIMIT {
        return -1;
    }
    if float < -LIMIT {
        return 1;
    }
    // In range, so that the cast only cuts off the fraction.
    let whole = float.trunc();
    match int.cmp(&(whole as i64)) {
        Ordering::Less => -1,
        Ordering::Greater => 1,
        Ordering::Equal if float > whole => -1,
        Ordering::Equal if float < whole => 1,
        Ordering::Equal => 0,
    }
}

/// `math_ldexp` without its error: what is too large becomes infinite.
pub(super) extern "C" fn ldexp(x: f64, exponent: i64) -> f64 {
    let exponent = exponent.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    super::libm::ldexp(x, exponent as i32)
}

/// `math_frexp`: a mantissa from 0.5 to 1 and an exponent. What is infinite or NaN stays itself.
pub(super) extern "C" fn frexp(x: f64, exponent: &mut i64) -> f64 {
    const EXPONENT: u64 = 0x7ff;
    *exponent = 0;
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let is_subnormal = x.abs() < f64::MIN_POSITIVE;
    // Exact: two to the 54th makes each subnormal number a normal one.
    let normal = if is_subnormal { x * 18_014_398_509_481_984.0 } else { x };
    let bits = normal.to_bits();
    let biased = (bits >> 52 & EXPONENT) as i64;
    *exponent = biased - 1022 - if is_subnormal { 54 } else { 0 };
    f64::from_bits(bits & !(EXPONENT << 52) | 1022 << 52)
}
