//! Dates and timestamps: values in both directions, the ends of the calendar, zones, NumPy.

#![expect(clippy::unwrap_used, reason = "clippy sees no test in what tests share")]

mod support;

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Date32Array, PrimitiveArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
};
use arrow::datatypes::{ArrowTimestampType, DataType};
use arrowsmith_contract::Function;
use proptest::prelude::*;
use support::*;

const FIRST_DAY: i32 = -719_162;
const LAST_DAY: i32 = 2_932_896;
const DAY: i64 = 86_400_000_000;

fn identity(ty: &str) -> Arc<Function> {
    function(&format!("@db.scalar_fn(args=['{ty}?'], returns='{ty}')\ndef same(x): return x"))
}

fn texts(ty: &str) -> Arc<Function> {
    function(&format!("@db.scalar_fn(args=['{ty}'], returns='str')\ndef f(x): return repr(x)"))
}

/// A function that returns the value of a Python expression.
fn giving(expression: &str, ty: &str) -> Arc<Function> {
    let imports = "import datetime as dt, zoneinfo\nutc = dt.timezone.utc\n";
    function(&format!(
        "{imports}@db.scalar_fn(args=[], returns='{ty}')\ndef f(): return {expression}"
    ))
}

fn text(function: &Function, column: ArrayRef) -> String {
    let answer = call(function, &[column]).unwrap();
    arrow::array::AsArray::as_string::<i32>(&answer).value(0).to_owned()
}

fn timestamps<T: ArrowTimestampType>(values: Vec<Option<i64>>, zone: Option<&str>) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::from_iter(values).with_timezone_opt(zone.map(Arc::<str>::from)))
}

fn microseconds<const N: usize>(values: [Option<i64>; N], zone: Option<&str>) -> ArrayRef {
    timestamps::<arrow::datatypes::TimestampMicrosecondType>(values.to_vec(), zone)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn dates_come_back(days in prop::collection::vec(prop::option::of(FIRST_DAY..=LAST_DAY), 50)) {
        let column: ArrayRef = Arc::new(Date32Array::from(days));
        prop_assert_eq!(&call(&identity("date"), &[Arc::clone(&column)]).unwrap(), &column);
    }

    #[test]
    fn timestamps_come_back(
        times in prop::collection::vec(
            prop::option::of(i64::from(FIRST_DAY) * DAY..i64::from(LAST_DAY) * DAY), 20),
        zone in prop::sample::select(vec![None, Some("UTC"), Some("Europe/Vienna"), Some("-03:30")]),
    ) {
        let times: Vec<_> = times.into_iter().map(|t| t.map(|t| t + DAY / 2)).collect();
        let column = timestamps::<arrow::datatypes::TimestampMicrosecondType>(times, zone);
        let function = identity(&arrowsmith_contract::Type::from(column.data_type().clone()).to_string());
        prop_assert_eq!(&call(&function, &[Arc::clone(&column)]).unwrap(), &column);
    }
}

#[test]
fn the_ends_of_the_calendar_come_back() {
    let days: ArrayRef = Arc::new(Date32Array::from(vec![FIRST_DAY, LAST_DAY, 0, -1]));
    assert_eq!(&call(&identity("date"), &[Arc::clone(&days)]).unwrap(), &days);
    let ends = [i64::from(FIRST_DAY) * DAY, (i64::from(LAST_DAY) + 1) * DAY - 1, 0, -1];
    let ends = ends.map(Some);
    for zone in [None, Some("UTC")] {
        let ty = if zone.is_some() { "timestamp[us, UTC]" } else { "timestamp" };
        let column = microseconds(ends, zone);
        assert_eq!(&call(&identity(ty), &[Arc::clone(&column)]).unwrap(), &column);
    }
    assert_eq!(
        text(&texts("timestamp"), microseconds(ends, None).slice(1, 1)),
        "datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)"
    );
}

#[test]
fn every_unit_comes_back() {
    let columns: [(&str, ArrayRef); 4] = [
        ("s", Arc::new(TimestampSecondArray::from(vec![Some(-1), None, Some(1 << 36)]))),
        ("ms", Arc::new(TimestampMillisecondArray::from(vec![Some(-1), None, Some(1 << 46)]))),
        ("us", Arc::new(TimestampMicrosecondArray::from(vec![Some(-1), None, Some(1 << 56)]))),
        ("ns", Arc::new(TimestampNanosecondArray::from(vec![Some(-1000), None, Some(9_000)]))),
    ];
    for (unit, column) in columns {
        let function = identity(&format!("timestamp[{unit}]"));
        assert_eq!(&call(&function, &[Arc::clone(&column)]).unwrap(), &column, "{unit}");
    }
}

