//! Gives a graph its types: from [`crate::code`] to [`crate::ir`].
//!
//! Each block of the graph is walked once for each combination of shapes that its live locals reach
//! it with; so a local may be None here and a float there, and each walk writes straight code for
//! what it has. Where Python would raise and nobody catches it, or where a number would not fit, the
//! code leaves the row to the interpreter.

mod arithmetic;
mod builtins;
mod calls;
mod compare;
mod emitter;
mod ends;
mod entry;
mod exits;
mod instances;
mod iteration;
mod numbers;
mod returns;
mod shape;
mod states;
mod steps;
mod successor;
#[cfg(test)]
mod tests;
mod unit;
mod value;
mod versions;
mod walk;

use arrow::datatypes::DataType;
use arrowsmith_contract::{NullPolicy, Signature};

use crate::code::Program;
use crate::ir::{Module, Slot};
use crate::state::Layout;
use crate::{Place, Refusal};
use entry::Entry;
use returns::Role;
use shape::{Number, Shape};
use unit::Unit;

pub(crate) use builtins::is_known as is_known_builtin;
pub(crate) use states::{StateKind, states};

/// Compiles a program for a signature.
///
/// # Errors
/// What stands in the way, with its place.
pub(crate) fn module(program: &Program, signature: &Signature) -> Result<Module, Refusal> {
    let whole = Place::default();
    let answer = answer(signature)?;
    let (slots, arguments) = row(signature)?;
    let entry = &program.functions[0];
    if arguments.len() != entry.parameters - entry.keyword_only {
        return Err(Refusal::new(whole, "parameters that the signature does not name"));
    }
    let mut unit = Unit::new(program, Layout::default());
    let entry = Entry { arguments, ..Entry::default() };
    let nullable = unit.compile_entry(entry, Role::Answer(answer))?;
    let returns = Slot { ty: answer.ty(), nullable };
    unit.finish(vec![], slots, Some(returns))
}

/// What a row's value is computed in.
fn answer(signature: &Signature) -> Result<Number, Refusal> {
    number_of(signature.returns().data_type()).ok_or_else(|| {
        let reason = format!("the return type {}, which is no number", signature.returns());
        Refusal::new(Place::default(), reason)
    })
}

/// The parameters of a row.
fn row(signature: &Signature) -> Result<(Vec<Slot>, Vec<Shape>), Refusal> {
    let mut slots = Vec::new();
    let mut shapes = Vec::new();
    for parameter in signature.parameters() {
        let number = number_of(parameter.ty.data_type()).ok_or_else(|| {
            let reason =
                format!("the parameter {}: {}, which is no number", parameter.name, parameter.ty);
            Refusal::new(Place::default(), reason)
        })?;
        let nullable = parameter.nulls == NullPolicy::Pass;
        slots.push(Slot { ty: number.ty(), nullable });
        shapes.push(if nullable { Shape::Nullable(number) } else { number.shape() });
    }
    Ok((slots, shapes))
}

/// The type that values of a column are computed in.
fn number_of(data_type: &DataType) -> Option<Number> {
    match data_type {
        DataType::Boolean => Some(Number::Bool),
        DataType::Float32 | DataType::Float64 => Some(Number::Float),
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32 => Some(Number::Int),
        _ => None,
    }
}
