//! What a function is entered with: the states of all shapes that are known, then arguments.

use std::ops::Range;

use super::shape::Shape;
use super::value::Value;
use super::walk::{Point, Stop, Walk};
use crate::code::{BlockId, Holder, Local};
use crate::ir::{BinaryOp, Comparison, Type, Var};
use crate::state::StateShape;

/// Where the parameters of a function go.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Each a tag and the columns; None for one that the function doesn't look at.
    pub(super) states: Vec<Option<Holder>>,
    /// How many of the code's parameters are states, or objects that have them.
    pub(super) holders: usize,
    /// Of the parameters behind those.
    pub(super) arguments: Vec<Shape>,
}

/// A state as it comes in.
#[derive(Debug, Clone)]
pub(super) struct Incoming {
    holder: Option<Holder>,
    tag: Var,
    pub(super) columns: Vec<Var>,
}

impl Incoming {
    pub(super) fn is_looked_at(&self) -> bool {
        self.holder.is_some()
    }
}

impl Walk<'_, '_> {
    pub(super) fn take_parameters(&mut self, entry: Entry) {
        for holder in entry.states {
            let types = self.unit.layout.types();
            let name = |index: usize| if index == 0 { "tag" } else { "state" };
            let vars = types.into_iter().enumerate();
            let mut vars: Vec<Var> =
                vars.map(|(at, ty)| self.emit.variable(&name(at).into(), ty)).collect();
            self.parameters.extend(&vars);
            let columns = vars.split_off(1);
            self.incoming.push(Incoming { holder, tag: vars[0], columns });
        }
        // Nobody reads an object as a whole once it was taken apart.
        self.state[..entry.holders].fill(Shape::None);
        for (index, shape) in entry.arguments.into_iter().enumerate() {
            let local = Local((entry.holders + index) as u32);
            let mut vars = self.homes(local, &shape);
            // A slot of a row says first whether there is a value.
            if matches!(shape, Shape::Nullable(_)) {
                vars.reverse();
            }
            self.parameters.extend(vars);
            self.state[local.0 as usize] = shape;
        }
    }

    /// Goes to the begin of the function once for each shape of each state.
    pub(super) fn enter(&mut self) -> Result<(), Stop> {
        let states = self.incoming.clone();
        self.enter_with(&states)
    }

    fn enter_with(&mut self, states: &[Incoming]) -> Result<(), Stop> {
        let Some((first, rest)) = states.split_first() else {
            return self.go_to(Point { block: BlockId(0), step: 0 });
        };
        match &first.holder {
            None => self.enter_with(rest),
            Some(holder) => {
                let tags = 0..self.unit.layout.shapes().len();
                self.by_tag(first, holder, tags, rest)
            }
        }
    }

    /// Halves the tags until one is left.
    fn by_tag(
        &mut self,
        state: &Incoming,
        holder: &Holder,
        tags: Range<usize>,
        rest: &[Incoming],
    ) -> Result<(), Stop> {
        if tags.len() < 2 {
            self.load(state, holder, tags.start);
            return self.enter_with(rest);
        }
        let middle = usize::midpoint(tags.start, tags.end);
        let bound = self.emit.int(middle as i64);
        let is_low = self.emit.compare_ints(Comparison::Less, state.tag, bound);
        self.fork(
            is_low,
            |walk| walk.by_tag(state, holder, tags.start..middle, rest),
            |walk| walk.by_tag(state, holder, middle..tags.end, rest),
        )
    }

    /// Puts a state of one shape where the function has it.
    fn load(&mut self, state: &Incoming, holder: &Holder, tag: usize) {
        let Some(shape) = self.unit.layout.shapes().get(tag).cloned() else { return };
        let places = self.unit.layout.places(&shape);
        let numbers: Vec<Var> = places.into_iter().map(|place| state.columns[place]).collect();
        match holder {
            Holder::Local(local) => {
                let value = self.loaded(&shape, &numbers);
                self.assign(*local, &value);
            }
            Holder::Fields(fields) => {
                for (_, field) in fields {
                    self.state[field.0 as usize] = Shape::Unbound;
                }
                let StateShape::Object(attributes) = &shape else { return };
                let mut rest = numbers.as_slice();
                for (name, shape) in attributes {
                    let (own, behind) = rest.split_at(shape.columns().len());
                    rest = behind;
                    if let Some((_, field)) = fields.iter().find(|(known, _)| known == name) {
                        let value = self.loaded(shape, own);
                        self.assign(*field, &value);
                    }
                }
            }
        }
    }

    fn loaded(&mut self, shape: &StateShape, numbers: &[Var]) -> Value {
        let shape = Shape::from(shape);
        let vars = shape.types().into_iter().zip(numbers);
        let vars = vars
            .map(|(ty, number)| if ty == Type::Bool { self.truth_of(*number) } else { *number });
        Value::of(shape.clone(), vars.collect())
    }

    fn truth_of(&mut self, number: Var) -> Var {
        let zero = self.emit.int(0);
        self.emit.binary(BinaryOp::CompareInt(Comparison::NotEqual), number, zero)
    }
}
