//! Collects rows of Python values into columns.

use arrow::array::AsArray;
use arrow::array::{BooleanArray, RecordBatch, UInt32Array};
use arrow::compute::{filter, filter_record_batch};
use arrow::datatypes::UInt32Type;
use arrowsmith_contract::{Result, Yielded};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use super::columns::Columns;
use super::shape::{Shape, Shapes};
use crate::kernel::note;
use crate::kernel::result::{ResultBuilder, builder};
use crate::kernel::value::Misfit;

/// Room is made for so many rows at once; most procedures yield few.
const ROOM: usize = 1024;

/// Why an object isn't taken as a row. It is boxed, because it is large and returned by the million.
pub(super) enum Unfit {
    /// It isn't one of these columns: its text, and why.
    Row(String, String),
    /// The value of a column does not fit: its text, and why.
    Value(usize, String, &'static str),
    Raised(PyErr),
}

impl From<PyErr> for Box<Unfit> {
    fn from(exception: PyErr) -> Self {
        Self::new(Unfit::Raised(exception))
    }
}

type Push<T> = Result<T, Box<Unfit>>;

/// What became of an object.
pub(super) enum Taken {
    Row,
    /// It is no row, but has several.
    Frame,
}

pub(super) struct Rows<'a, 'py> {
    columns: &'a Columns,
    builders: Vec<Box<dyn ResultBuilder>>,
    shapes: Shapes<'py>,
    origins: Vec<u32>,
    /// Rows that failed when some of their values were in the columns already.
    failed: Vec<usize>,
}

impl<'a, 'py> Rows<'a, 'py> {
    pub(super) fn new(columns: &'a Columns, most: usize) -> Result<Self> {
        let room = most.min(ROOM);
        let fields = columns.schema.fields();
        let builders = fields.iter().map(|field| builder(field.data_type(), room));
        let builders = builders.collect::<Result<_>>()?;
        let origins = Vec::with_capacity(room);
        Ok(Self { columns, builders, shapes: Shapes::default(), origins, failed: Vec::new() })
    }

    pub(super) fn len(&self) -> usize {
        self.origins.len() - self.failed.len()
    }

    /// Adds a row that comes from a row of the arguments.
    #[inline]
    pub(super) fn push(&mut self, item: &Bound<'py, PyAny>, origin: u32) -> Push<Taken> {
        if let Ok(dict) = item.cast_exact::<PyDict>() {
            self.dict(dict, origin)?;
        } else if let Ok(tuple) = item.cast_exact::<PyTuple>() {
            self.tuple(tuple, origin)?;
        } else {
            return self.other(item, origin);
        }
        Ok(Taken::Row)
    }

    fn other(&mut self, item: &Bound<'py, PyAny>, origin: u32) -> Push<Taken> {
        match &*self.shapes.of(item, self.columns)? {
            Shape::Dict => self.dict(item.cast().map_err(PyErr::from)?, origin)?,
            Shape::Tuple => self.tuple(item.cast().map_err(PyErr::from)?, origin)?,
            Shape::List => self.list(item.cast().map_err(PyErr::from)?, origin)?,
            Shape::Named(places) => {
                let tuple: &Bound<'py, PyTuple> = item.cast().map_err(PyErr::from)?;
                self.check_length(item, tuple.len())?;
                self.row(origin, |column| Ok(tuple.get_item(places[column])?))?;
            }
            Shape::Fields => {
                let names = &self.columns.names;
                self.row(origin, |column| Ok(item.getattr(names[column].bind(item.py()))?))?;
            }
            Shape::Value => self.row(origin, |_| Ok(item.clone()))?,
            Shape::Frame => return Ok(Taken::Frame),
            Shape::Nothing(why) => {
                return Err(Box::new(Unfit::Row(note::short_repr(item), why.clone())));
            }
        }
        Ok(Taken::Row)
    }

