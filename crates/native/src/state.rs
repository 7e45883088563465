//! The states of aggregates and windows: a number for the shape, and columns of numbers.
//!
//! A function's states may be of several shapes (an int at first, a float from the first row on).
//! Each shape has its tag; its numbers lie in columns that all shapes share.

use std::sync::Arc;

use arrowsmith_contract::StateValue;

use crate::ir::{Module, Type};

/// As many shapes as a state may have. Tags fit a byte, in which the machine has marks of its own.
pub(crate) const SHAPES: usize = 100;

/// What is known of a state when its function is compiled.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StateShape {
    None,
    Bool,
    Int,
    Float,
    Tuple(Vec<Self>),
    /// The attributes that have values, sorted by name.
    Object(Vec<(Arc<str>, Self)>),
}

/// Where the numbers of states are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// By tag.
    shapes: Vec<StateShape>,
    /// `Int` or `Float`, eight bytes each. A bool is the int 0 or 1.
    columns: Vec<Type>,
}

/// A compiled aggregate or window, part by part. The entry functions of `init`, `step` and `retract` take the state
/// of before: a tag, an int, and a number for each column.
#[derive(Debug, Clone, PartialEq)]
pub struct StateModules {
    pub layout: Layout,
    /// Gives the initial state whatever the state before is; has no parameters and never leaves.
    pub init: Module,
    /// `accumulate`, which returns nothing but the next state, or a window's `step`, which returns the row's value too.
    pub step: Module,
    pub retract: Option<Module>,
    /// Its parameters are tag and columns of the other state.
    pub merge: Option<Module>,
    /// Has no state: its parameters are tag and columns of a state.
    pub finalize: Option<Module>,
}

impl Layout {
    pub fn shapes(&self) -> &[StateShape] {
        &self.shapes
    }

    pub fn columns(&self) -> &[Type] {
        &self.columns
    }

    /// What the IR takes and gives for a state: its tag, then its columns.
    pub fn types(&self) -> Vec<Type> {
        [&[Type::Int], self.columns.as_slice()].concat()
    }

    /// The tag of a shape, which is added if there is room for it.
    pub(crate) fn add(&mut self, shape: &StateShape) -> Option<usize> {
        if let Some(tag) = self.tag(shape) {
            return Some(tag);
        }
        if self.shapes.len() == SHAPES {
            return None;
        }
        for ty in [Type::Int, Type::Float] {
            let needed = shape.columns().into_iter().filter(|own| *own == ty).count();
            let there = self.columns.iter().filter(|own| **own == ty).count();
            self.columns.extend(std::iter::repeat_n(ty, needed.saturating_sub(there)));
        }
        self.shapes.push(shape.clone());
        Some(self.shapes.len() - 1)
    }

    pub(crate) fn tag(&self, shape: &StateShape) -> Option<usize> {
        self.shapes.iter().position(|known| known == shape)
    }

    /// The column of each number of a shape, in the order in which they stand in it.
    pub(crate) fn places(&self, shape: &StateShape) -> Vec<usize> {
        let mut free: Vec<(usize, Type)> = self.columns.iter().copied().enumerate().collect();
        let place = |ty: Type| {
            let index = free.iter().position(|(_, own)| *own == ty);
            index.map(|index| free.remove(index).0)
        };
        shape.columns().into_iter().filter_map(place).collect()
    }

    /// The value of a state, by the bits of its columns; None for a tag that there is not.
    pub(crate) fn value(&self, tag: usize, bits: impl Fn(usize) -> u64) -> Option<StateValue> {
        let shape = self.shapes.get(tag)?;
        let mut numbers = self.places(shape).into_iter().map(bits);
        shape.value(&mut numbers)
    }

    /// The tag and the bits of each column for a value; None where no shape fits.
    pub(crate) fn bits(&self, value: &StateValue) -> Option<(usize, Vec<u64>)> {
        let shape = StateShape::of(value);
        let tag = self.tag(&shape)?;
        let mut numbers = Vec::new();
        collect_bits(value, &mut numbers);
        let mut bits = vec![0; self.columns.len()];
        for (place, number) in self.places(&shape).into_iter().zip(numbers) {
            bits[place] = number;
        }
        Some((tag, bits))
    }
}