#[test]
fn a_zoned_time_arrives_in_its_zone() {
    // The second 02:30 of the night in which summer time ended.
    let column = microseconds([Some(1_729_992_600_000_000)], Some("Europe/Vienna"));
    assert_eq!(
        text(&texts("timestamp[us, Europe/Vienna]"), column),
        "datetime.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo(key='Europe/Vienna'))"
    );
    let column = microseconds([Some(0)], Some("+05:30"));
    assert!(text(&texts("timestamp[us, +05:30]"), column).contains("1970, 1, 1, 5, 30, tzinfo"));
    let column = microseconds([Some(0)], Some("UTC"));
    assert!(text(&texts("timestamp[us, UTC]"), column).ends_with("tzinfo=datetime.timezone.utc)"));
}

#[test]
fn what_no_python_value_is_names_row_and_value() {
    for (ty, column, wanted) in [
        (
            "date",
            Arc::new(Date32Array::from(vec![0, LAST_DAY + 1])) as ArrayRef,
            "plugin.same: row 1: argument \"x\" does not fit datetime.date: +10000-01-01 (Python's years are 1 to 9999)",
        ),
        (
            "date",
            Arc::new(Date32Array::from(vec![i32::MIN])),
            "row 0: argument \"x\" does not fit datetime.date",
        ),
        (
            "timestamp[ns]",
            Arc::new(TimestampNanosecondArray::from(vec![1000, 1001])),
            "plugin.same: row 1: argument \"x\" does not fit datetime.datetime: 1970-01-01T00:00:00.000001001 (a datetime has no nanoseconds; cast it to timestamp[us], or use vectorized=\"arrow\")",
        ),
        (
            "timestamp[s]",
            Arc::new(TimestampSecondArray::from(vec![i64::MAX])),
            "(Python's years are 1 to 9999)",
        ),
        (
            "timestamp",
            microseconds([Some((i64::from(LAST_DAY) + 1) * DAY)], None),
            "(Python's years are 1 to 9999)",
        ),
        (
            "timestamp[us, +14:00]",
            microseconds([Some((i64::from(LAST_DAY) + 1) * DAY - 1)], Some("+14:00")),
            "(Python's years are 1 to 9999)",
        ),
    ] {
        let message = failure(&identity(ty), &[column]);
        assert!(message.contains(wanted), "{message}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    for (expression, ty, wanted) in [
        (
            "dt.datetime(2024, 1, 2)",
            "date",
            "plugin.f: row 0: result does not fit date: datetime.datetime(2024, 1, 2, 0, 0) (it has a time of day; give its .date())",
        ),
        ("'2024-01-02'", "date", "does not fit date: '2024-01-02'"),
        ("3", "date", "does not fit date: 3"),
        ("dt.date(2024, 1, 2)", "timestamp", "(a date is no timestamp; combine it with a time)"),
        ("dt.time(1)", "timestamp", "does not fit timestamp[us]: datetime.time(1, 0)"),
        (
            "dt.datetime(2024, 1, 2, tzinfo=utc)",
            "timestamp",
            "(it has a time zone, which the declared type has not;",
        ),
        (
            "dt.datetime(2024, 1, 2)",
            "timestamp[us, UTC]",
            "(it has no time zone; give it one with .replace(tzinfo=...))",
        ),
        (
            "dt.datetime(2024, 1, 2, microsecond=1)",
            "timestamp[ms]",
            "(the declared unit is too coarse for it)",
        ),
        ("dt.datetime.max", "timestamp[ns]", "(it is out of range)"),
        ("1.5", "timestamp", "does not fit timestamp[us]: 1.5"),
    ] {
        let message = failure(&giving(expression, ty), &[]);
        assert!(message.contains(wanted), "{expression}: {message}");
    }
}

#[test]
fn what_fits_is_taken() {
    let noon = 1_704_196_800_000_000;
    let own = "type('D', (dt.datetime,), {'__sub__': lambda *a: 1 / 0})";
    for (expression, ty, wanted) in [
        (
            "dt.datetime(2024, 1, 2, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))",
            "timestamp[us, UTC]",
            microseconds([Some(noon - 7_200_000_000)], Some("UTC")),
        ),
        (
            "dt.datetime(2024, 1, 2, 12, tzinfo=zoneinfo.ZoneInfo('Asia/Tokyo'))",
            "timestamp[us, Europe/Vienna]",
            microseconds([Some(noon - 9 * 3_600_000_000)], Some("Europe/Vienna")),
        ),
        (&format!("{own}(2024, 1, 2, 12)"), "timestamp", microseconds([Some(noon)], None)),
        (
            "dt.datetime(2024, 1, 2, 12)",
            "timestamp[s]",
            Arc::new(TimestampSecondArray::from(vec![noon / 1_000_000])),
        ),
        (
            "type('D', (dt.date,), {'toordinal': lambda s: 1 / 0})(1970, 1, 2)",
            "date",
            Arc::new(Date32Array::from(vec![1])),
        ),
        ("None", "date", Arc::new(Date32Array::from(vec![None]))),
        ("None", "timestamp", microseconds([None], None)),
    ] {
        assert_eq!(&call(&giving(expression, ty), &[]).unwrap(), &wanted, "{expression}");
    }
}

#[test]
fn a_zone_of_the_plugin_may_raise() {
    let text = "import datetime as dt\nclass Z(dt.tzinfo):\n    def utcoffset(self, t): return 1 / 0\n\
        @db.scalar_fn(args=[], returns='timestamp[us, UTC]')\ndef f(): return dt.datetime(2024, 1, 1, tzinfo=Z())";
    assert_eq!(
        failure(&function(text), &[]),
        "plugin.f raised ZeroDivisionError: division by zero at row 0"
    );
}

#[test]
fn scalars_of_numpy_and_pandas_are_taken_if_exact() {
    need("pandas");
    let numpy = "__import__('numpy').datetime64";
    let pandas = "__import__('pandas')";
    for (expression, ty, wanted) in [
        (
            format!("{numpy}('1970-01-02')"),
            "date",
            Arc::new(Date32Array::from(vec![1])) as ArrayRef,
        ),
        (format!("{numpy}('1970-02')"), "date", Arc::new(Date32Array::from(vec![31]))),
        (format!("{numpy}('NaT')"), "date", Arc::new(Date32Array::from(vec![None]))),
        (
            format!("{numpy}('1970-01-01T00:00:01')"),
            "timestamp",
            microseconds([Some(1_000_000)], None),
        ),
        (format!("{numpy}(2000, 'ns')"), "timestamp", microseconds([Some(2)], None)),
        (format!("{numpy}('NaT')"), "timestamp", microseconds([None], None)),
        (format!("{pandas}.NaT"), "timestamp", microseconds([None], None)),
        (format!("{pandas}.NaT"), "date", Arc::new(Date32Array::from(vec![None]))),
        (
            format!("{pandas}.Timestamp(2001, unit='ns')"),
            "timestamp[ns]",
            Arc::new(TimestampNanosecondArray::from(vec![2001])),
        ),
        (
            format!("{pandas}.Timestamp(5, unit='us', tz='UTC')"),
            "timestamp[us, UTC]",
            microseconds([Some(5)], Some("UTC")),
        ),
    ] {
        assert_eq!(&call(&giving(&expression, ty), &[]).unwrap(), &wanted, "{expression}");
    }
    for (expression, ty, wanted) in [
        (format!("{numpy}('1970-01-02')"), "timestamp", "a date is no timestamp"),
        (format!("{numpy}('1970-01-02T00')"), "date", "it has a time of day"),
        (format!("{numpy}(2001, 'ns')"), "timestamp", "too coarse"),
        (format!("{numpy}(2**62, 'Y')"), "date", "out of range"),
        (format!("{numpy}(2**62, 's')"), "timestamp[us]", "out of range"),
        (format!("{numpy}('1970-01-02T00')"), "timestamp[us, UTC]", "it has no time zone"),
        (format!("{pandas}.Timestamp(2001, unit='ns')"), "timestamp", "too coarse"),
    ] {
        let message = failure(&giving(&expression, ty), &[]);
        assert!(message.contains(wanted), "{expression}: {message}");
    }
}

#[test]
fn numpy_functions_see_datetime64() {
    need("numpy");
    let later = |ty: &str, step: &str| {
        function(&format!(
            "import numpy as np\n@db.scalar_fn(args=['{ty}?'], returns='{ty}', vectorized='numpy')\n\
             def f(x): return x + np.timedelta64(1, '{step}')"
        ))
    };
    let days: ArrayRef = Arc::new(Date32Array::from(vec![Some(-5), None]));
    let wanted: ArrayRef = Arc::new(Date32Array::from(vec![Some(-4), None]));
    assert_eq!(&call(&later("date", "D"), &[days]).unwrap(), &wanted);
    let column = microseconds([Some(-5), None], None);
    assert_eq!(
        &call(&later("timestamp", "us"), &[column]).unwrap(),
        &microseconds([Some(-4), None], None)
    );
    let nanoseconds: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![Some(1), None]));
    let wanted: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![Some(2), None]));
    assert_eq!(&call(&later("timestamp[ns]", "ns"), &[nanoseconds]).unwrap(), &wanted);
}

