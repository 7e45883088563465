//! Integers as `Objects/longobject.c` and `Modules/mathmodule.c` of CPython 3.11 compute them, as
//! far as they fit 64 bits.

/// `a / b` where b is not zero: the exact quotient, rounded once to nearest, ties to even.
pub(super) extern "C" fn divide(a: i64, b: i64) -> f64 {
    const EXACT: u64 = 1 << 53;
    let (dividend, divisor) = (a.unsigned_abs(), b.unsigned_abs());
    if dividend <= EXACT && divisor <= EXACT {
        return a as f64 / b as f64;
    }
    let size = divide_large(dividend, divisor);
    if (a < 0) == (b < 0) { size } else { -size }
}

/// The quotient with 55 or 56 bits, the last of which is set if anything is left: more than a float
/// has, so that rounding that number is rounding the quotient.
fn divide_large(dividend: u64, divisor: u64) -> f64 {
    let bits = |value: u64| 64 - value.leading_zeros() as i32;
    let shift = 55 - (bits(dividend) - bits(divisor));
    let (mut dividend, mut divisor) = (u128::from(dividend), u128::from(divisor));
    if shift >= 0 {
        dividend <<= shift;
    } else {
        divisor <<= -shift;
    }
    let quotient = (dividend / divisor) as u64 | u64::from(dividend % divisor != 0);
    // Both steps are exact: the quotient of two 64-bit numbers is far from subnormal.
    quotient as f64 * f64::from_bits(((1023 - i64::from(shift)) as u64) << 52)
}

/// `base ** exponent` where the exponent is not negative; 0 where it does not fit.
pub(super) extern "C" fn power(base: i64, exponent: i64, fits: &mut u8) -> i64 {
    let power = match (base, u32::try_from(exponent)) {
        (_, Ok(exponent)) => base.checked_pow(exponent),
        // The parity is all that counts.
        (-1..=1, Err(_)) => Some(if exponent % 2 == 0 { base * base } else { base }),
        (_, Err(_)) => None,
    };
    *fits = u8::from(power.is_some());
    power.unwrap_or(0)
}

/// `pow(base, exponent, modulus)` where the exponent is not negative and the modulus not zero.
pub(super) extern "C" fn power_modulo(base: i64, exponent: i64, modulus: i64) -> i64 {
    let size = u128::from(modulus.unsigned_abs());
    let mut base = i128::from(base).rem_euclid(size as i128) as u128;
    let mut exponent = exponent;
    let mut result = 1 % size;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % size;
        }
        base = base * base % size;
        exponent >>= 1;
    }
    // The result has the sign of the modulus.
    let has_other_sign = modulus < 0 && result != 0;
    (result as i128 - if has_other_sign { size as i128 } else { 0 }) as i64
}

/// `math.gcd`; only 2**63 does not fit.
pub(super) extern "C" fn gcd(a: i64, b: i64, fits: &mut u8) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let gcd = i64::try_from(a);
    *fits = u8::from(gcd.is_ok());
    gcd.unwrap_or(0)
}

/// `math.isqrt` where n is not negative.
pub(super) extern "C" fn isqrt(n: i64) -> i64 {
    n.checked_isqrt().unwrap_or(0)
}