impl StateShape {
    fn of(value: &StateValue) -> Self {
        match value {
            StateValue::None => Self::None,
            StateValue::Bool(_) => Self::Bool,
            StateValue::Int(_) => Self::Int,
            StateValue::Float(_) => Self::Float,
            StateValue::Tuple(items) => Self::Tuple(items.iter().map(Self::of).collect()),
            StateValue::Object(attributes) => {
                let of = |(name, value): &(Arc<str>, StateValue)| (name.clone(), Self::of(value));
                Self::Object(attributes.iter().map(of).collect())
            }
        }
    }

    /// The types of its numbers.
    pub(crate) fn columns(&self) -> Vec<Type> {
        match self {
            Self::None => vec![],
            Self::Bool | Self::Int => vec![Type::Int],
            Self::Float => vec![Type::Float],
            Self::Tuple(items) => items.iter().flat_map(Self::columns).collect(),
            Self::Object(attributes) => {
                attributes.iter().flat_map(|(_, shape)| shape.columns()).collect()
            }
        }
    }

    fn value(&self, numbers: &mut impl Iterator<Item = u64>) -> Option<StateValue> {
        Some(match self {
            Self::None => StateValue::None,
            Self::Bool => StateValue::Bool(numbers.next()? != 0),
            Self::Int => StateValue::Int(numbers.next()?.cast_signed()),
            Self::Float => StateValue::Float(f64::from_bits(numbers.next()?)),
            Self::Tuple(items) => {
                let items = items.iter().map(|item| item.value(numbers));
                StateValue::Tuple(items.collect::<Option<_>>()?)
            }
            Self::Object(attributes) => {
                let value = |(name, shape): &(Arc<str>, Self)| {
                    Some((Arc::clone(name), shape.value(numbers)?))
                };
                let attributes = attributes.iter().map(value);
                StateValue::Object(attributes.collect::<Option<_>>()?)
            }
        })
    }
}

fn collect_bits(value: &StateValue, bits: &mut Vec<u64>) {
    match value {
        StateValue::None => {}
        StateValue::Bool(value) => bits.push(u64::from(*value)),
        StateValue::Int(value) => bits.push(value.cast_unsigned()),
        StateValue::Float(value) => bits.push(value.to_bits()),
        StateValue::Tuple(items) => items.iter().for_each(|item| collect_bits(item, bits)),
        StateValue::Object(attributes) => {
            for (_, value) in attributes {
                collect_bits(value, bits);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        let mut layout = Layout::default();
        let pair = StateShape::Tuple(vec![StateShape::Int, StateShape::Float]);
        let object = StateShape::Object(vec![
            (Arc::from("on"), StateShape::Bool),
            (Arc::from("pair"), StateShape::Tuple(vec![StateShape::Float, StateShape::Int])),
        ]);
        for shape in [&StateShape::None, &pair, &object] {
            layout.add(shape);
        }
        layout
    }

    #[test]
    fn shapes_share_columns() {
        let layout = layout();
        assert_eq!(layout.columns(), [Type::Int, Type::Float, Type::Int]);
        assert_eq!(layout.places(&layout.shapes()[1]), [0, 1]);
        assert_eq!(layout.places(&layout.shapes()[2]), [0, 1, 2]);
    }

    #[test]
    fn values_come_back_from_their_bits() {
        let layout = layout();
        let values = [
            StateValue::None,
            StateValue::Tuple(vec![StateValue::Int(-3), StateValue::Float(-0.0)]),
            StateValue::Object(vec![
                (Arc::from("on"), StateValue::Bool(true)),
                (
                    Arc::from("pair"),
                    StateValue::Tuple(vec![StateValue::Float(2.5), StateValue::Int(i64::MIN)]),
                ),
            ]),
        ];
        for (index, value) in values.iter().enumerate() {
            let (tag, bits) = layout.bits(value).unwrap();
            assert_eq!(tag, index);
            assert_eq!(layout.value(tag, |column| bits[column]).as_ref(), Some(value));
        }
    }

    #[test]
    fn what_no_shape_has_does_not_fit() {
        let layout = layout();
        assert_eq!(layout.bits(&StateValue::Int(1)), None);
        assert_eq!(layout.bits(&StateValue::Tuple(vec![StateValue::Int(1)])), None);
        assert_eq!(layout.value(3, |_| 0), None);
    }
}
