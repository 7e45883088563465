//! Arrays and values that Python gives, as columns of a wanted type.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrowsmith_contract::{Error, Result, Type, coerce};
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::column::SUPPORTED;
use super::found::{self, Found, Owner};
use super::note;
use super::result::builder;
use super::value::Misfit;
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
    pub(crate) number: &'a dyn Fn(usize) -> u64,
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
        Ok(match found::read(value, self.owner)? {
            Found::Array(array) => self.check_length(array.len()).and_then(|()| self.fit(&array)),
            Found::Values(list) => self.list(&list),
            Found::OneValue => Err(self.one_value(value)),
            Found::Dimensions(dimensions) => {
                let shown = format!("an array of {dimensions} dimensions");
                Err(self.misfit(None, shown, "it must have one dimension"))
            }
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

    fn check_length(&self, length: usize) -> Result<()> {
        match self.count {
            Some(count) if count != length => {
                let hint = format!("a batch of {count} rows needs as many values");
                Err(self.misfit(None, format!("an array of {length} values"), hint))
            }
            _ => Ok(()),
        }
    }

    fn list(&self, list: &Bound<'_, PyList>) -> Result<ArrayRef> {
        self.check_length(list.len())?;
        let Some(ty) = self.ty.filter(|ty| SUPPORTED.contains(ty.data_type())) else {
            return match self.ty {
                Some(ty) if *ty.data_type() == DataType::Null => {
                    Ok(arrow::array::new_null_array(&DataType::Null, list.len()))
                }
                _ => {
                    let hint = "give an Arrow array of that type";
                    Err(self.misfit(None, "a list of Python values".to_owned(), hint))
                }
            };
        };
        let mut results = builder(ty.data_type(), list.len())?;
        for (row, value) in list.iter().enumerate() {
            results.push(&value).map_err(|misfit| self.refused(&value, misfit, row))?;
        }
        Ok(results.finish())
    }

    fn refused(&self, value: &Bound<'_, PyAny>, misfit: Misfit, row: usize) -> Error {
        let number = (self.number)(row);
        match misfit {
            Misfit::Value(hint) => self.misfit(Some(number), note::short_repr(value), hint),
            Misfit::Raised(exception) => {
                errors::raised(value.py(), *exception, self.function, Some(number))
            }
        }
    }

    /// Converts an array to the wanted type by the rule for arguments, and bool to numbers.
    fn fit(&self, array: &ArrayRef) -> Result<ArrayRef> {
        let Some(ty) = self.ty else {
            return Ok(Arc::clone(array));
        };
        let target = ty.data_type();
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
        let fitted = coerce::coerce(&array, ty, self.function, self.what, 0);
        let fitted = fitted.map_err(|error| match error {
            Error::Conversion { row, value, hint, .. } => {
                let row = row.map(|row| (self.number)(row as usize));
                self.misfit(row, value, hint)
            }
            Error::Call { .. } => {
                let found = Type::from(array.data_type().clone());
                self.misfit(None, format!("an array of {found}"), "")
            }
            other => other,
        })?;
        // Strings may still have another layout.
        if fitted.data_type() == target { Ok(fitted) } else { Ok(cast(&fitted, target)?) }
    }

    fn misfit(&self, row: Option<u64>, value: String, hint: impl Into<String>) -> Error {
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
