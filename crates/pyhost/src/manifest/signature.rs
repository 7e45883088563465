//! Parameters and results: from the names of types to types, and which of them a kind can have.

use arrow::datatypes::{DataType, Field, Fields};
use arrowsmith_contract::{
    DeclaredType, Error, Extension, LoadError, Mode, NullPolicy, Parameter, Result, Signature, Type,
};

use super::LoadedFunction;
use crate::kernel::SUPPORTED;

pub(super) fn make(loaded: &LoadedFunction<'_>, mode: Mode) -> Result<Signature> {
    let mut parameters = Vec::with_capacity(loaded.parameters.len());
    for parameter in &loaded.parameters {
        let what = format!("parameter {} of {}", parameter.name, loaded.name);
        let declared = declared_type(&parameter.ty, &what, Wanted::argument(loaded, mode))?;
        parameters.push(Parameter {
            name: parameter.name.as_str().into(),
            ty: declared.ty,
            nullable: declared.nullable,
            nulls: if parameter.nulls == "pass" { NullPolicy::Pass } else { NullPolicy::Skip },
        });
    }
    if mode != Mode::Row && loaded.parameters.is_empty() {
        return Err(LoadError::new(format!(
            "{} is vectorized, so it needs a parameter: the arrays say how many rows there are",
            loaded.name
        ))
        .into());
    }
    Signature::new(parameters, loaded.required, loaded.variadic, returned(loaded, mode)?)
}

/// The type of the result; of a procedure a struct of the columns that it yields.
fn returned(loaded: &LoadedFunction<'_>, mode: Mode) -> Result<Type> {
    let wanted = Wanted::result(loaded, mode);
    if let Some(returns) = &loaded.returns {
        let what = format!("the result of {}", loaded.name);
        return Ok(declared_type(returns, &what, wanted)?.ty);
    }
    let field = |(name, ty): &(String, String)| -> Result<Field> {
        let what = format!("column {name} of {}", loaded.name);
        Ok(declared_type(ty, &what, wanted)?.ty.to_field(name, true))
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
        if ty.extension() == Some(Extension::Table) {
            return self.tables;
        }
        !self.only_values || (ty.extension().is_none() && SUPPORTED.contains(ty.data_type()))
    }
}

fn declared_type(text: &str, what: &str, wanted: Wanted) -> Result<DeclaredType> {
    let declared: DeclaredType =
        text.parse().map_err(|error: Error| LoadError::new(format!("{what}: {error}")))?;
    if wanted.allows(&declared.ty) {
        return Ok(declared);
    }
    if declared.ty.extension() == Some(Extension::Table) {
        let message = format!("{what} is a table; only procedures take tables, as an argument");
        return Err(LoadError::new(message).into());
    }
    let supported: Vec<String> =
        SUPPORTED.iter().map(|ty: &DataType| Type::from(ty.clone()).to_string()).collect();
    Err(LoadError::new(format!(
        "{what} is {}; {} functions take and give {}",
        declared.ty,
        wanted.how,
        supported.join(", ")
    ))
    .into())
}
