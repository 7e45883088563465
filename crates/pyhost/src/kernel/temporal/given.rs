//! What Python gives as a date or timestamp, read strictly.

use arrow::datatypes::{DataType, TimeUnit};
use pyo3::intern;
use pyo3::prelude::*;

use super::{Calendar, DAY, EPOCH_ORDINAL};
use crate::kernel::value::{Misfit, Read, is_missing, is_of};

const HAS_TIME: &str = "it has a time of day; give its .date()";
const IS_NAIVE: &str = "it has no time zone; give it one with .replace(tzinfo=...)";
const IS_AWARE: &str = "it has a time zone, which the declared type has not; declare a zone as in \
timestamp[us, UTC], or take the zone off with .replace(tzinfo=None)";
const NO_TIME: &str = "a date is no timestamp; combine it with a time";
const TOO_FINE: &str = "the declared unit is too coarse for it";
const TOO_FAR: &str = "it is out of range";

/// Reads a date as days since 1970-01-01: a `date` that is no `datetime`, or a `datetime64` of days.
pub(in crate::kernel) fn day(value: &Bound<'_, PyAny>) -> Read<i32> {
    let py = value.py();
    let calendar = Calendar::get(py)?;
    if value.get_type().is(&calendar.date) {
        let ordinal: i64 = value.call_method0(intern!(py, "toordinal"))?.extract()?;
        return Ok(Some((ordinal - EPOCH_ORDINAL) as i32));
    }
    if is_no_time(value)? {
        return Ok(None);
    }
    if value.is_instance(calendar.datetime.bind(py))? {
        return Err(Misfit::Value(HAS_TIME));
    }
    if value.is_instance(calendar.date.bind(py))? {
        let ordinal: i64 = calendar.to_ordinal.bind(py).call1((value,))?.extract()?;
        return Ok(Some((ordinal - EPOCH_ORDINAL) as i32));
    }
    match Datetime64::of(value)? {
        None => Err(Misfit::Value("")),
        Some(Datetime64 { nanoseconds: Some(_), .. }) => Err(Misfit::Value(HAS_TIME)),
        Some(Datetime64 { count, .. }) => {
            i32::try_from(count).map(Some).map_err(|_| Misfit::Value(TOO_FAR))
        }
    }
}

/// Reads a timestamp in that unit since 1970-01-01: a `datetime`, aware where it is zoned and naive
/// where not, or without a zone a `datetime64` that has a time.
pub(in crate::kernel) fn timestamp(
    value: &Bound<'_, PyAny>,
    unit: TimeUnit,
    is_zoned: bool,
) -> Read<i64> {
    let py = value.py();
    let calendar = Calendar::get(py)?;
    let is_exact = value.get_type().is(&calendar.datetime);
    if !is_exact && is_no_time(value)? {
        return Ok(None);
    }
    if is_exact || value.is_instance(calendar.datetime.bind(py))? {
        let is_naive = value.getattr(intern!(py, "tzinfo"))?.is_none();
        match (is_naive, is_zoned) {
            (true, true) => return Err(Misfit::Value(IS_NAIVE)),
            (false, false) => return Err(Misfit::Value(IS_AWARE)),
            _ => {}
        }
        let microseconds = since_epoch(calendar, value, is_zoned, is_exact)?;
        let nanoseconds = if is_exact { 0 } else { nanoseconds(value)? };
        return in_unit(i128::from(microseconds) * 1000 + nanoseconds, unit).map(Some);
    }
    if value.is_instance(calendar.date.bind(py))? {
        return Err(Misfit::Value(NO_TIME));
    }
    match Datetime64::of(value)? {
        None => Err(Misfit::Value("")),
        Some(_) if is_zoned => Err(Misfit::Value(IS_NAIVE)),
        Some(Datetime64 { nanoseconds: None, .. }) => Err(Misfit::Value(NO_TIME)),
        Some(Datetime64 { nanoseconds: Some(each), count }) => {
            in_unit(i128::from(count) * i128::from(each), unit).map(Some)
        }
    }
}

