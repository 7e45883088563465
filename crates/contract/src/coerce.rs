//! Our own rule for turning a caller's columns into declared types. Engines call it in place of
//! theirs, which cast too much.
//!
//! - Integers go to any integer type, each value checked; so do integers to floats, where a value
//!   must be exact.
//! - `float32` widens; `float` to `float32`, and decimal to float, round to nearest; what becomes
//!   infinite is an error.
//! - Dates, timestamps and decimals go to other units, widths and scales where each value stays the
//!   same; integers to decimals too. A timestamp with a zone goes to any zone, never to one without.
//! - Strings keep their layout; a dictionary is its values' type.
//! - Lists go to lists whose items their items go to.
//! - A column of NULLs goes to anything. Nothing else changes its type.

mod lists;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, new_null_array};
use arrow::compute::kernels::cmp::not_distinct;
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int64Type, UInt64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::{Error, Result, RowNumbers, Type};

/// Whether a column of type `from` may be given for `to`. Values can still fail to fit.
pub fn is_coercible(from: &DataType, to: &Type) -> bool {
    let (from, to) = (value_type(from), to.data_type());
    from == to
        || *from == DataType::Null
        || (is_string(from) && is_string(to))
        || (is_binary(from) && is_binary(to))
        || (from.is_integer() && (to.is_integer() || to.is_floating()))
        || (from.is_floating() && to.is_floating())
        || (is_decimal(from) && matches!(to, DataType::Float64))
        || changes_exactly(from, to)
        || lists::are_coercible(from, to)
}

/// Whether values of one type may be values of the other where nothing of them is lost.
fn changes_exactly(from: &DataType, to: &DataType) -> bool {
    match (from, to) {
        (DataType::Timestamp(_, from), DataType::Timestamp(_, to)) => {
            from.is_some() == to.is_some()
        }
        (DataType::Date32 | DataType::Date64, DataType::Date32 | DataType::Date64) => true,
        (from, to) => (from.is_integer() || is_decimal(from)) && is_decimal(to),
    }
}

/// Turns a column into the declared type. `argument` and `function` name it in errors, and `rows`
/// its rows.
///
/// # Errors
/// [`Error::Conversion`] for the first value that does not fit, [`Error::Call`] for a type that
/// never does.
pub fn coerce(
    column: &ArrayRef,
    to: &Type,
    function: &Arc<str>,
    argument: &str,
    rows: &RowNumbers,
) -> Result<ArrayRef> {
    let from = column.data_type();
    let target = to.data_type();
    if from == target || (is_string(from) && is_string(target)) {
        return Ok(Arc::clone(column));
    }
    if *from == DataType::Null {
        return Ok(new_null_array(target, column.len()));
    }
    if !is_coercible(from, to) {
        return Err(Error::Call {
            function: Arc::clone(function),
            message: format!("argument {argument:?} is {to}, but got {}", Type::from(from.clone())),
        });
    }
    if let DataType::Dictionary(_, value) = from {
        let values = cast(column, value)?;
        return coerce(&values, to, function, argument, rows);
    }
    if let DataType::List(item) = target {
        return lists::coerce(column, item, function, argument, rows);
    }
    let lenient = CastOptions { safe: true, ..CastOptions::default() };
    let cast = cast_with_options(column, target, &lenient)?;
    match first_unfit(column, &cast)? {
        None => Ok(cast),
        Some(row) => Err(Error::Conversion {
            function: Arc::clone(function),
            row: Some(rows.number(row)),
            what: format!("argument {argument:?}"),
            expected: to.to_string(),
            value: show_value(column, row),
            hint: String::new(),
        }),
    }
}

/// A value of an array as text, for messages.
pub fn show_value(array: &dyn Array, row: usize) -> String {
    let options = FormatOptions::default().with_null("NULL");
    let shown = ArrayFormatter::try_new(array, &options)
        .ok()
        .and_then(|formatter| formatter.value(row).try_to_string().ok());
    shown.unwrap_or_else(|| format!("a value of type {}", Type::from(array.data_type().clone())))
}

/// Any of the layouts in which Arrow keeps strings, dictionaries aside.
pub fn is_string(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn is_binary(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

fn is_decimal(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..)
    )
}

fn value_type(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, value) => value,
        plain => plain,
    }
}

/// The first row whose value the cast lost, changed or made infinite.
fn first_unfit(before: &ArrayRef, after: &ArrayRef) -> Result<Option<usize>> {
    let lost = |row: usize| before.is_valid(row) && after.is_null(row);
    if after.null_count() > before.null_count() {
        return Ok((0..before.len()).find(|row| lost(*row)));
    }
    if before.data_type().is_integer() && after.data_type().is_floating() {
        return first_inexact(before, after);
    }
    if changes_exactly(before.data_type(), after.data_type()) {
        let back = cast(after, before.data_type())?;
        let is_same = not_distinct(&back, before)?;
        return Ok((0..before.len()).find(|row| !is_same.value(*row)));
    }
    Ok(match after.data_type() {
        DataType::Float32 => {
            let was_finite = finite_rows(before);
            let after = after.as_primitive::<Float32Type>();
            (0..after.len()).find(|row| {
                after.is_valid(*row) && after.value(*row).is_infinite() && was_finite(*row)
            })
        }
        DataType::Float64 if is_decimal(before.data_type()) => {
            let after = after.as_primitive::<Float64Type>();
            (0..after.len()).find(|row| after.is_valid(*row) && after.value(*row).is_infinite())
        }
        _ => None,
    })
}

