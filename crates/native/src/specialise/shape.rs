//! What is known of a value when the function is compiled.

use std::sync::Arc;

use crate::exceptions::ExceptionClass;
use crate::ir::Type;

/// A value's Python type, and as much of the value as decides what becomes of the types of others. A
/// block of the graph is compiled once for each combination of shapes that reaches it (basic block
/// versioning, Chevalier-Boisvert and Feeley 2015), so a value needs no tag while the code runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// Nobody reads it before it is set again.
    Dead,
    /// A name without a value.
    Unbound,
    None,
    True,
    False,
    Bool,
    Int,
    Float,
    /// A parameter that nobody has looked at yet: None or such a number.
    Nullable(Number),
    Tuple(Arc<[Shape]>),
    /// A list that is known to be empty, of which nobody knows what its items will be.
    EmptyList,
    /// Of `Ints` or `Floats`, which are only read, or `NewInts` or `NewFloats`.
    List(Type),
    Exception(ExceptionClass),
    /// First, end and step.
    Range,
    Iterator(Iterated),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Number {
    Bool,
    Int,
    Float,
    /// Not one but a list of them.
    List(Type),
}

/// What a `for` goes over.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Iterated {
    /// Next, how many are left, step.
    Range,
    /// The items, and how many of them were taken.
    Tuple(Arc<[Shape]>, usize),
    /// The next number, then what the iterator has.
    Enumerate(Arc<Iterated>),
    Zip(Arc<[Iterated]>),
    /// The list, and the index of the next item.
    List(Type),
}

impl Number {
    pub(super) fn ty(self) -> Type {
        match self {
            Self::Bool => Type::Bool,
            Self::Int => Type::Int,
            Self::Float => Type::Float,
            Self::List(ty) => ty,
        }
    }

    pub(super) fn shape(self) -> Shape {
        match self {
            Self::Bool => Shape::Bool,
            Self::Int => Shape::Int,
            Self::Float => Shape::Float,
            Self::List(ty) => Shape::List(ty),
        }
    }
}

impl Shape {
    /// The variables that a value of this shape takes.
    pub(super) fn types(&self) -> Vec<Type> {
        let mut types = Vec::new();
        self.collect(&mut types);
        types
    }

    fn collect(&self, types: &mut Vec<Type>) {
        match self {
            Self::Bool => types.push(Type::Bool),
            Self::Int => types.push(Type::Int),
            Self::Float => types.push(Type::Float),
            // The value first: that it is no None changes nothing about its place.
            Self::Nullable(number) => types.extend([number.ty(), Type::Bool]),
            Self::Tuple(items) => items.iter().for_each(|item| item.collect(types)),
            Self::List(ty) => types.push(*ty),
            Self::Range => types.extend([Type::Int; 3]),
            Self::Iterator(iterated) => iterated.collect(types),
            Self::Dead
            | Self::Unbound
            | Self::None
            | Self::True
            | Self::False
            | Self::EmptyList
            | Self::Exception(_) => {}
        }
    }

    /// A bool is a bool, whichever one: what is left when too much is known.
    pub(super) fn widened(&self) -> Self {
        match self {
            Self::True | Self::False => Self::Bool,
            Self::Tuple(items) => Self::Tuple(items.iter().map(Self::widened).collect()),
            other => other.clone(),
        }
    }

    /// Whether reading the value may change it for others who have it.
    pub(super) fn has_iterator(&self) -> bool {
        match self {
            Self::Iterator(_) => true,
            Self::Tuple(items) => items.iter().any(Self::has_iterator),
            _ => false,
        }
    }

    /// As users call it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Dead | Self::Unbound => "nothing",
            Self::None => "None",
            Self::True | Self::False | Self::Bool => "a bool",
            Self::Int => "an int",
            Self::Float => "a float",
            Self::Nullable(Number::List(_)) => "a list or None",
            Self::Nullable(_) => "a number or None",
            Self::EmptyList | Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Exception(_) => "an exception",
            Self::Range => "a range",
            Self::Iterator(_) => "an iterator",
        }
    }
}

impl Iterated {
    /// What has no items any more.
    pub(super) fn nothing() -> Self {
        Self::Tuple(Arc::new([]), 0)
    }

    fn collect(&self, types: &mut Vec<Type>) {
        match self {
            Self::Range => types.extend([Type::Int; 3]),
            Self::Tuple(items, _) => items.iter().for_each(|item| item.collect(types)),
            Self::Enumerate(inner) => {
                types.push(Type::Int);
                inner.collect(types);
            }
            Self::Zip(inner) => inner.iter().for_each(|one| one.collect(types)),
            Self::List(ty) => types.extend([*ty, Type::Int]),
        }
    }
}
