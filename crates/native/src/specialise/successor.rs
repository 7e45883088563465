//! The state that a function leaves behind.

use super::shape::{Number, Shape};
use super::value::Value;
use super::walk::{Stop, Walk};
use crate::code::{Fields, Local};
use crate::ir::{Type, UnaryOp, Var};
use crate::state::{SHAPES, StateShape};

/// A state of more numbers is refused.
const WIDEST: usize = 100;

impl Walk<'_, '_> {
    /// Returns the next state, with the row's value if there is one.
    pub(super) fn return_state(
        &mut self,
        returned: &Value,
        answer: Option<Number>,
    ) -> Result<(), Stop> {
        if let Some(flag) = unseen(returned) {
            let [there, missing] = [true, false].map(|is_there| seen(returned, flag, is_there));
            return self.fork(
                flag,
                |walk| walk.return_state(&there, answer),
                |walk| walk.return_state(&missing, answer),
            );
        }
        let Some(number) = answer else {
            let state = self.successor(returned)?;
            return self.give_state(state);
        };
        let Some([state, value]) = pair(returned) else {
            return self.leave("a step that returns no pair of a state and a value");
        };
        let mut all = self.successor(&state)?;
        all.extend(self.answer_vars(number, &value)?);
        self.give_answer(all, &value)
    }

    /// Tag and columns of the next state.
    fn successor(&mut self, returned: &Value) -> Result<Vec<Var>, Stop> {
        let (shape, numbers) = match self.code.leaves_behind.clone() {
            Some(fields) => self.object(&fields)?,
            None => match StateShape::try_from(&returned.shape) {
                Ok(shape) => (shape, self.numbers(returned)),
                Err(()) => {
                    let reason = format!(
                        "a state that is {}; it must be a number, None or a tuple of them",
                        returned.shape.name()
                    );
                    return self.refuse(&reason);
                }
            },
        };
        if numbers.len() > WIDEST {
            return self.refuse(&format!("a state of more than {WIDEST} numbers"));
        }
        let Some(tag) = self.unit.layout.add(&shape) else {
            return self.refuse(&format!("states of more than {SHAPES} combinations of types"));
        };
        let mut state = self.untouched();
        state[0] = self.emit.int(tag as i64);
        for (place, number) in self.unit.layout.places(&shape).into_iter().zip(numbers) {
            state[place + 1] = number;
        }
        Ok(state)
    }

    /// Columns that the next state doesn't need stay what they are: that costs nothing.
    fn untouched(&mut self) -> Vec<Var> {
        let types = self.unit.layout.types();
        let columns = self.incoming.first().map_or(vec![], |state| state.columns.clone());
        let has_state = self.incoming.first().is_some_and(|state| state.is_looked_at());
        let var = |(index, ty): (usize, Type)| match columns.get(index.wrapping_sub(1)) {
            Some(var) if has_state => *var,
            _ if ty == Type::Float => self.emit.float(0.0),
            _ => self.emit.int(0),
        };
        types.into_iter().enumerate().map(var).collect()
    }

    /// The attributes that have values.
    fn object(&mut self, fields: &Fields) -> Result<(StateShape, Vec<Var>), Stop> {
        let (mut shapes, mut numbers) = (Vec::new(), Vec::new());
        for (name, field) in fields {
            if *self.shape_of(*field) == Shape::Unbound {
                continue;
            }
            let value = self.local(*field);
            let Ok(shape) = StateShape::try_from(&value.shape) else {
                let what = value.shape.name();
                let reason = format!(
                    "the attribute `{name}`, which is {what}; it must be a number, None or a tuple of them"
                );
                return self.refuse(&reason);
            };
            shapes.push((name.clone(), shape));
            numbers.extend(self.numbers(&value));
        }
        Ok((StateShape::Object(shapes), numbers))
    }

    /// Goes two ways for each attribute that may be None.
    pub(super) fn return_object(
        &mut self,
        returned: &Value,
        answer: Option<Number>,
    ) -> Result<(), Stop> {
        let fields = self.code.leaves_behind.iter().flatten();
        let locals: Vec<Local> = fields.map(|(_, field)| *field).collect();
        for field in locals {
            let value = self.local(field);
            if let Some(flag) = unseen(&value) {
                let way = |is_there: bool| {
                    let value = seen(&value, flag, is_there);
                    move |walk: &mut Self| {
                        walk.assign(field, &value);
                        walk.return_object(returned, answer)
                    }
                };
                return self.fork(flag, way(true), way(false));
            }
        }
        self.return_state(returned, answer)
    }

    /// What goes into columns: a bool as an int.
    fn numbers(&mut self, value: &Value) -> Vec<Var> {
        if let Some(items) = value.items() {
            return items.iter().flat_map(|item| self.numbers(item)).collect();
        }
        match value.shape {
            Shape::Bool => vec![self.emit.unary(UnaryOp::BoolToInt, value.vars[0])],
            Shape::True => vec![self.emit.int(1)],
            Shape::False => vec![self.emit.int(0)],
            _ => value.vars.clone(),
        }
    }
}

fn pair(value: &Value) -> Option<[Value; 2]> {
    value.items()?.try_into().ok()
}

/// Whether there is a value in something of which nobody has looked yet whether it is None.
fn unseen(value: &Value) -> Option<Var> {
    match value.shape {
        Shape::Nullable(_) => value.vars.last().copied(),
        _ => value.items()?.iter().find_map(unseen),
    }
}

/// The value once that is known.
fn seen(value: &Value, flag: Var, is_there: bool) -> Value {
    match value.shape {
        Shape::Nullable(number) if value.vars.last() == Some(&flag) => {
            if is_there {
                Value::of(number.shape(), vec![value.vars[0]])
            } else {
                Value::none()
            }
        }
        _ => match value.items() {
            Some(items) => {
                let items: Vec<Value> =
                    items.iter().map(|item| seen(item, flag, is_there)).collect();
                Value::tuple(&items)
            }
            None => value.clone(),
        },
    }
}

impl From<&StateShape> for Shape {
    fn from(shape: &StateShape) -> Self {
        match shape {
            // Objects are taken apart before.
            StateShape::None | StateShape::Object(_) => Self::None,
            StateShape::Bool => Self::Bool,
            StateShape::Int => Self::Int,
            StateShape::Float => Self::Float,
            StateShape::Tuple(items) => Self::Tuple(items.iter().map(Self::from).collect()),
        }
    }
}

impl TryFrom<&Shape> for StateShape {
    type Error = ();

    fn try_from(shape: &Shape) -> Result<Self, ()> {
        Ok(match shape {
            Shape::None => Self::None,
            Shape::True | Shape::False | Shape::Bool => Self::Bool,
            Shape::Int => Self::Int,
            Shape::Float => Self::Float,
            Shape::Tuple(items) => {
                Self::Tuple(items.iter().map(Self::try_from).collect::<Result<_, ()>>()?)
            }
            _ => return Err(()),
        })
    }
}