fn finite_rows(before: &ArrayRef) -> impl Fn(usize) -> bool {
    let before = before.as_primitive_opt::<Float64Type>().cloned();
    move |row| before.as_ref().is_none_or(|array| array.value(row).is_finite())
}

/// The first integer that the float beside it does not equal.
fn first_inexact(before: &ArrayRef, after: &ArrayRef) -> Result<Option<usize>> {
    let floats = cast(after, &DataType::Float64)?;
    let floats = floats.as_primitive::<Float64Type>().values();
    // A 64-bit integer and a float that came from one both fit 128 bits, so this compares exactly.
    let differs = |integer: i128, row: usize| integer != floats[row] as i128;
    if let Some(integers) = before.as_primitive_opt::<UInt64Type>() {
        let values = integers.values();
        return Ok((0..values.len())
            .find(|row| integers.is_valid(*row) && differs(i128::from(values[*row]), *row)));
    }
    let integers = cast(before, &DataType::Int64)?;
    let integers = integers.as_primitive::<Int64Type>();
    let values = integers.values();
    Ok((0..values.len())
        .find(|row| integers.is_valid(*row) && differs(i128::from(values[*row]), *row)))
}

#[cfg(test)]
mod tests {
    use arrow::array::{
        BooleanArray, Date32Array, Date64Array, Decimal128Array, Decimal256Array, DictionaryArray,
        Float32Array, Float64Array, Int64Array, NullArray, StringArray, StringViewArray,
        TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
    };
    use arrow::datatypes::{Decimal128Type, Int32Type, TimestampMicrosecondType, i256};

    use super::*;
    use crate::RowScope;

    fn coerced(column: impl Array + 'static, to: &str) -> Result<ArrayRef> {
        let to: crate::DeclaredType = to.parse()?;
        let column: ArrayRef = Arc::new(column);
        coerce(
            &column,
            &to.ty,
            &Arc::from("p.f"),
            "x",
            &RowNumbers::starting_at(100, RowScope::Input),
        )
    }

    fn message(column: impl Array + 'static, to: &str) -> String {
        coerced(column, to).unwrap_err().to_string()
    }

    #[test]
    fn integers_become_floats_only_when_exact() {
        let exact = Int64Array::from(vec![Some(1 << 53), None, Some(-3)]);
        assert_eq!(
            coerced(exact, "float").unwrap().as_primitive::<Float64Type>(),
            &Float64Array::from(vec![Some(9_007_199_254_740_992.0), None, Some(-3.0)])
        );
        assert_eq!(
            message(Int64Array::from(vec![0, (1 << 53) + 1]), "float"),
            "p.f: row 101: argument \"x\" does not fit float: 9007199254740993"
        );
        assert!(
            message(UInt64Array::from(vec![u64::MAX]), "float").contains("18446744073709551615")
        );
        assert!(message(Int64Array::from(vec![i64::MAX]), "float").contains("row 100"));
        assert!(coerced(Int64Array::from(vec![i64::MIN]), "float").is_ok());
        assert!(message(Int64Array::from(vec![16_777_217]), "float32").contains("16777217"));
    }

    #[test]
    fn integers_are_checked_against_the_width() {
        assert!(coerced(Int64Array::from(vec![127, -128]), "int8").is_ok());
        assert!(message(Int64Array::from(vec![128]), "int8").ends_with("does not fit int8: 128"));
        assert!(message(UInt64Array::from(vec![1 << 63]), "int").contains("does not fit int"));
    }

    #[test]
    fn floats_may_round_but_not_become_infinite() {
        let out =
            coerced(Float64Array::from(vec![0.1, f64::INFINITY, f64::NAN]), "float32").unwrap();
        assert_eq!(out.as_primitive::<Float32Type>().value(0), 0.1_f32);
        assert!(message(Float64Array::from(vec![1e39]), "float32").contains("1e39"));
        assert!(coerced(Float32Array::from(vec![0.5]), "float").is_ok());
        let decimals = Decimal128Array::from(vec![12345]).with_precision_and_scale(10, 2).unwrap();
        let out = coerced(decimals, "float").unwrap();
        assert_eq!(out.as_primitive::<Float64Type>().value(0), 123.45);
    }

