//! What kind of row an object is, by its class.

use std::rc::Rc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple, PyType};

use super::columns::Columns;
use super::frames;

/// How an object is read as a row.
pub(super) enum Shape {
    Dict,
    Tuple,
    List,
    /// A named tuple, and the place of each column in it.
    Named(Vec<usize>),
    /// A dataclass, whose fields are the columns.
    Fields,
    /// No row, but several.
    Frame,
    /// The one column's value.
    Value,
    /// No row, for this reason.
    Nothing(String),
}

/// Remembers the class of the last object, because rows are mostly alike.
#[derive(Default)]
pub(super) struct Shapes<'py>(Option<(Bound<'py, PyType>, Rc<Shape>)>);

impl<'py> Shapes<'py> {
    pub(super) fn of(
        &mut self,
        item: &Bound<'py, PyAny>,
        columns: &Columns,
    ) -> PyResult<Rc<Shape>> {
        let class = item.get_type();
        if let Some((known, shape)) = &self.0
            && known.is(&class)
        {
            return Ok(Rc::clone(shape));
        }
        let shape = Rc::new(shape(item, &class, columns)?);
        self.0 = Some((class, Rc::clone(&shape)));
        Ok(shape)
    }
}

fn shape(item: &Bound<'_, PyAny>, class: &Bound<'_, PyType>, columns: &Columns) -> PyResult<Shape> {
    if item.is_instance_of::<PyDict>() {
        return Ok(Shape::Dict);
    }
    if item.is_instance_of::<PyTuple>() {
        let fields = class.getattr_opt("_fields")?;
        let fields: Option<Vec<String>> = fields.and_then(|fields| fields.extract().ok());
        return Ok(fields.map_or(Shape::Tuple, |fields| named(&fields, columns)));
    }
    if item.is_instance_of::<PyList>() {
        return Ok(Shape::List);
    }
    if let Some(fields) = class.getattr_opt("__dataclass_fields__")? {
        let names: Vec<String> =
            fields.try_iter()?.map(|name| name?.extract()).collect::<PyResult<_>>()?;
        return Ok(columns.mismatch(&names, "field").map_or(Shape::Fields, Shape::Nothing));
    }
    if frames::is_frame(class)? {
        return Ok(Shape::Frame);
    }
    if columns.count() == 1 {
        return Ok(Shape::Value);
    }
    let hint = "a row is a dict, a tuple, a list, a named tuple or an object of a dataclass";
    Ok(Shape::Nothing(hint.to_owned()))
}

fn named(fields: &[String], columns: &Columns) -> Shape {
    if let Some(mismatch) = columns.mismatch(fields, "field") {
        return Shape::Nothing(mismatch);
    }
    let place = |column| fields.iter().position(|field| field == columns.name(column));
    Shape::Named((0..columns.count()).filter_map(place).collect())
}
