//! One comparison.

use super::numbers::Numeric;
use super::shape::Shape;
use super::value::Value;
use super::walk::{Stop, Walk};
use crate::code::{CompareOp, Constant};
use crate::exceptions::ExceptionClass;
use crate::ir::{BinaryOp, Comparison, HostFunction, Op, Type, UnaryOp, Var};

/// Ints up to here are floats, too.
const EXACT: i64 = 1 << 53;

impl Walk<'_, '_> {
    pub(super) fn compare(
        &mut self,
        op: CompareOp,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Stop> {
        let how = match op {
            CompareOp::Is => return self.identical(left, right),
            CompareOp::IsNot => {
                let same = self.identical(left, right)?;
                return self.negated(&same);
            }
            CompareOp::Equal => Comparison::Equal,
            CompareOp::NotEqual => Comparison::NotEqual,
            CompareOp::Less => Comparison::Less,
            CompareOp::LessEqual => Comparison::LessEqual,
            CompareOp::Greater => Comparison::Greater,
            CompareOp::GreaterEqual => Comparison::GreaterEqual,
        };
        let is_none = |value: &Value| value.shape == Shape::None;
        if is_none(left) || is_none(right) {
            return self.compare_with_none(how, left, right);
        }
        let (left_number, right_number) = (self.numeric(left)?, self.numeric(right)?);
        Ok(Value::bool(match (left_number, right_number) {
            (Numeric::Int(a), Numeric::Int(b)) => self.emit.compare_ints(how, a, b),
            (Numeric::Float(a), Numeric::Float(b)) => self.emit.compare_floats(how, a, b),
            (Numeric::Int(int), Numeric::Float(float)) => self.mixed(how, int, float, left)?,
            (Numeric::Float(float), Numeric::Int(int)) => {
                self.mixed(mirrored(how), int, float, right)?
            }
        }))
    }

    fn compare_with_none(
        &mut self,
        how: Comparison,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Stop> {
        let same = left.shape == right.shape;
        match how {
            Comparison::Equal => Ok(Value::truth(same)),
            Comparison::NotEqual => Ok(Value::truth(!same)),
            _ => self.raise(ExceptionClass::TYPE, "None is compared with < or >"),
        }
    }

    /// Numbers of two types, compared as the numbers that they are: `Objects/floatobject.c`,
    /// `float_richcompare`.
    fn mixed(
        &mut self,
        how: Comparison,
        int: Var,
        float: Var,
        of_int: &Value,
    ) -> Result<Var, Stop> {
        let as_float = match of_int.constant {
            Some(Constant::Int(known)) => self.emit.float(known as f64),
            _ => self.emit.unary(UnaryOp::IntToFloat, int),
        };
        let quick = self.emit.compare_floats(how, as_float, float);
        let is_small = match (&of_int.shape, of_int.constant) {
            (Shape::Int, Some(Constant::Int(value))) => (-EXACT..=EXACT).contains(&value),
            (Shape::Int, _) => false,
            _ => true,
        };
        if is_small {
            return Ok(quick);
        }
        let result = self.emit.fresh(Type::Bool);
        self.emit.copy(result, quick);
        let is_exact = self.is_exact_float(int);
        self.unless(is_exact, |walk| {
            let exact = walk.exactly(how, int, float);
            walk.emit.push(Op::Copy { to: result, from: exact });
            Ok(())
        })?;
        Ok(result)
    }

    /// Whether an int is so small that all ints around it are floats.
    pub(super) fn is_exact_float(&mut self, int: Var) -> Var {
        let (low, high) = (self.emit.int(-EXACT), self.emit.int(EXACT));
        let above = self.emit.compare_ints(Comparison::GreaterEqual, int, low);
        let below = self.emit.compare_ints(Comparison::LessEqual, int, high);
        self.emit.binary(BinaryOp::AndBool, above, below)
    }

    fn exactly(&mut self, how: Comparison, int: Var, float: Var) -> Var {
        let order = self.emit.host(HostFunction::CompareIntFloat, &[int, float])[0];
        let zero = self.emit.int(0);
        let compared = self.emit.compare_ints(how, order, zero);
        // NaN is only unequal.
        let is_nan = self.emit.unary(UnaryOp::IsNan, float);
        let of_nan = self.emit.bool(how == Comparison::NotEqual);
        self.emit.select(is_nan, of_nan, compared)
    }

    /// `is`, where it doesn't depend on which objects there happen to be.
    fn identical(&mut self, left: &Value, right: &Value) -> Result<Value, Stop> {
        use Shape::{Bool, False, None, True};
        match (&left.shape, &right.shape) {
            (None, None) => Ok(Value::truth(true)),
            (Bool | True | False, Bool | True | False) => {
                let (a, b) = (self.bool_var(left), self.bool_var(right));
                let differ = self.emit.binary(BinaryOp::XorBool, a, b);
                Ok(Value::bool(self.emit.unary(UnaryOp::Not, differ)))
            }
            (None, _)
            | (_, None)
            | (Bool | True | False, Shape::Int | Shape::Float | Shape::Tuple(_))
            | (Shape::Int | Shape::Float | Shape::Tuple(_), Bool | True | False)
            | (Shape::Int, Shape::Float)
            | (Shape::Float, Shape::Int) => Ok(Value::truth(false)),
            _ => self.leave("`is` of two values that are not None"),
        }
    }
}

fn mirrored(how: Comparison) -> Comparison {
    match how {
        Comparison::Less => Comparison::Greater,
        Comparison::LessEqual => Comparison::GreaterEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterEqual => Comparison::LessEqual,
        same => same,
    }
}
