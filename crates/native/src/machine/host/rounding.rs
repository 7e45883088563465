//! `round`, as CPython does it: by the exact decimal expansion, ties to even.

use std::fmt::{self, Write};

/// `round(x)`.
pub(super) extern "C" fn half_even(x: f64) -> f64 {
    x.round_ties_even()
}

/// `round(x, digits)` for a finite x: `float___round___impl` and `double_round`.
pub(super) extern "C" fn digits(x: f64, digits: i64, is_certain: &mut u8) -> f64 {
    *is_certain = 1;
    match digits {
        324.. => x,
        ..-308 => 0.0 * x,
        0.. => after_point(x, digits as usize),
        _ => {
            let rounded = before_point(x, digits.unsigned_abs() as i32);
            *is_certain = u8::from(rounded.is_some());
            rounded.unwrap_or(x)
        }
    }
}

/// Powers of ten that are floats.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

fn after_point(x: f64, digits: usize) -> f64 {
    if let Some(ten) = TENS.get(digits)
        && let Some(rounded) = by_scaling(x, *ten)
    {
        return rounded;
    }
    let mut text = Text::default();
    // The text is exact, and so is the way back rounded once, as with `_Py_dg_dtoa` and `strtod`.
    let is_written = write!(text, "{x:.digits$}").is_ok();
    text.parse().filter(|_| is_written).unwrap_or(x)
}

/// Where no doubt is possible: the product is off by at most 2**-13 below 2**40, so that away from
/// ties its nearest integer is that of the exact product; and the quotient of two floats is rounded
/// once, as the decimal number is.
fn by_scaling(x: f64, ten: f64) -> Option<f64> {
    const LIMIT: f64 = 1_099_511_627_776.0;
    const DOUBT: f64 = 1.0 / 4096.0;
    let scaled = x * ten;
    let whole = scaled.round_ties_even();
    let is_clear = (0.5 - (scaled - whole).abs()) > DOUBT;
    (scaled.abs() < LIMIT && is_clear).then_some(whole / ten)
}

/// To a multiple of `10**places`; none where that is not certain.
fn before_point(x: f64, places: i32) -> Option<f64> {
    let mut text = Text::default();
    write!(text, "{x:.17e}").ok()?;
    let exponent = text.exponent()?;
    if exponent >= places {
        text = Text::default();
        write!(text, "{x:.*e}", (exponent - places) as usize).ok()?;
        // A number just below a power of ten may have looked like it before.
        return text.parse().filter(|_| text.exponent() >= Some(exponent));
    }
    if exponent < places - 1 {
        return Some(0_f64.copysign(x));
    }
    // Half of the power of ten is a float up to here; a tie goes to zero, which is even.
    let half = TENS.get(places as usize - 1).filter(|_| places <= 22)? * 5.0;
    Some(if x.abs() > half { (half * 2.0).copysign(x) } else { 0_f64.copysign(x) })
}

/// `round(i, digits)`: for negative digits to a multiple of a power of ten, ties to even.
pub(super) extern "C" fn int_digits(value: i64, digits: i64, fits: &mut u8) -> i64 {
    *fits = 1;
    if digits >= 0 {
        return value;
    }
    // Half of 10**20 is beyond all 64-bit numbers.
    if digits <= -20 {
        return 0;
    }
    let ten = 10_i128.pow(digits.unsigned_abs() as u32);
    let value = i128::from(value);
    let (below, rest) = (value.div_euclid(ten), value.rem_euclid(ten));
    let is_up = rest * 2 > ten || rest * 2 == ten && below % 2 != 0;
    let rounded = i64::try_from((below + i128::from(is_up)) * ten);
    *fits = u8::from(rounded.is_ok());
    rounded.unwrap_or(0)
}

/// Room for each float with up to 323 digits behind the point.
struct Text {
    bytes: [u8; 700],
    length: usize,
}

impl Default for Text {
    fn default() -> Self {
        Self { bytes: [0; 700], length: 0 }
    }
}

impl Text {
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }

    fn exponent(&self) -> Option<i32> {
        self.as_str().rsplit('e').next()?.parse().ok()
    }

    fn parse(&self) -> Option<f64> {
        self.as_str().parse().ok()
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
