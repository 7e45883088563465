//! Dates and timestamps as Python's `date` and `datetime`, in both directions and without loss.
//!
//! A timestamp without a zone is a naive `datetime`; one with a zone is aware, and arrives in that
//! zone.

mod given;
mod zone;

use std::sync::Arc;

use arrow::datatypes::TimeUnit;
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

pub(super) use given::{day, natural_type, timestamp};
pub(crate) use zone::Zone;

/// The day 1970-01-01, as `date.toordinal` counts.
const EPOCH_ORDINAL: i64 = 719_163;
/// The days that Python's calendar has, counted from 1970-01-01.
const DAYS: std::ops::RangeInclusive<i32> = -719_162..=2_932_896;
const DAY: i64 = 86_400_000_000;
/// The microseconds that Python's calendar has, counted from 1970-01-01.
const MICROSECONDS: std::ops::RangeInclusive<i64> = -719_162 * DAY..=2_932_896 * DAY + (DAY - 1);

const NO_YEAR: &str = "Python's years are 1 to 9999";
const NANOSECONDS: &str =
    "a datetime has no nanoseconds; cast it to timestamp[us], or use vectorized=\"arrow\"";

/// What of the module `datetime` is needed for each value, as it was when it was first looked at.
pub(super) struct Calendar {
    date: Py<PyAny>,
    datetime: Py<PyAny>,
    from_ordinal: Py<PyAny>,
    to_ordinal: Py<PyAny>,
    /// `datetime.__sub__`, for subclasses that have another.
    subtract: Py<PyAny>,
    /// 1970-01-01, naive and in UTC.
    epoch: Py<PyAny>,
    utc_epoch: Py<PyAny>,
    utc: Py<PyAny>,
}

static CALENDAR: PyOnceLock<Calendar> = PyOnceLock::new();

impl Calendar {
    pub(super) fn get(py: Python<'_>) -> PyResult<&Self> {
        CALENDAR.get_or_try_init(py, || {
            let module = py.import("datetime")?;
            let (date, datetime) = (module.getattr("date")?, module.getattr("datetime")?);
            let utc = module.getattr("timezone")?.getattr("utc")?;
            Ok(Self {
                from_ordinal: date.getattr("fromordinal")?.unbind(),
                to_ordinal: date.getattr("toordinal")?.unbind(),
                subtract: datetime.getattr("__sub__")?.unbind(),
                epoch: datetime.call1((1970, 1, 1))?.unbind(),
                utc_epoch: datetime.call1((1970, 1, 1, 0, 0, 0, 0, &utc))?.unbind(),
                utc: utc.unbind(),
                date: date.unbind(),
                datetime: datetime.unbind(),
            })
        })
    }
}

/// Imports what values need.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    Calendar::get(py).map(drop)
}

/// Why no `date` is that day, if none is.
pub(super) fn refused_day(day: i32) -> Option<&'static str> {
    (!DAYS.contains(&day)).then_some(NO_YEAR)
}

/// # Errors
/// A day that no `date` is.
pub(super) fn date(py: Python<'_>, day: i32) -> PyResult<Bound<'_, PyAny>> {
    Calendar::get(py)?.from_ordinal.bind(py).call1((i64::from(day) + EPOCH_ORDINAL,))
}

/// A timestamp in microseconds, or why no `datetime` is that time.
fn in_microseconds(value: i64, unit: TimeUnit) -> Result<i64, &'static str> {
    let microseconds = match unit {
        TimeUnit::Second => value.checked_mul(1_000_000),
        TimeUnit::Millisecond => value.checked_mul(1000),
        TimeUnit::Microsecond => Some(value),
        TimeUnit::Nanosecond if value % 1000 != 0 => return Err(NANOSECONDS),
        TimeUnit::Nanosecond => Some(value / 1000),
    };
    microseconds.filter(|value| MICROSECONDS.contains(value)).ok_or(NO_YEAR)
}

/// How the timestamps of a column become objects.
pub(super) struct Datetimes {
    unit: TimeUnit,
    zone: Option<Zone>,
}

impl Datetimes {
    pub(super) fn new(unit: TimeUnit, zone: Option<&Arc<str>>) -> Self {
        Self { unit, zone: zone.map(Zone::new) }
    }

    /// Why no `datetime` is that time, where [`Self::object`] failed.
    pub(super) fn refused(&self, value: i64) -> Option<&'static str> {
        match in_microseconds(value, self.unit) {
            Err(reason) => Some(reason),
            // A zone leads out of the calendar near its ends only.
            Ok(microseconds) => {
                let near = [microseconds - DAY, microseconds + DAY];
                let is_inside = near.iter().all(|near| MICROSECONDS.contains(near));
                (self.zone.is_some() && !is_inside).then_some(NO_YEAR)
            }
        }
    }

    /// # Errors
    /// A time that no `datetime` is, or a zone that Python doesn't know.
    pub(super) fn object<'py>(&self, py: Python<'py>, value: i64) -> PyResult<Bound<'py, PyAny>> {
        let microseconds = in_microseconds(value, self.unit).map_err(PyOverflowError::new_err)?;
        let (year, month, day) = civil(microseconds.div_euclid(DAY));
        let time = microseconds.rem_euclid(DAY);
        let (seconds, micros) = (time / 1_000_000, time % 1_000_000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let class = Calendar::get(py)?.datetime.bind(py);
        let Some(zone) = &self.zone else {
            return class.call1((year, month, day, hour, minute, second, micros));
        };
        let object = zone.object(py)?;
        let time = class.call1((year, month, day, hour, minute, second, micros, object))?;
        if zone.is_utc() { Ok(time) } else { object.call_method1("fromutc", (time,)) }
    }
}

/// Year, month and day of a day since 1970-01-01. Years begin in March here, so that the leap day is
/// the last, and eras of 400 years repeat (Howard Hinnant, "chrono-compatible low-level date
/// algorithms").
fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march_month = (5 * day + 2) / 153;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let january = i64::from(month <= 2);
    (era * 400 + year + january, month, day - (153 * march_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_pythons() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(i64::from(*DAYS.start())), (1, 1, 1));
        assert_eq!(civil(i64::from(*DAYS.end())), (9999, 12, 31));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(-1), (1969, 12, 31));
    }
}
