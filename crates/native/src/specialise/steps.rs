//! The steps of a block.

use super::shape::Shape;
use super::value::{self, Value};
use super::walk::{Stop, Walk};
use crate::code::{Constant, Local, Op, Operand, UnaryOp};
use crate::exceptions::ExceptionClass;
use crate::ir::{self, CheckedOp};

impl Walk<'_, '_> {
    pub(super) fn step(&mut self, op: &Op) -> Result<(), Stop> {
        if let Op::Field { to, field, or_else } = op {
            return self.field(*to, *field, *or_else);
        }
        self.check_bound(op)?;
        self.check_iterators(op)?;
        if !matches!(op, Op::Set { .. } | Op::Tuple { .. }) {
            self.look_at_nullables(&op.operands())?;
        }
        match op {
            Op::Set { to, value } => {
                let value = self.operand(*value);
                self.assign(*to, &value);
            }
            Op::Unset { local, .. } => self.state[local.0 as usize] = Shape::Unbound,
            Op::Unary { to, op, value } => {
                let value = self.operand(*value);
                let value = self.unary(*op, &value)?;
                self.assign(*to, &value);
            }
            Op::Binary { to, op, left, right } => {
                let (left, right) = (self.operand(*left), self.operand(*right));
                return self.binary(*to, *op, &left, &right);
            }
            Op::Compare { to, op, left, right } => {
                let (left, right) = (self.operand(*left), self.operand(*right));
                let value = self.compare(*op, &left, &right)?;
                self.assign(*to, &value);
            }
            Op::Call { to, function, arguments } => {
                let arguments = self.operands(arguments);
                return self.call_builtin(*to, function, &arguments);
            }
            Op::CallFunction { to, function, arguments } => {
                let arguments = self.operands(arguments);
                let value = self.call(*function, &arguments)?;
                self.assign(*to, &value);
            }
            Op::Tuple { to, items } => {
                let items = self.operands(items);
                self.assign(*to, &Value::tuple(&items));
            }
            Op::Unpack { to, value } => return self.unpack(to, *value),
            Op::Item { to, value, index } => return self.item(*to, *value, *index),
            Op::Iterate { to, value } => {
                let value = self.operand(*value);
                let iterator = self.iterate(&value)?;
                self.assign(*to, &iterator);
            }
            Op::Attribute { .. } | Op::SetAttribute { .. } | Op::Field { .. } => {
                return self.refuse("an attribute of an object");
            }
            Op::NewList { .. } | Op::Append { .. } => return self.refuse("a list"),
        }
        Ok(())
    }

    fn field(&mut self, to: Local, field: Local, or_else: Option<Constant>) -> Result<(), Stop> {
        let value = match (self.shape_of(field), or_else) {
            (Shape::Unbound, Some(constant)) => self.constant(constant),
            (Shape::Unbound, None) => {
                return self.raise(ExceptionClass::ATTRIBUTE, "an attribute without a value");
            }
            _ => self.local(field),
        };
        self.assign(to, &value);
        Ok(())
    }

    fn operands(&mut self, operands: &[Operand]) -> Vec<Value> {
        operands.iter().map(|operand| self.operand(*operand)).collect()
    }

    fn check_bound(&mut self, op: &Op) -> Result<(), Stop> {
        for local in op.reads() {
            self.check_local(local)?;
        }
        Ok(())
    }

    pub(super) fn check_local(&mut self, local: Local) -> Result<(), Stop> {
        match self.shape_of(local) {
            Shape::Unbound => self.raise(ExceptionClass::UNBOUND_LOCAL, "a local without a value"),
            // It may have had a value, so no exception is certain.
            Shape::Dead => self.leave("a local that was taken for dead"),
            _ => Ok(()),
        }
    }

    /// Goes two ways for a parameter that may be None, before the step that wants to know.
    pub(super) fn look_at_nullables(&mut self, operands: &[Operand]) -> Result<(), Stop> {
        for operand in operands {
            let Operand::Local(local) = operand else { continue };
            let Shape::Nullable(number) = *self.shape_of(*local) else { continue };
            let flag = self.local(*local).vars[1];
            let (at, index) = (self.at, local.0 as usize);
            return self.fork(
                flag,
                |walk| {
                    walk.state[index] = number.shape();
                    walk.go_to(at)
                },
                |walk| {
                    walk.state[index] = Shape::None;
                    walk.go_to(at)
                },
            );
        }
        Ok(())
    }

    pub(super) fn copies(&mut self, vars: &[ir::Var], shape: &Shape) -> Vec<ir::Var> {
        let pairs = vars.iter().zip(shape.types());
        let copy = |(from, ty): (&ir::Var, ir::Type)| {
            let to = self.emit.fresh(ty);
            self.emit.copy(to, *from);
            to
        };
        pairs.map(copy).collect()
    }

    fn unpack(&mut self, to: &[Local], value: Operand) -> Result<(), Stop> {
        let value = self.operand(value);
        let Shape::Tuple(shapes) = &value.shape else {
            return match value.shape {
                Shape::Range | Shape::Iterator(_) => self.leave("an iterator is unpacked"),
                _ => self.raise(ExceptionClass::TYPE, "what is no tuple is unpacked"),
            };
        };
        if shapes.len() != to.len() {
            return self.raise(ExceptionClass::VALUE, "a tuple of another length is unpacked");
        }
        let vars = self.copies(&value.vars, &value.shape);
        for (local, item) in to.iter().zip(value::split(shapes, &vars)) {
            self.assign(*local, &item);
        }
        Ok(())
    }

    fn item(&mut self, to: Local, value: Operand, index: Operand) -> Result<(), Stop> {
        let (value, index) = (self.operand(value), self.operand(index));
        let Some(items) = value.items() else {
            return match value.shape {
                Shape::Range => self.leave("an item of a range"),
                _ => self.raise(ExceptionClass::TYPE, "an item of what has none"),
            };
        };
        let Some(index) = known_index(&index) else {
            return match index.shape {
                Shape::Int | Shape::Bool => self.leave("an item whose index is computed"),
                _ => self.raise(ExceptionClass::TYPE, "an index that is no int"),
            };
        };
        let at = if index < 0 { index + items.len() as i64 } else { index };
        match usize::try_from(at).ok().and_then(|at| items.get(at)) {
            Some(item) => {
                self.assign(to, item);
                Ok(())
            }
            None => self.raise(ExceptionClass::INDEX, "an index beyond the tuple"),
        }
    }

    fn unary(&mut self, op: UnaryOp, value: &Value) -> Result<Value, Stop> {
        if op == UnaryOp::Not {
            return self.negated(value);
        }
        if value.shape == Shape::Float {
            return match op {
                UnaryOp::Plus => Ok(value.clone()),
                UnaryOp::Negative => {
                    Ok(Value::float(self.emit.unary(ir::UnaryOp::NegateFloat, value.vars[0])))
                }
                _ => self.raise(ExceptionClass::TYPE, "~ of a float"),
            };
        }
        let int = self.int(value)?;
        match op {
            UnaryOp::Invert => Ok(Value::int(self.emit.unary(ir::UnaryOp::InvertInt, int))),
            UnaryOp::Negative => {
                let zero = self.emit.int(0);
                Ok(Value::int(self.checked(CheckedOp::Subtract, zero, int)))
            }
            _ => Ok(Value::int(int)),
        }
    }
}

fn known_index(value: &Value) -> Option<i64> {
    match (&value.shape, value.constant) {
        (Shape::True, _) => Some(1),
        (Shape::False, _) => Some(0),
        (_, Some(Constant::Int(index))) => Some(index),
        _ => None,
    }
}