#[test]
fn arrays_of_numpy_are_taken_if_exact() {
    need("numpy");
    let giving = |expression: &str, ty: &str| {
        function(&format!(
            "import numpy as np\n@db.scalar_fn(args=['int'], returns='{ty}', vectorized='numpy')\n\
             def f(x): return {expression}"
        ))
    };
    let one = || [ints([Some(1)])];
    let answer = call(&giving("np.array(['NaT'], 'datetime64[ns]')", "timestamp"), &one()).unwrap();
    assert_eq!(answer.null_count(), 1);
    let answer = call(&giving("np.array(['1970-02'], 'datetime64[M]')", "date"), &one()).unwrap();
    assert_eq!(&answer, &(Arc::new(Date32Array::from(vec![31])) as ArrayRef));
    let answer = call(&giving("np.array([2], 'datetime64[h]')", "timestamp"), &one()).unwrap();
    assert_eq!(&answer, &microseconds([Some(7_200_000_000)], None));
    for (expression, ty, wanted) in [
        (
            "np.array([1], 'datetime64[ns]')",
            "timestamp",
            "row 0: result does not fit timestamp[us]",
        ),
        ("np.array([1], 'datetime64[D]')", "timestamp", "an array of date"),
        ("np.array([1], 'datetime64[s]')", "date", "an array of timestamp[s]"),
        ("np.array([2**62], 'datetime64[Y]')", "date", "out of range"),
        ("np.array([2**40], 'datetime64[D]')", "date", "out of range"),
    ] {
        let message = failure(&giving(expression, ty), &one());
        assert!(message.contains(wanted), "{expression}: {message}");
    }
}

