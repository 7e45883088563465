//! Parameters and results: from the names of types to types, and which of them a kind can have.

use arrow::datatypes::{DataType, Field, Fields};
use arrowsmith_contract::{
    DeclaredType, Error, LoadError, Mode, NullPolicy, Parameter, Result, Signature, Type,
};

use pyo3::prelude::*;

use super::LoadedFunction;
use crate::kernel::{self, SUPPORTED_NAMES};

pub(super) fn make(loaded: &LoadedFunction<'_>, mode: Mode) -> Result<Signature> {
    let py = loaded.callable.py();
    let mut parameters = Vec::with_capacity(loaded.parameters.len());
    for parameter in &loaded.parameters {
        let what = format!("parameter {} of {}", parameter.name, loaded.name);
        let declared = declared_type(py, &parameter.ty, &what, Wanted::argument(loaded, mode))?;
        parameters.push(Parameter {
            name: parameter.name.as_str().into(),
            ty: declared.ty,
            nullable: declared.nullable,
            nulls: if parameter.nulls == "pass" { NullPolicy::Pass } else { NullPolicy::Skip },
        });
    }
    check_tables(loaded, &parameters)?;
    if mode != Mode::Row && loaded.parameters.is_empty() {
        return Err(LoadError::new(format!(
            "{} is vectorized, so it needs a parameter: the arrays say how many rows there are",
            loaded.name
        ))
        .into());
    }
    Signature::new(parameters, loaded.required, loaded.variadic, returned(loaded, mode)?)
}

/// There is at most one table among the parameters, and it is always given.
fn check_tables(loaded: &LoadedFunction<'_>, parameters: &[Parameter]) -> Result<()> {
    let is_table = |parameter: &&Parameter| parameter.ty == Type::TABLE;
    let name = &loaded.name;
    let message = match parameters.iter().filter(is_table).collect::<Vec<_>>().as_slice() {
        [_, second, ..] => {
            format!("parameter {} of {name} is a second table; there can be one", second.name)
        }
        [table] if table.nullable => {
            format!("parameter {} of {name} is a table, which is never NULL", table.name)
        }
        [table] if loaded.variadic && parameters.last().as_ref() == Some(table) => {
            format!("parameter {} of {name} is a table, which cannot be repeated", table.name)
        }
        _ => return Ok(()),
    };
    Err(LoadError::new(message).into())
}

/// The type of the result; of a procedure a struct of the columns that it yields.
fn returned(loaded: &LoadedFunction<'_>, mode: Mode) -> Result<Type> {
    let wanted = Wanted::result(loaded, mode);
    if let Some(returns) = &loaded.returns {
        let what = format!("the result of {}", loaded.name);
        return Ok(declared_type(loaded.callable.py(), returns, &what, wanted)?.ty);
    }
    let field = |(name, ty): &(String, String)| -> Result<Field> {
        let what = format!("column {name} of {}", loaded.name);
        Ok(declared_type(loaded.callable.py(), ty, &what, wanted)?.ty.to_field(name, true))
    };
    let fields = loaded.yields.iter().map(field).collect::<Result<Fields>>()?;
    Ok(DataType::Struct(fields).into())
}

/// Which types may stand somewhere.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    /// How the function is called, in words.
    how: &'static str,
    /// Those that become Python values, or are made of them; otherwise all.
    only_values: bool,
    tables: bool,
}

impl Wanted {
    fn argument(loaded: &LoadedFunction<'_>, mode: Mode) -> Self {
        let only_values = mode != Mode::VectorizedArrow;
        Self { how: mode.as_str(), only_values, tables: loaded.kind == "procedure" }
    }

    /// An aggregate gives one Python value, whatever it takes.
    fn result(loaded: &LoadedFunction<'_>, mode: Mode) -> Self {
        if loaded.kind == "aggregate" {
            return Self { how: "aggregate", only_values: true, tables: false };
        }
        Self { tables: false, ..Self::argument(loaded, mode) }
    }

    fn allows(self, ty: &Type) -> bool {
        if ty.is_table() {
            return self.tables;
        }
        !self.only_values || (ty.extension().is_none() && kernel::is_supported(ty.data_type()))
    }

    /// Why a type that is allowed otherwise is refused, where NumPy has no values of it.
    fn lacks(self, ty: &Type) -> Option<&'static str> {
        if self.how != Mode::VectorizedNumpy.as_str() {
            return None;
        }
        match ty.data_type() {
            DataType::List(_) => Some("lists"),
            DataType::Timestamp(_, Some(_)) => Some("time zones"),
            DataType::Decimal128(..) | DataType::Decimal256(..) => Some("decimals"),
            _ => None,
        }
    }
}

fn declared_type(py: Python<'_>, text: &str, what: &str, wanted: Wanted) -> Result<DeclaredType> {
    let declared: DeclaredType =
        text.parse().map_err(|error: Error| LoadError::new(format!("{what}: {error}")))?;
    if let Some(lack) = wanted.lacks(&declared.ty) {
        let message = format!("{what} is {}; NumPy has no {lack}", declared.ty);
        return Err(LoadError::new(format!("{message}; use vectorized=\"arrow\"")).into());
    }
    if wanted.allows(&declared.ty) {
        if wanted.only_values {
            kernel::prepare(py, declared.ty.data_type())?;
        }
        return Ok(declared);
    }
    if declared.ty.is_table() {
        let message = format!("{what} is a table; only procedures take tables, as an argument");
        return Err(LoadError::new(message).into());
    }
    Err(LoadError::new(format!(
        "{what} is {}; {} functions take and give {SUPPORTED_NAMES}",
        declared.ty, wanted.how
    ))
    .into())
}
