//! Decimals as Python's `Decimal`, in both directions and exactly: through their text, for which
//! neither side has a context that rounds.

use arrow::datatypes::{DECIMAL128_MAX_PRECISION, DECIMAL256_MAX_PRECISION, DataType, i256};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyFloat, PyInt, PyString};

use super::value::{Misfit, Read, is_missing};

const NOT_FINITE: &str = "a decimal column has no NaN and no infinity";
const TOO_FINE: &str = "it has more digits behind the point than the declared scale";
const TOO_LARGE: &str = "it has more digits than the declared precision";
const FLOAT: &str = "a float is no decimal; round it yourself, as in Decimal(str(round(x, 2)))";

/// More bits than the 76 digits that Arrow has room for.
const MOST_BITS: u64 = 256;

/// What of the module `decimal` is needed for each value.
struct Decimals {
    class: Py<PyAny>,
    /// `Decimal.__str__`, for subclasses that have another.
    text: Py<PyAny>,
    /// `operator.index`.
    index: Py<PyAny>,
}

static DECIMALS: PyOnceLock<Decimals> = PyOnceLock::new();

impl Decimals {
    fn get(py: Python<'_>) -> PyResult<&Self> {
        DECIMALS.get_or_try_init(py, || {
            let class = py.import("decimal")?.getattr("Decimal")?;
            let text = class.getattr("__str__")?.unbind();
            let index = py.import("operator")?.getattr("index")?.unbind();
            Ok(Self { class: class.unbind(), text, index })
        })
    }
}

/// Imports what values need.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    Decimals::get(py).map(drop)
}

/// The `Decimal` with that text.
pub(super) fn object<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    Decimals::get(py)?.class.bind(py).call1((text,))
}

/// An integer that holds the digits of a decimal.
pub(super) trait Digits: Sized {
    fn parse(digits: &str) -> Option<Self>;
}

impl Digits for i128 {
    fn parse(digits: &str) -> Option<Self> {
        digits.parse().ok()
    }
}

impl Digits for i256 {
    fn parse(digits: &str) -> Option<Self> {
        Self::from_string(digits)
    }
}

/// Reads a `Decimal`, or an integer, as the digits that the declared type keeps.
pub(super) fn decimal<T: Digits>(value: &Bound<'_, PyAny>, precision: u8, scale: i8) -> Read<T> {
    let py = value.py();
    let decimals = Decimals::get(py)?;
    let text = if value.get_type().is(&decimals.class) {
        value.str()?
    } else if is_missing(value)? {
        return Ok(None);
    } else if value.is_instance(decimals.class.bind(py))? {
        let text = decimals.text.bind(py).call1((value,))?;
        text.cast_into::<PyString>().map_err(PyErr::from)?
    } else {
        integer(value)?.str()?
    };
    let text = text.to_str()?;
    let written = Written::read(text).ok_or(Misfit::Value(NOT_FINITE))?;
    let digits = written.digits(precision, scale).map_err(Misfit::Value)?;
    T::parse(&digits).map(Some).ok_or(Misfit::Value(TOO_LARGE))
}

/// The decimal type with so many digits before and behind the point, if there is one.
pub(crate) fn declared(whole: i64, fraction: i64) -> Option<DataType> {
    let precision = u8::try_from((whole.max(0)).checked_add(fraction)?.max(1)).ok()?;
    let scale = i8::try_from(fraction).ok()?;
    if precision <= DECIMAL128_MAX_PRECISION {
        return Some(DataType::Decimal128(precision, scale));
    }
    (precision <= DECIMAL256_MAX_PRECISION).then_some(DataType::Decimal256(precision, scale))
}

/// The narrowest type of a `Decimal`, None for anything else.
pub(super) fn natural_type(value: &Bound<'_, PyAny>) -> Read<DataType> {
    let decimals = Decimals::get(value.py())?;
    if !value.is_instance(decimals.class.bind(value.py()))? {
        return Ok(None);
    }
    let text = decimals.text.bind(value.py()).call1((value,))?;
    let text = text.cast_into::<PyString>().map_err(PyErr::from)?;
    let written = Written::read(text.to_str()?).ok_or(Misfit::Value(NOT_FINITE))?;
    let whole = written.whole.trim_start_matches('0').len() as i64 + written.exponent;
    let fraction = written.fraction.len() as i64 - written.exponent;
    Ok(declared(whole, fraction.max(0)))
}