#[test]
fn what_can_be_known_at_loading_is_told_then() {
    let declared = |ty: &str, mode: &str| {
        load_failure(&format!(
            "@db.scalar_fn(args=['{ty}'], returns='int', vectorized={mode})\ndef f(x): return x"
        ))
    };
    let message = declared("timestamp[us, Mars/Olympus]", "False");
    assert!(message.contains("no time zone \"Mars/Olympus\""), "{message}");
    need("numpy");
    let message = declared("timestamp[us, UTC]", "'numpy'");
    assert!(
        message.contains("parameter x of f is timestamp[us, UTC]; NumPy has no time zones; use vectorized=\"arrow\""),
        "{message}"
    );
    assert!(declared("decimal(5,2)", "'numpy'").contains("NumPy has no decimals"));
    assert!(declared("binary", "False").contains("take and give float, int, string, bool, date"));
}

#[test]
fn arrow_functions_take_and_give_them() {
    need("pyarrow");
    for column in [
        microseconds([Some(1), None], Some("Europe/Vienna")),
        Arc::new(Date32Array::from(vec![Some(1), None])),
    ] {
        let ty = arrowsmith_contract::Type::from(column.data_type().clone());
        let same = function(&format!(
            "@db.scalar_fn(args=['{ty}?'], returns='{ty}', vectorized='arrow')\ndef f(x): return x"
        ));
        assert_eq!(&call(&same, &[Arc::clone(&column)]).unwrap(), &column);
    }
    let finer = function(
        "import pyarrow as pa\n@db.scalar_fn(args=['int'], returns='timestamp[ms, UTC]', vectorized='arrow')\n\
         def f(x): return x.cast(pa.timestamp('us', 'Asia/Tokyo'))",
    );
    let answer = call(&finer, &[ints([Some(5000)])]).unwrap();
    assert!(matches!(
        answer.data_type(),
        DataType::Timestamp(arrow::datatypes::TimeUnit::Millisecond, Some(_))
    ));
    assert!(
        failure(&finer, &[ints([Some(5001)])])
            .contains("row 0: result does not fit timestamp[ms, UTC]")
    );
}
