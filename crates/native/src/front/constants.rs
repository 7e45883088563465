//! Values that the loader found, as constants of the graph.

use arrowsmith_contract as contract;

use crate::code::Constant;

/// None for a string.
pub(super) fn number(constant: &contract::Constant) -> Option<Constant> {
    match constant {
        contract::Constant::None => Some(Constant::None),
        contract::Constant::Bool(value) => Some(Constant::Bool(*value)),
        contract::Constant::Int(value) => Some(Constant::Int(*value)),
        contract::Constant::Float(value) => Some(Constant::Float(value.to_bits())),
        contract::Constant::Str(_) => None,
    }
}
