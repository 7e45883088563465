//! Arrays and values that Python gives, as columns of a wanted type.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrowsmith_contract::{Error, Result, RowNumber, RowNumbers, Type, coerce};
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::capsule::Refused;
use super::column::is_supported;
use super::found::{self, Found, Owner};
use super::note;
use super::result::builder;
use super::value::{Misfit, class_name};
use crate::door::parked_at_exit;
use crate::errors;

/// What is wanted of an object, and how errors name it.
pub(crate) struct Wanted<'a> {
    pub(crate) function: &'a Arc<str>,
    /// `result` or `argument "x"`.
    pub(crate) what: &'a str,
    /// Any type where there is none.
    pub(crate) ty: Option<&'a Type>,
    /// The number of values, where it is fixed.
    pub(crate) count: Option<usize>,
    /// The user's number of a row.
    pub(crate) number: &'a dyn Fn(usize) -> RowNumber,
    pub(crate) owner: Owner,
    /// What else could have been given.
    pub(crate) hint: &'static str,
}

impl Wanted<'_> {
    /// Checks length and type, and converts strictly. The outer error is an exception that the
    /// object's own code raised.
    ///
    /// # Errors
    /// A conversion error that names the row where there is one.
    pub(crate) fn read(&self, value: &Bound<'_, PyAny>) -> PyResult<Result<ArrayRef>> {
        let found = match found::read(value, self.owner, self.count) {
            Ok(found) => found,
            Err(Refused::Raised(exception)) => return Err(exception),
            Err(Refused::Misfit(reason)) => {
                // Its repr would follow the very pointers that were refused.
                let shown = format!("an object of class {}", class_name(&value.get_type())?);
                return Ok(Err(self.misfit(None, shown, reason)));
            }
        };
        Ok(match found {
            Found::Array(array) => self.fit(&array),
            Found::Values(list) => self.list(&list),
            Found::OneValue => Err(self.one_value(value)),
            Found::Dimensions(dimensions) => {
                let shown = format!("an array of {dimensions} dimensions");
                Err(self.misfit(None, shown, "it must have one dimension"))
            }
            Found::OtherLength(shown) => Err(self.other_length(shown)),
            Found::Nothing => Err(self.misfit(None, note::short_repr(value), self.hint)),
        })
    }

    fn one_value(&self, value: &Bound<'_, PyAny>) -> Error {
        let hint = match self.count {
            Some(count) => format!("it gave one value for {count} rows"),
            None => self.hint.to_owned(),
        };
        self.misfit(None, note::short_repr(value), hint)
    }

    fn other_length(&self, shown: String) -> Error {
        let count = self.count.unwrap_or_default();
        self.misfit(None, shown, format!("a batch of {count} rows needs as many values"))
    }

    /// Converts the values that the list has now; their own conversion may change the list.
    fn list(&self, list: &Bound<'_, PyList>) -> Result<ArrayRef> {
        let values = list.to_tuple();
        let count = values.len();
        if self.count.is_some_and(|wanted| wanted != count) {
            return Err(self.other_length(format!("an array of {count} values")));
        }
        let Some(ty) = self.ty.filter(|ty| is_supported(ty.data_type())) else {
            return match self.ty {
                Some(ty) if *ty.data_type() == DataType::Null => {
                    Ok(arrow::array::new_null_array(&DataType::Null, count))
                }
                _ => {
                    let hint = "give an Arrow array of that type";
                    Err(self.misfit(None, "a list of Python values".to_owned(), hint))
                }
            };
        };
        let mut results = builder(ty.data_type(), count)?;
        for (row, value) in values.iter().enumerate() {
            parked_at_exit(|| results.push(&value))
                .map_err(|misfit| self.refused(&value, misfit, row))?;
        }
        if list.len() < count {
            let shown = format!("a list of {count} values");
            return Err(self.misfit(None, shown, "it lost some while they were converted"));
        }
        Ok(results.finish())
    }

    fn refused(&self, value: &Bound<'_, PyAny>, misfit: Misfit, row: usize) -> Error {
        let number = (self.number)(row);
        match misfit {
            Misfit::Value(hint) => self.misfit(Some(number), note::short_repr(value), hint),
            Misfit::Part(part) => self.misfit(Some(number), part.0, part.1),
            Misfit::Raised(exception) => {
                errors::raised(value.py(), *exception, self.function, Some(number))
            }
        }
    }

    /// Converts an array to the wanted type by the rule for arguments, and bool to numbers.
    pub(super) fn fit(&self, array: &ArrayRef) -> Result<ArrayRef> {
        let Some(ty) = self.ty else {
            return Ok(Arc::clone(array));
        };
        let target = ty.data_type();
        // A NULL item that is given is for the function to judge.
        if self.owner == Owner::Caller && matches!(target, DataType::List(_)) {
            return self.coerced(array, ty);
        }
        let numeric = target.is_integer() || target.is_floating();
        let array = match array.data_type() {
            DataType::Boolean if numeric => cast(array, target)?,
            DataType::Dictionary(_, values) => cast(array, values)?,
            found if differs_in_nullability(found, target) => {
                let fitted = cast(array, target);
                return fitted.map_err(|error| {
                    self.misfit(None, format!("an array of {found}"), error.to_string())
                });
            }
            _ => Arc::clone(array),
        };
        let fitted = self.coerced(&array, ty)?;
        // Strings may still have another layout.
        if fitted.data_type() == target { Ok(fitted) } else { Ok(cast(&fitted, target)?) }
    }

    fn coerced(&self, array: &ArrayRef, ty: &Type) -> Result<ArrayRef> {
        let fitted = coerce::coerce(array, ty, self.function, self.what, &RowNumbers::default());
        fitted.map_err(|error| match error {
            Error::Conversion { row, value, hint, .. } => {
                let row = row.map(|row| (self.number)(row.number as usize));
                self.misfit(row, value, hint)
            }
            Error::Call { .. } => {
                let found = Type::from(array.data_type().clone());
                self.misfit(None, format!("an array of {found}"), "")
            }
            other => other,
        })
    }

    fn misfit(&self, row: Option<RowNumber>, value: String, hint: impl Into<String>) -> Error {
        Error::Conversion {
            function: Arc::clone(self.function),
            row,
            what: self.what.to_owned(),
            expected: self.ty.map_or_else(|| "an array".to_owned(), ToString::to_string),
            value,
            hint: hint.into(),
        }
    }
}

/// Whether two nested types are the same but for what they say of NULLs; libraries call nested
/// fields nullable and name the items of lists as they like.
fn differs_in_nullability(found: &DataType, wanted: &DataType) -> bool {
    found != wanted && found.is_nested() && same_shape(found, wanted)
}

fn same_shape(found: &DataType, wanted: &DataType) -> bool {
    match (found, wanted) {
        (DataType::List(a), DataType::List(b))
        | (DataType::LargeList(a), DataType::LargeList(b))
        | (DataType::Map(a, _), DataType::Map(b, _)) => same_shape(a.data_type(), b.data_type()),
        (DataType::FixedSizeList(a, n), DataType::FixedSizeList(b, m)) => {
            n == m && same_shape(a.data_type(), b.data_type())
        }
        (DataType::Struct(a), DataType::Struct(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(a, b)| a.name() == b.name() && same_shape(a.data_type(), b.data_type()))
        }
        _ => found == wanted,
    }
}
