//! Arrays built of Python values, one value at a time.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, ArrowPrimitiveType, BooleanBuilder, GenericStringBuilder, OffsetSizeTrait,
    PrimitiveBuilder, StringViewBuilder,
};
use arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrowsmith_contract::{Error, Result};
use pyo3::prelude::*;

use super::value::{self, Misfit};

/// Collects the results of a batch.
pub(super) trait ResultBuilder {
    /// Adds a value, or NULL for None.
    fn push(&mut self, value: &Bound<'_, PyAny>) -> Result<(), Misfit>;

    fn push_null(&mut self);

    fn finish(&mut self) -> ArrayRef;
}

/// A builder of a supported type.
pub(super) fn builder(data_type: &DataType, rows: usize) -> Result<Box<dyn ResultBuilder>> {
    Ok(match data_type {
        DataType::Float64 => Box::new(Floats(PrimitiveBuilder::with_capacity(rows))),
        DataType::Float32 => Box::new(SmallFloats(PrimitiveBuilder::with_capacity(rows))),
        DataType::Int64 => Box::new(Integers::<Int64Type>::new(rows)),
        DataType::Int8 => Box::new(Integers::<Int8Type>::new(rows)),
        DataType::Int16 => Box::new(Integers::<Int16Type>::new(rows)),
        DataType::Int32 => Box::new(Integers::<Int32Type>::new(rows)),
        DataType::UInt8 => Box::new(Integers::<UInt8Type>::new(rows)),
        DataType::UInt16 => Box::new(Integers::<UInt16Type>::new(rows)),
        DataType::UInt32 => Box::new(Integers::<UInt32Type>::new(rows)),
        DataType::UInt64 => Box::new(Integers::<UInt64Type>::new(rows)),
        DataType::Boolean => Box::new(Booleans(BooleanBuilder::with_capacity(rows))),
        DataType::Utf8 => Box::new(Strings::<i32>(GenericStringBuilder::with_capacity(rows, 0))),
        DataType::LargeUtf8 => {
            Box::new(Strings::<i64>(GenericStringBuilder::with_capacity(rows, 0)))
        }
        DataType::Utf8View => Box::new(StringViews(StringViewBuilder::with_capacity(rows))),
        other => return Err(Error::Internal(format!("no array of Python values for {other}"))),
    })
}

struct Floats(PrimitiveBuilder<Float64Type>);

impl ResultBuilder for Floats {
    #[inline]
    fn push(&mut self, value: &Bound<'_, PyAny>) -> Result<(), Misfit> {
        self.0.append_option(value::float(value)?);
        Ok(())
    }

    fn push_null(&mut self) {
        self.0.append_null();
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// Rounds to nearest, as the declared type says; what only becomes infinite by that is refused.
struct SmallFloats(PrimitiveBuilder<Float32Type>);

impl ResultBuilder for SmallFloats {
    fn push(&mut self, value: &Bound<'_, PyAny>) -> Result<(), Misfit> {
        let Some(large) = value::float(value)? else {
            self.0.append_null();
            return Ok(());
        };
        let small = large as f32;
        if small.is_infinite() && large.is_finite() {
            return Err(Misfit::Value("it is too large"));
        }
        self.0.append_value(small);
        Ok(())
    }

    fn push_null(&mut self) {
        self.0.append_null();
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

struct Integers<T: ArrowPrimitiveType>(PrimitiveBuilder<T>);

impl<T: ArrowPrimitiveType> Integers<T> {
    fn new(rows: usize) -> Self {
        Self(PrimitiveBuilder::with_capacity(rows))
    }
}

impl<T> ResultBuilder for Integers<T>
where
    T: ArrowPrimitiveType,
    T::Native: TryFrom<i128>,
{
    fn push(&mut self, value: &Bound<'_, PyAny>) -> Result<(), Misfit> {
        let Some(wide) = value::integer(value)? else {
            self.0.append_null();
            return Ok(());
        };
        let native = T::Native::try_from(wide).map_err(|_| Misfit::Value("it is out of range"))?;
        self.0.append_value(native);
        Ok(())
    }

    fn push_null(&mut self) {
        self.0.append_null();
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
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