/// The type that a date or time has by itself, None for anything else. Aware times are in UTC.
pub(in crate::kernel) fn natural_type(value: &Bound<'_, PyAny>) -> Read<DataType> {
    let py = value.py();
    let calendar = Calendar::get(py)?;
    if is_no_time(value)? {
        return Ok(Some(DataType::Null));
    }
    if value.is_instance(calendar.datetime.bind(py))? {
        let is_naive = value.getattr(intern!(py, "tzinfo"))?.is_none();
        let is_fine = nanoseconds(value)? != 0;
        let unit = if is_fine { TimeUnit::Nanosecond } else { TimeUnit::Microsecond };
        return Ok(Some(DataType::Timestamp(unit, (!is_naive).then(|| "UTC".into()))));
    }
    if value.is_instance(calendar.date.bind(py))? {
        return Ok(Some(DataType::Date32));
    }
    let Some(value) = Datetime64::of(value)? else { return Ok(None) };
    Ok(Some(match value.nanoseconds {
        None => DataType::Date32,
        Some(1_000_000_000..) => DataType::Timestamp(TimeUnit::Second, None),
        Some(1_000_000..) => DataType::Timestamp(TimeUnit::Millisecond, None),
        Some(1_000..) => DataType::Timestamp(TimeUnit::Microsecond, None),
        Some(_) => DataType::Timestamp(TimeUnit::Nanosecond, None),
    }))
}

/// Microseconds between 1970-01-01 and a `datetime`.
fn since_epoch(
    calendar: &Calendar,
    value: &Bound<'_, PyAny>,
    is_zoned: bool,
    is_exact: bool,
) -> Result<i64, Misfit> {
    let py = value.py();
    let epoch = if is_zoned { &calendar.utc_epoch } else { &calendar.epoch };
    let elapsed = if is_exact {
        value.sub(epoch)?
    } else {
        calendar.subtract.bind(py).call1((value, epoch))?
    };
    let days: i64 = elapsed.getattr(intern!(py, "days"))?.extract()?;
    let seconds: i64 = elapsed.getattr(intern!(py, "seconds"))?.extract()?;
    let microseconds: i64 = elapsed.getattr(intern!(py, "microseconds"))?.extract()?;
    Ok(days * DAY + seconds * 1_000_000 + microseconds)
}

/// What a timestamp of pandas has beyond its microseconds.
fn nanoseconds(value: &Bound<'_, PyAny>) -> Result<i128, Misfit> {
    if !is_of(value, "pandas", &["Timestamp"])? {
        return Ok(0);
    }
    Ok(value.getattr(intern!(value.py(), "nanosecond"))?.extract()?)
}

fn in_unit(nanoseconds: i128, unit: TimeUnit) -> Result<i64, Misfit> {
    let each = match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1000,
        TimeUnit::Nanosecond => 1,
    };
    if nanoseconds % each != 0 {
        return Err(Misfit::Value(TOO_FINE));
    }
    i64::try_from(nanoseconds / each).map_err(|_| Misfit::Value(TOO_FAR))
}

/// Whether a value is missing; pandas has another way to say so for times.
fn is_no_time(value: &Bound<'_, PyAny>) -> Result<bool, Misfit> {
    if is_missing(value)? || is_of(value, "pandas", &["NaTType"])? {
        return Ok(true);
    }
    if !is_of(value, "numpy", &["datetime64"])? {
        return Ok(false);
    }
    Ok(raw(value)? == i64::MIN)
}

/// The number in a `datetime64`, the least for `NaT`.
fn raw(value: &Bound<'_, PyAny>) -> PyResult<i64> {
    value.call_method1("astype", ("int64",))?.extract()
}

/// A `datetime64` that isn't `NaT`.
struct Datetime64 {
    /// How many units since 1970-01-01.
    count: i64,
    /// How long a unit is; none where it is a day, which has no time.
    nanoseconds: Option<i64>,
}

impl Datetime64 {
    fn of(value: &Bound<'_, PyAny>) -> Result<Option<Self>, Misfit> {
        if !is_of(value, "numpy", &["datetime64"])? {
            return Ok(None);
        }
        let numpy = value.py().import("numpy")?;
        let (unit, step): (String, i64) =
            numpy.call_method1("datetime_data", (value.getattr("dtype")?,))?.extract()?;
        let nanoseconds = match unit.as_str() {
            "D" if step == 1 => None,
            "h" => Some(3_600_000_000_000),
            "m" => Some(60_000_000_000),
            "s" => Some(1_000_000_000),
            "ms" => Some(1_000_000),
            "us" => Some(1000),
            "ns" => Some(1),
            "Y" | "M" | "W" | "D" => {
                let days = value.call_method1("astype", ("datetime64[D]",))?;
                // NumPy wraps around what is too far, and doesn't say so.
                let back = days.call_method1("astype", (value.getattr("dtype")?,))?;
                return if back.eq(value)? {
                    Ok(Some(Self { count: raw(&days)?, nanoseconds: None }))
                } else {
                    Err(Misfit::Value(TOO_FAR))
                };
            }
            _ => return Err(Misfit::Value(TOO_FINE)),
        };
        let nanoseconds = nanoseconds.map(|each: i64| each.saturating_mul(step));
        Ok(Some(Self { count: raw(value)?, nanoseconds }))
    }
}
