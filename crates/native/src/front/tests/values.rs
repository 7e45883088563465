//! Values of the tests' own interpreter.

use std::cell::RefCell;
use std::rc::Rc;

use crate::code::Constant;
use crate::exceptions::ExceptionClass;

#[derive(Clone, Debug)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Tuple(Vec<Self>),
    List(Rc<RefCell<Vec<Self>>>),
    Exception(ExceptionClass),
    /// What is still to come.
    Iterator(Rc<RefCell<std::vec::IntoIter<Self>>>),
}

/// Why there is no value.
#[derive(Debug, Clone)]
pub(super) enum Stop {
    Raise(ExceptionClass),
    Leave(String),
}

impl From<Constant> for Value {
    fn from(constant: Constant) -> Self {
        match constant {
            Constant::None => Self::None,
            Constant::Bool(value) => Self::Bool(value),
            Constant::Int(value) => Self::Int(value),
            Constant::Float(bits) => Self::Float(f64::from_bits(bits)),
        }
    }
}

impl Value {
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Tuple(items) => !items.is_empty(),
            Self::List(items) => !items.borrow().is_empty(),
            Self::Exception(_) | Self::Iterator(_) => true,
        }
    }

    /// As the oracle's script prints it.
    pub(super) fn shown(&self) -> String {
        let list = |items: &[Self]| items.iter().map(Self::shown).collect::<Vec<_>>().join(",");
        match self {
            Self::None => "None".into(),
            Self::Bool(true) => "True".into(),
            Self::Bool(false) => "False".into(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => format!("f{:016x}", value.to_bits()),
            Self::Tuple(items) => format!("({})", list(items)),
            Self::List(items) => format!("[{}]", list(&items.borrow())),
            Self::Exception(_) | Self::Iterator(_) => "?".into(),
        }
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, Stop> {
        match self {
            Self::Tuple(items) => Ok(items.clone()),
            Self::List(items) => Ok(items.borrow().clone()),
            Self::Iterator(items) => Ok(items.borrow_mut().by_ref().collect()),
            _ => Err(Stop::Raise(ExceptionClass::TYPE)),
        }
    }
}