    #[test]
    fn strings_keep_their_layout_and_nothing_becomes_a_string() {
        let views = coerced(StringViewArray::from(vec!["a"]), "string").unwrap();
        assert_eq!(views.data_type(), &DataType::Utf8View);
        let dictionary: DictionaryArray<Int32Type> = vec!["a", "b", "a"].into_iter().collect();
        let out = coerced(dictionary, "string").unwrap();
        assert_eq!(out.as_string::<i32>(), &StringArray::from(vec!["a", "b", "a"]));
        assert_eq!(
            message(Int64Array::from(vec![1]), "string"),
            "p.f: argument \"x\" is string, but got int"
        );
        assert!(coerced(StringArray::from(vec!["1"]), "int").is_err());
        assert!(coerced(BooleanArray::from(vec![true]), "int").is_err());
        assert!(coerced(Float64Array::from(vec![1.0]), "int").is_err());
    }

    #[test]
    fn nulls_fit_everything() {
        for to in ["float", "string", "list<int>", "timestamp[us, UTC]"] {
            let out = coerced(NullArray::new(3), to).unwrap();
            assert_eq!((out.len(), out.null_count()), (3, 3));
        }
    }

    #[test]
    fn timestamps_change_their_unit_only_when_exact() {
        let nanoseconds = TimestampNanosecondArray::from(vec![Some(1_000), None, Some(-2_000)]);
        let out = coerced(nanoseconds, "timestamp[us]").unwrap();
        let out: Vec<Option<i64>> = out.as_primitive::<TimestampMicrosecondType>().iter().collect();
        assert_eq!(out, [Some(1), None, Some(-2)]);
        assert_eq!(
            message(TimestampNanosecondArray::from(vec![0, 1_001]), "timestamp[us]"),
            "p.f: row 101: argument \"x\" does not fit timestamp[us]: 1970-01-01T00:00:00.000001001"
        );
        let far = message(TimestampSecondArray::from(vec![1 << 40]), "timestamp[ns]");
        assert!(
            far.starts_with("p.f: row 100: argument \"x\" does not fit timestamp[ns]"),
            "{far}"
        );
    }

    #[test]
    fn zones_are_all_alike_but_none_is_another_thing() {
        let zoned = || TimestampSecondArray::from(vec![7]).with_timezone("Europe/Vienna");
        let out = coerced(zoned(), "timestamp[us, +02:00]").unwrap();
        assert_eq!(out.as_primitive::<TimestampMicrosecondType>().value(0), 7_000_000);
        assert_eq!(
            message(zoned(), "timestamp[us]"),
            "p.f: argument \"x\" is timestamp[us], but got timestamp[s, Europe/Vienna]"
        );
        assert!(coerced(TimestampSecondArray::from(vec![7]), "timestamp[s, UTC]").is_err());
        assert!(coerced(Date32Array::from(vec![7]), "timestamp[s]").is_err());
        assert!(coerced(TimestampSecondArray::from(vec![0]), "date").is_err());
    }

    #[test]
    fn dates_of_milliseconds_are_dates_where_they_are_whole_days() {
        let out = coerced(Date64Array::from(vec![Some(-86_400_000), None]), "date").unwrap();
        assert_eq!(&out, &(Arc::new(Date32Array::from(vec![Some(-1), None])) as ArrayRef));
        assert!(message(Date64Array::from(vec![1]), "date").contains("does not fit date"));
    }

    #[test]
    fn decimals_change_their_scale_only_when_exact() {
        let of = |value, precision, scale| {
            Decimal128Array::from(vec![value]).with_precision_and_scale(precision, scale).unwrap()
        };
        let out = coerced(of(1250, 10, 2), "decimal(4,1)").unwrap();
        assert_eq!(out.as_primitive::<Decimal128Type>().value(0), 125);
        assert!(message(of(1251, 10, 2), "decimal(4,1)").ends_with("fit decimal(4,1): 12.51"));
        assert!(message(of(123_450, 10, 2), "decimal(4,1)").contains("1234.50"));
        let wide = Decimal256Array::from(vec![i256::from_i128(5)]);
        let wide = wide.with_precision_and_scale(76, 1).unwrap();
        assert_eq!(coerced(wide, "decimal(2,1)").unwrap().len(), 1);
        let out = coerced(Int64Array::from(vec![Some(-3), None]), "decimal(3,2)").unwrap();
        assert_eq!(out.as_primitive::<Decimal128Type>().value(0), -300);
        assert!(message(Int64Array::from(vec![10]), "decimal(3,2)").ends_with("decimal(3,2): 10"));
        assert!(coerced(Float64Array::from(vec![0.5]), "decimal(3,2)").is_err());
        assert!(coerced(of(1, 3, 0), "int").is_err());
    }

    proptest::proptest! {
        #[test]
        fn an_integer_that_became_a_float_is_still_itself(value: i64) {
            match coerced(Int64Array::from(vec![value]), "float") {
                Ok(out) => proptest::prop_assert_eq!(
                    i128::from(value), out.as_primitive::<Float64Type>().value(0) as i128),
                Err(_) => proptest::prop_assert_ne!(i128::from(value), value as f64 as i128),
            }
        }
    }
}
