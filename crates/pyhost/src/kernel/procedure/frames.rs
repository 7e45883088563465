//! Batches and frames that a procedure gives in place of rows, one batch at a time.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StructArray, make_array};
use arrow::datatypes::DataType;
use arrowsmith_contract::{Error, Result, RowNumber, RowScope};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyType};

use super::columns::Columns;
use crate::errors;
use crate::kernel::buffer::Stream;
use crate::kernel::capsule::{Capsules, Refused, Taken, copied};
use crate::kernel::fit::Wanted;
use crate::kernel::found::Owner;
use crate::kernel::note;
use crate::kernel::value::is_class_of;

/// Whether objects of a class are tables or batches.
pub(super) fn is_frame(class: &Bound<'_, PyType>) -> PyResult<bool> {
    Ok(class.hasattr("__arrow_c_stream__")?
        || class.hasattr("__arrow_c_array__")?
        || is_pandas(class)?)
}

fn is_pandas(class: &Bound<'_, PyType>) -> PyResult<bool> {
    is_class_of(class, "pandas", &["DataFrame"])
}

/// What is left of a frame.
pub(super) enum Frames {
    Stream(Stream),
    One(ArrayRef),
    /// A frame of pandas, which itself takes NaN for NULL: read column by column.
    Pandas(Py<PyAny>),
    End,
}

/// Whose frame it is, how errors name it, and how many rows came before it.
pub(super) struct Yielder<'a> {
    pub(super) function: &'a Arc<str>,
    pub(super) columns: &'a Columns,
    /// Which row of the arguments it is for, where there are several.
    pub(super) origin: &'a str,
    pub(super) yielded: u64,
}

impl Frames {
    /// Opens an object whose class [`is_frame`].
    ///
    /// # Errors
    /// What Python code of the object raised, and why it is no frame.
    pub(super) fn open(item: &Bound<'_, PyAny>) -> Result<Self, Refused> {
        if is_pandas(&item.get_type())? {
            return Ok(Self::Pandas(item.clone().unbind()));
        }
        match Capsules::of(item)? {
            Some(Capsules::Stream(capsule)) => {
                Stream::open(&capsule).map(Self::Stream).map_err(Refused::Misfit)
            }
            Some(capsules) => match capsules.into_array(None)? {
                Taken::Array(array) => Ok(Self::One(array)),
                Taken::MoreThan(_) => Ok(Self::End),
            },
            None => Err(Refused::Misfit("it gives no Arrow data".to_owned())),
        }
    }

    /// The next batch, in the declared columns, none at the end.
    ///
    /// # Errors
    /// What Python code raised, in the outer result; columns and values that do not fit.
    pub(super) fn next(
        &mut self,
        py: Python<'_>,
        yielder: &Yielder<'_>,
    ) -> PyResult<Result<Option<RecordBatch>>> {
        let array = match self {
            Self::Stream(stream) => match stream.next() {
                Ok(array) => array.map(make_array),
                // What a producer in Python raised is pending, or its text is all that is left.
                Err(reason) => return Err(PyErr::take(py).unwrap_or_else(|| failed(py, &reason))),
            },
            Self::One(array) => {
                let array = Arc::clone(array);
                *self = Self::End;
                Some(array)
            }
            Self::Pandas(frame) => {
                let frame = frame.bind(py).clone();
                *self = Self::End;
                return yielder.of_pandas(&frame).map(|batch| batch.map(Some));
            }
            Self::End => None,
        };
        Ok(array.map(|array| yielder.of_struct(&array)).transpose())
    }
}

fn failed(py: Python<'_>, reason: &str) -> PyErr {
    let message = format!("a yielded stream failed: {reason}");
    errors::new_error(py, errors::ErrorClass::Execution, &message)
}

impl Yielder<'_> {
    fn of_struct(&self, array: &ArrayRef) -> Result<RecordBatch> {
        let DataType::Struct(fields) = array.data_type() else {
            let shown = format!("an array of {}", array.data_type());
            return Err(self.misfit(shown, "a batch has columns".to_owned()));
        };
        let names: Vec<String> = fields.iter().map(|field| field.name().clone()).collect();
        self.check_names(&names)?;
        if array.null_count() > 0 {
            let shown = format!("a batch of {} rows", array.len());
            return Err(self.misfit(shown, "some of its rows are NULL as a whole".to_owned()));
        }
        // The generator may write to the memory of its batch again.
        let array = copied(array).map_err(|refused| match refused {
            Refused::Misfit(reason) => self.misfit("a batch".to_owned(), reason),
            Refused::Raised(exception) => Error::Internal(exception.to_string()),
        })?;
        let array: &StructArray = array.as_struct();
        let column = |column: usize| {
            let given = array.column_by_name(self.columns.name(column));
            let given = given.ok_or_else(|| Error::Internal("a column is gone".to_owned()))?;
            self.wanting(column, |wanted| wanted.fit(given))
        };
        let columns = (0..self.columns.count()).map(column).collect::<Result<_>>()?;
        Ok(RecordBatch::try_new(Arc::clone(&self.columns.schema), columns)?)
    }

    fn of_pandas(&self, frame: &Bound<'_, PyAny>) -> PyResult<Result<RecordBatch>> {
        let names = frame.getattr("columns")?.call_method0("tolist")?.cast_into::<PyList>()?;
        let text =
            |name: Bound<'_, PyAny>| name.extract().unwrap_or_else(|_| note::short_repr(&name));
        let names: Vec<String> = names.iter().map(text).collect();
        if let Err(error) = self.check_names(&names) {
            return Ok(Err(error));
        }
        let count = frame.len()?;
        let mut columns = Vec::with_capacity(self.columns.count());
        for column in 0..self.columns.count() {
            let series = frame.get_item(self.columns.name(column))?;
            let read = self
                .wanting(column, |wanted| Wanted { count: Some(count), ..wanted }.read(&series))?;
            match read {
                Ok(array) => columns.push(array),
                Err(error) => return Ok(Err(error)),
            }
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.columns.schema), columns);
        Ok(batch.map_err(Error::from))
    }

    /// What is wanted of a column.
    fn wanting<T>(&self, column: usize, read: impl FnOnce(Wanted<'_>) -> T) -> T {
        let ty = self.columns.ty(column);
        let what = format!("column {:?}{}", self.columns.name(column), self.origin);
        let number =
            |row: usize| RowNumber { number: self.yielded + row as u64, scope: RowScope::Input };
        read(Wanted {
            function: self.function,
            what: &what,
            ty: Some(&ty),
            count: None,
            number: &number,
            owner: Owner::Plugin,
            hint: "a column of a frame is an array",
        })
    }

    fn check_names(&self, names: &[String]) -> Result<()> {
        match self.columns.mismatch(names, "column") {
            None => Ok(()),
            Some(why) => {
                Err(self.misfit(format!("a batch of the columns {}", names.join(", ")), why))
            }
        }
    }

    fn misfit(&self, value: String, hint: String) -> Error {
        Error::Conversion {
            function: Arc::clone(self.function),
            row: None,
            what: format!("what it yielded{}", self.origin),
            expected: self.columns.told(),
            value,
            hint,
        }
    }
}
