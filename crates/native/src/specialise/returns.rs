//! What becomes of the value that a function returns.

use super::shape::{Number, Shape};
use super::value::Value;
use super::walk::{Stop, Walk};
use crate::ir::{Comparison, End, HostFunction, Type, UnaryOp, Var};

/// Who gets it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    /// A column of this type, strictly: what needs a rule beyond these is the interpreter's.
    Answer(Number),
    /// The next state, and behind it what a column of this type gets, if there is one.
    State(Option<Number>),
    /// A caller in the module, who expects this shape if it knows one.
    Call(Option<Shape>),
}

/// What was returned so far.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Returned {
    Nothing,
    Answer { nullable: bool },
    State,
    Shape(Shape),
}

impl Walk<'_, '_> {
    pub(super) fn end_return(&mut self, value: &Value) -> Result<(), Stop> {
        match self.role.clone() {
            Role::Answer(number) => self.answer(number, value),
            Role::State(answer) => self.return_object(value, answer),
            Role::Call(expected) => self.give_back(value, expected.as_ref()),
        }
    }

    fn answer(&mut self, number: Number, value: &Value) -> Result<(), Stop> {
        let vars = self.answer_vars(number, value)?;
        self.give_answer(vars.to_vec(), value)
    }

    /// Whether there is a value, and the value.
    pub(super) fn answer_vars(&mut self, number: Number, value: &Value) -> Result<[Var; 2], Stop> {
        let is_none = value.shape == Shape::None;
        let var = if is_none { self.nothing(number) } else { self.answer_value(number, value)? };
        Ok([self.emit.bool(!is_none), var])
    }

    pub(super) fn give_answer(&mut self, vars: Vec<Var>, value: &Value) -> Result<(), Stop> {
        let is_none = value.shape == Shape::None;
        self.emit.end(End::Return(vars));
        let before = self.returned == Returned::Answer { nullable: true };
        self.returned = Returned::Answer { nullable: before || is_none };
        Err(Stop::Ended)
    }

    pub(super) fn give_state(&mut self, state: Vec<Var>) -> Result<(), Stop> {
        self.emit.end(End::Return(state));
        self.returned = Returned::State;
        Err(Stop::Ended)
    }

    fn nothing(&mut self, number: Number) -> Var {
        match number {
            Number::Bool => self.emit.bool(false),
            Number::Int => self.emit.int(0),
            Number::Float => self.emit.float(0.0),
        }
    }

    fn answer_value(&mut self, number: Number, value: &Value) -> Result<Var, Stop> {
        match (number, &value.shape) {
            (Number::Float, Shape::Float) | (Number::Int, Shape::Int) => Ok(value.vars[0]),
            (Number::Bool, Shape::Bool | Shape::True | Shape::False) => Ok(self.bool_var(value)),
            (Number::Int, Shape::Bool | Shape::True | Shape::False) => {
                let var = self.bool_var(value);
                Ok(self.emit.unary(UnaryOp::BoolToInt, var))
            }
            (Number::Float, Shape::Int) => Ok(self.exact_float(value.vars[0])),
            (_, shape) => {
                let reason = format!("{} for a result of another type", shape.name());
                self.leave(&reason)
            }
        }
    }

    /// An int as a float, where that loses nothing.
    fn exact_float(&mut self, int: Var) -> Var {
        let float = self.emit.unary(UnaryOp::IntToFloat, int);
        let order = self.emit.host(HostFunction::CompareIntFloat, &[int, float])[0];
        let zero = self.emit.int(0);
        let is_same = self.emit.compare_ints(Comparison::Equal, order, zero);
        self.leave_unless(is_same, "an int that is no float");
        float
    }

    fn give_back(&mut self, value: &Value, expected: Option<&Shape>) -> Result<(), Stop> {
        let value = self.widen(value);
        let known = match (&self.returned, expected) {
            (Returned::Shape(shape), _) => Some(shape.clone()),
            (_, expected) => expected.cloned(),
        };
        if known.as_ref().is_some_and(|known| *known != value.shape) {
            return self.refuse("a function that calls itself and returns values of several types");
        }
        self.returned = Returned::Shape(value.shape.clone());
        self.emit.end(End::Return(value.vars));
        Err(Stop::Ended)
    }

    /// The value with bools that could be either.
    pub(super) fn widen(&mut self, value: &Value) -> Value {
        if let Some(items) = value.items() {
            let items: Vec<Value> = items.iter().map(|item| self.widen(item)).collect();
            return Value::tuple(&items);
        }
        match value.shape {
            Shape::True | Shape::False => Value::bool(self.bool_var(value)),
            _ => value.clone(),
        }
    }
}

/// Takes away from a function that never returns None what says so.
pub(super) fn drop_flags(ends: &mut [&mut End], flag: usize) {
    for end in ends {
        if let End::Return(vars) = end {
            vars.remove(flag);
        }
    }
}

impl Role {
    pub(super) fn has_state(&self) -> bool {
        matches!(self, Self::State(_))
    }
}

/// The types that a function gives, behind a state.
pub(super) fn types(role: &Role, returned: &Returned) -> Vec<Type> {
    match (role, returned) {
        (Role::Answer(number) | Role::State(Some(number)), Returned::Answer { nullable: true }) => {
            vec![Type::Bool, number.ty()]
        }
        (Role::Answer(number) | Role::State(Some(number)), _) => vec![number.ty()],
        (Role::Call(_), Returned::Shape(shape)) => shape.types(),
        (Role::Call(_) | Role::State(None), _) => vec![],
    }
}