/// The integer that a value is, if it is short enough to be written out.
fn integer<'py>(value: &Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>, Misfit> {
    if value.is_instance_of::<PyFloat>() {
        return Err(Misfit::Value(FLOAT));
    }
    let class = value.get_type();
    let is_integer = value.is_instance_of::<PyInt>()
        || (class.hasattr("__index__")? && !class.hasattr("__len__")?);
    if !is_integer {
        return Err(Misfit::Value(""));
    }
    // Of a bool and of other subclasses the plain number.
    let index = Decimals::get(value.py())?.index.bind(value.py()).call1((value,))?;
    let plain = value.py().get_type::<PyInt>().call_method1("__pos__", (index,))?;
    if plain.call_method0("bit_length")?.extract::<u64>()? > MOST_BITS {
        return Err(Misfit::Value(TOO_LARGE));
    }
    Ok(plain)
}

/// A number as Python writes it: `-12.50`, `1E+5`.
struct Written<'a> {
    is_negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

impl<'a> Written<'a> {
    /// None for what is no number.
    fn read(text: &'a str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match text.split_once(['E', 'e']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = !mantissa.is_empty() && is_number(whole) && is_number(fraction);
        is_number.then_some(Self { is_negative, whole, fraction, exponent })
    }

    /// The digits, and the sign, of the value times ten to the scale.
    fn digits(&self, precision: u8, scale: i8) -> Result<String, &'static str> {
        let mut digits = [self.whole, self.fraction].concat();
        let shift = self.exponent - self.fraction.len() as i64 + i64::from(scale);
        if digits.bytes().all(|digit| digit == b'0') {
            return Ok("0".to_owned());
        }
        if shift < 0 {
            let dropped = usize::try_from(-shift).map_or(usize::MAX, |dropped| dropped);
            let kept = digits.len().checked_sub(dropped).ok_or(TOO_FINE)?;
            if digits[kept..].bytes().any(|digit| digit != b'0') {
                return Err(TOO_FINE);
            }
            digits.truncate(kept);
        }
        let leading = digits.len() - digits.trim_start_matches('0').len();
        digits.drain(..leading);
        let added = shift.max(0);
        if digits.len() as i64 + added > i64::from(precision) {
            return Err(TOO_LARGE);
        }
        digits.extend(std::iter::repeat_n('0', added as usize));
        if self.is_negative {
            digits.insert(0, '-');
        }
        Ok(digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str, precision: u8, scale: i8) -> Result<String, &'static str> {
        Written::read(text).ok_or(NOT_FINITE)?.digits(precision, scale)
    }

    #[test]
    fn digits_are_shifted_without_loss() {
        for (text, precision, scale, wanted) in [
            ("12.5", 4, 2, "1250"),
            ("-0.05", 4, 2, "-5"),
            ("0E-500", 4, 2, "0"),
            ("-0", 4, 2, "0"),
            ("1.500", 4, 2, "150"),
            ("1E+2", 5, 2, "10000"),
            ("12300", 3, -2, "123"),
            ("1.23E+4", 3, -2, "123"),
            ("1E-2", 1, 2, "1"),
            ("100E-1", 2, 0, "10"),
        ] {
            assert_eq!(digits(text, precision, scale).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        for (text, precision, scale, why) in [
            ("0.001", 4, 2, TOO_FINE),
            ("12345", 3, -2, TOO_FINE),
            ("123.45", 4, 2, TOO_LARGE),
            ("1E+999999999999", 38, 0, TOO_LARGE),
            ("1E-999999999999", 38, 0, TOO_FINE),
            ("NaN", 4, 2, NOT_FINITE),
            ("sNaN", 4, 2, NOT_FINITE),
            ("-Infinity", 4, 2, NOT_FINITE),
        ] {
            assert_eq!(digits(text, precision, scale), Err(why), "{text}");
        }
    }
}