    fn dict(&mut self, dict: &Bound<'py, PyDict>, origin: u32) -> Push<()> {
        if dict.len() != self.columns.count() {
            return Err(Box::new(wrong_keys(self.columns, dict)));
        }
        let columns = self.columns;
        let py = dict.py();
        self.row(origin, |column| {
            let value = dict.get_item(columns.names[column].bind(py))?;
            value.ok_or_else(|| Box::new(wrong_keys(columns, dict)))
        })
    }

    fn tuple(&mut self, tuple: &Bound<'py, PyTuple>, origin: u32) -> Push<()> {
        self.check_length(tuple, tuple.len())?;
        self.row(origin, |column| Ok(tuple.get_item(column)?))
    }

    fn list(&mut self, list: &Bound<'py, PyList>, origin: u32) -> Push<()> {
        self.check_length(list, list.len())?;
        self.row(origin, |column| Ok(list.get_item(column)?))
    }

    /// Adds the values of a row.
    #[inline]
    fn row(&mut self, origin: u32, value: impl Fn(usize) -> Push<Bound<'py, PyAny>>) -> Push<()> {
        for column in 0..self.builders.len() {
            if let Err(unfit) = self.value(column, &value) {
                self.fill_up(column, origin);
                return Err(unfit);
            }
        }
        self.origins.push(origin);
        Ok(())
    }

    #[inline]
    fn value(
        &mut self,
        column: usize,
        value: &impl Fn(usize) -> Push<Bound<'py, PyAny>>,
    ) -> Push<()> {
        let value = value(column)?;
        self.builders[column].push(&value).map_err(|misfit| match misfit {
            Misfit::Value(hint) => Box::new(Unfit::Value(column, note::short_repr(&value), hint)),
            Misfit::Part(part) => Box::new(Unfit::Value(column, part.0, part.1)),
            Misfit::Raised(exception) => Box::new(Unfit::Raised(*exception)),
        })
    }

    /// Ends a row that failed at a column.
    #[cold]
    fn fill_up(&mut self, column: usize, origin: u32) {
        for builder in &mut self.builders[column..] {
            builder.push_null();
        }
        self.failed.push(self.origins.len());
        self.origins.push(origin);
    }

    #[inline]
    fn check_length(&self, item: &Bound<'_, PyAny>, length: usize) -> Push<()> {
        let count = self.columns.count();
        if length == count {
            return Ok(());
        }
        let why = format!("it has {length} values for {count} columns");
        Err(Box::new(Unfit::Row(note::short_repr(item), why)))
    }

    /// The rows as a batch, if there are any.
    pub(super) fn finish(mut self) -> Result<Option<Yielded>> {
        if self.len() == 0 {
            return Ok(None);
        }
        let columns = self.builders.iter_mut().map(|builder| builder.finish()).collect();
        let batch = RecordBatch::try_new(self.columns.schema.clone(), columns)?;
        let origins = UInt32Array::from(self.origins);
        if self.failed.is_empty() {
            return Ok(Some(Yielded { batch, origins }));
        }
        let mut kept = vec![true; batch.num_rows()];
        self.failed.iter().for_each(|row| kept[*row] = false);
        let kept = BooleanArray::from(kept);
        let origins = filter(&origins, &kept)?.as_primitive::<UInt32Type>().clone();
        Ok(Some(Yielded { batch: filter_record_batch(&batch, &kept)?, origins }))
    }
}

#[cold]
fn wrong_keys(columns: &Columns, dict: &Bound<'_, PyDict>) -> Unfit {
    let text = |key: Bound<'_, PyAny>| key.extract().unwrap_or_else(|_| note::short_repr(&key));
    let names: Vec<String> = dict.keys().iter().map(text).collect();
    let why = columns.mismatch(&names, "key");
    let why = why.unwrap_or_else(|| "its keys changed".to_owned());
    Unfit::Row(note::short_repr(dict), why)
}
