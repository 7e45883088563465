//! The columns that a procedure yields, and how errors name them.

use std::sync::Arc;

use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrowsmith_contract::{Error, Result, Type};
use pyo3::prelude::*;
use pyo3::types::PyString;

/// The declared columns.
pub(super) struct Columns {
    pub(super) schema: SchemaRef,
    /// Interned, so that looking one up in a dict compares pointers.
    pub(super) names: Vec<Py<PyString>>,
}

impl Columns {
    pub(super) fn new(py: Python<'_>, returns: &Type) -> Result<Self> {
        let DataType::Struct(fields) = returns.data_type() else {
            return Err(Error::Internal(format!("a procedure yields {returns}, no columns")));
        };
        let intern = |name: &String| PyString::intern(py, name).unbind();
        Ok(Self {
            names: fields.iter().map(|field| intern(field.name())).collect(),
            schema: Arc::new(Schema::new(fields.clone())),
        })
    }

    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name(&self, column: usize) -> &str {
        self.schema.field(column).name()
    }

    pub(super) fn ty(&self, column: usize) -> Type {
        Type::from_field(self.schema.field(column))
    }

    /// The place of a column.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.schema.fields().iter().position(|field| field.name() == name)
    }

    /// `(a: int, b: string)`
    pub(super) fn told(&self) -> String {
        let one = |column| format!("{}: {}", self.name(column), self.ty(column));
        let columns: Vec<String> = (0..self.count()).map(one).collect();
        format!("({})", columns.join(", "))
    }

    /// What is wrong with these names, in any order, if something is.
    pub(super) fn mismatch(&self, names: &[String], what: &str) -> Option<String> {
        let is_missing = |column: &usize| !names.iter().any(|name| name == self.name(*column));
        if let Some(column) = (0..self.count()).find(is_missing) {
            return Some(format!("it has no {what} {:?}", self.name(column)));
        }
        if let Some(unknown) = names.iter().find(|name| self.find(name).is_none()) {
            return Some(format!("its {what} {unknown:?} is no declared column"));
        }
        let twice = (1..names.len()).find(|place| names[..*place].contains(&names[*place]))?;
        Some(format!("its {what} {:?} comes twice", names[twice]))
    }
}
