//! Arrays built of Python values, one value at a time.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, ArrowPrimitiveType, BooleanBuilder, GenericStringBuilder, OffsetSizeTrait,
    PrimitiveBuilder, StringViewBuilder,
};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrowsmith_contract::{Error, Result};
use pyo3::prelude::*;

use super::lists::ListBuilder;
use super::value::{self, Misfit, Read};
use super::{decimal, temporal};

/// Collects the results of a batch.
pub(super) trait ResultBuilder {
    /// Adds a value, or NULL for None.
    fn push(&mut self, value: &Bound<'_, PyAny>) -> Result<(), Misfit>;

    fn push_null(&mut self);

    fn finish(&mut self) -> ArrayRef;
}

/// A builder of a supported type.
pub(super) fn builder(data_type: &DataType, rows: usize) -> Result<Box<dyn ResultBuilder>> {
    let fixed = Fixed { data_type, rows };
    Ok(match data_type {
        DataType::Float64 => fixed.of::<Float64Type>(value::float),
        DataType::Float32 => fixed.of::<Float32Type>(value::small_float),
        DataType::Int64 => fixed.of::<Int64Type>(value::integer),
        DataType::Int8 => fixed.of::<Int8Type>(value::integer),
        DataType::Int16 => fixed.of::<Int16Type>(value::integer),
        DataType::Int32 => fixed.of::<Int32Type>(value::integer),
        DataType::UInt8 => fixed.of::<UInt8Type>(value::integer),
        DataType::UInt16 => fixed.of::<UInt16Type>(value::integer),
        DataType::UInt32 => fixed.of::<UInt32Type>(value::integer),
        DataType::UInt64 => fixed.of::<UInt64Type>(value::integer),
        DataType::Date32 => fixed.of::<Date32Type>(temporal::day),
        DataType::Timestamp(unit, zone) => timestamps(&fixed, *unit, zone.is_some()),
        &DataType::Decimal128(precision, scale) => {
            fixed.of::<Decimal128Type>(move |value| decimal::decimal(value, precision, scale))
        }
        &DataType::Decimal256(precision, scale) => {
            fixed.of::<Decimal256Type>(move |value| decimal::decimal(value, precision, scale))
        }
        DataType::Boolean => Box::new(Booleans(BooleanBuilder::with_capacity(rows))),
        DataType::Utf8 => Box::new(Strings::<i32>(GenericStringBuilder::with_capacity(rows, 0))),
        DataType::LargeUtf8 => {
            Box::new(Strings::<i64>(GenericStringBuilder::with_capacity(rows, 0)))
        }
        DataType::List(item) => Box::new(ListBuilder::new(item)?),
        DataType::Utf8View => Box::new(StringViews(StringViewBuilder::with_capacity(rows))),
        other => return Err(Error::Internal(format!("no array of Python values for {other}"))),
    })
}

fn timestamps(fixed: &Fixed<'_>, unit: TimeUnit, is_zoned: bool) -> Box<dyn ResultBuilder> {
    let read = move |value: &Bound<'_, PyAny>| temporal::timestamp(value, unit, is_zoned);
    match unit {
        TimeUnit::Second => fixed.of::<TimestampSecondType>(read),
        TimeUnit::Millisecond => fixed.of::<TimestampMillisecondType>(read),
        TimeUnit::Microsecond => fixed.of::<TimestampMicrosecondType>(read),
        TimeUnit::Nanosecond => fixed.of::<TimestampNanosecondType>(read),
    }
}

/// A type whose values have a fixed width, and room for so many.
struct Fixed<'a> {
    data_type: &'a DataType,
    rows: usize,
}

impl Fixed<'_> {
    fn of<T: ArrowPrimitiveType>(
        &self,
        read: impl Fn(&Bound<'_, PyAny>) -> Read<T::Native> + 'static,
    ) -> Box<dyn ResultBuilder> {
        let builder = PrimitiveBuilder::<T>::with_capacity(self.rows);
        Box::new(Primitives { builder: builder.with_data_type(self.data_type.clone()), read })
    }
}

struct Primitives<T: ArrowPrimitiveType, R> {
    builder: PrimitiveBuilder<T>,
    read: R,
}

impl<T, R> ResultBuilder for Primitives<T, R>
where
    T: ArrowPrimitiveType,
    R: Fn(&Bound<'_, PyAny>) -> Read<T::Native>,
{
    #[inline]
    fn push(&mut self, value: &Bound<'_, PyAny>) -> Result<(), Misfit> {
        self.builder.append_option((self.read)(value)?);
        Ok(())
    }

    fn push_null(&mut self) {
        self.builder.append_null();
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.builder.finish())
    }
}

struct Booleans(BooleanBuilder);

impl ResultBuilder for Booleans {
    fn push(&mut self, value: &Bound<'_, PyAny>) -> Result<(), Misfit> {
        self.0.append_option(value::boolean(value)?);
        Ok(())
    }

    fn push_null(&mut self) {
        self.0.append_null();
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

struct Strings<O: OffsetSizeTrait>(GenericStringBuilder<O>);

impl<O: OffsetSizeTrait> ResultBuilder for Strings<O> {
    fn push(&mut self, value: &Bound<'_, PyAny>) -> Result<(), Misfit> {
        value::string(value, |text| {
            let total = self.0.values_slice().len() + text.map_or(0, str::len);
            if O::from_usize(total).is_none() {
                return Err(Misfit::Value("the strings of one batch are more than 2 GiB"));
            }
            self.0.append_option(text);
            Ok(())
        })
    }

    fn push_null(&mut self) {
        self.0.append_null();
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

struct StringViews(StringViewBuilder);

impl ResultBuilder for StringViews {
    fn push(&mut self, value: &Bound<'_, PyAny>) -> Result<(), Misfit> {
        value::string(value, |text| {
            self.0.append_option(text);
            Ok(())
        })
    }

    fn push_null(&mut self) {
        self.0.append_null();
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}
