//! Every host function against CPython on thousands of points, by bits.
//!
//! The functions are called through machine code, as they will be: that tests how values are passed,
//! too. The interpreter is that of `PYO3_PYTHON`, or else `python3`.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array};
use arrow::datatypes::{Float64Type, Int64Type};

use crate::ir::draft::{Draft, nullable};
use crate::ir::{End, HostFunction, Slot, Type};
use crate::machine::compile;

/// Reads lines of a name and arguments as hexadecimal bits; prints the results so, or why there are
/// none. Floats begin with `f`.
const ORACLE: &str = r#"
import math, struct, sys
from operator import floordiv, mod, truediv

def read(word):
    if word[0] == "f":
        return struct.unpack("<d", int(word[1:], 16).to_bytes(8, "little"))[0]
    return int(word)

def show(value):
    if isinstance(value, tuple):
        return " ".join(map(show, value))
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack(">d", value).hex()
    return str(value) if -2**63 <= value < 2**63 else "wide"

def compare(i, f):
    return 2 if math.isnan(f) else (i > f) - (i < f)

functions = {
    "float_floor_divide": floordiv, "float_modulo": mod, "int_divide": truediv,
    "int_power": lambda a, b: a ** b if abs(a) < 2 or b < 64 else 2**64,
    "int_power_modulo": pow, "compare_int_float": compare,
    "round_half_even": lambda x: float(round(x)), "round_digits": round,
    "round_int_digits": round,
}
for line in sys.stdin:
    name, *words = line.split()
    function = functions.get(name) or getattr(math, name)
    try:
        print(show(function(*map(read, words))))
    except (ValueError, OverflowError, ZeroDivisionError):
        print("raises")
"#;

#[derive(Clone, Copy, Debug)]
enum Value {
    Int(i64),
    Float(f64),
}

type Point = Vec<Value>;

fn ask(function: HostFunction, points: &[Point]) -> Vec<String> {
    let python = std::env::var("PYO3_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut child = Command::new(python)
        .args(["-c", ORACLE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let word = |value: &Value| match value {
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("f{:x}", value.to_bits()),
    };
    let line = |point: &Point| {
        let words: Vec<String> = point.iter().map(word).collect();
        format!("{} {}", function.name(), words.join(" "))
    };
    let text = points.iter().map(line).collect::<Vec<_>>().join("\n");
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::Builder::new().spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.unwrap().join().unwrap().unwrap();
    assert!(output.status.success());
    let lines: Vec<_> =
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), points.len());
    lines
}

/// What the machine gives: the first result, and the second where there is one.
fn compute(function: HostFunction, points: &[Point]) -> Vec<(Value, Option<Value>)> {
    let columns: Vec<ArrayRef> = (0..function.parameters().len())
        .map(|index| column(points.iter().map(|point| point[index])))
        .collect();
    let results = function.returns();
    let result = |index: usize| {
        let parameters = function.parameters();
        let mut draft = Draft::new("f", parameters, &[results[index]]);
        let arguments: Vec<_> = (0..parameters.len()).map(|index| draft.parameter(index)).collect();
        let to = draft.host(function, &arguments);
        draft.end(End::Return(vec![to[index]]));
        let slot = |ty| Slot { ty, nullable: false };
        let slots: Vec<_> = parameters.iter().map(|ty| slot(*ty)).collect();
        let compiled = compile(&draft.module(&slots, slot(results[index]))).unwrap();
        let stop = AtomicBool::new(false);
        let answer = compiled.run(&columns, None, points.len(), &stop).unwrap().unwrap();
        values(answer.values.as_ref())
    };
    let first = result(0);
    let second = if results.len() > 1 { result(1) } else { vec![] };
    let second = second.into_iter().map(Some).chain(std::iter::repeat(None));
    first.into_iter().zip(second).collect()
}

fn column(values: impl Iterator<Item = Value>) -> ArrayRef {
    let values: Vec<Value> = values.collect();
    match values[0] {
        Value::Int(_) => Arc::new(Int64Array::from_iter_values(values.iter().map(|v| match v {
            Value::Int(value) => *value,
            Value::Float(_) => unreachable!(),
        }))),
        Value::Float(_) => {
            Arc::new(Float64Array::from_iter_values(values.iter().map(|v| match v {
                Value::Float(value) => *value,
                Value::Int(_) => unreachable!(),
            })))
        }
    }
}

fn values(array: &dyn Array) -> Vec<Value> {
    if let Some(floats) = array.as_primitive_opt::<Float64Type>() {
        return floats.values().iter().map(|value| Value::Float(*value)).collect();
    }
    if let Some(ints) = array.as_primitive_opt::<Int64Type>() {
        return ints.values().iter().map(|value| Value::Int(*value)).collect();
    }
    array.as_boolean().values().iter().map(|value| Value::Int(value.into())).collect()
}

fn show(value: Value) -> String {
    match value {
        Value::Int(value) => value.to_string(),
        Value::Float(value) if value.is_nan() => "nan".to_owned(),
        Value::Float(value) => format!("{:016x}", value.to_bits()),
    }
}

/// Whether the machine's answer is Python's. Where Python raises, libm's value is not finite; where
/// the number is too wide or not certain, the machine says so.
fn agrees(function: HostFunction, expected: &str, (first, second): (Value, Option<Value>)) -> bool {
    let has_flag = function.returns().get(1) == Some(&Type::Bool);
    match (expected, first, second) {
        ("raises", Value::Float(value), None) => !value.is_finite(),
        // Rounding to an infinity is what Python calls an overflow.
        ("raises", Value::Float(value), Some(Value::Int(1))) => value.is_infinite(),
        ("wide", _, Some(Value::Int(flag))) => flag == 0,
        (_, first, Some(Value::Int(flag))) if has_flag => {
            flag == 1 && show(first) == expected
                || flag == 0 && function == HostFunction::RoundDigits
        }
        (_, first, Some(second)) => format!("{} {}", show(first), show(second)) == expected,
        (_, first, None) => show(first) == expected,
    }
}

fn check(function: HostFunction, points: &[Point]) {
    assert!(points.len() > 1000, "{} has {} points", function.name(), points.len());
    let wrong = ask(function, points)
        .into_iter()
        .zip(compute(function, points))
        .zip(points)
        .find(|((expected, answer), _)| !agrees(function, expected, *answer));
    assert!(wrong.is_none(), "{}: {wrong:?}", function.name());
}

/// A generator of numbers that are the same in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, bound: u64) -> i64 {
        (self.next() % bound) as i64
    }

    fn float(&mut self) -> f64 {
        let unit = self.next() as f64 / 2_f64.powi(64);
        match self.below(8) {
            0 => f64::from_bits(self.next()),
            1 => unit,
            2 => -unit,
            3 => (unit - 0.5) * 20.0,
            4 => (unit - 0.5) * 1500.0,
            5 => self.below(2000) as f64 - 1000.0,
            6 => (self.below(4000) as f64 - 2000.0) / 8.0,
            _ => SPECIAL[self.below(SPECIAL.len() as u64) as usize],
        }
    }

    fn int(&mut self) -> i64 {
        match self.below(5) {
            0 => self.next() as i64,
            1 => self.next() as i64 >> self.below(64),
            2 => self.below(41) - 20,
            3 => (1 << self.below(63)) + self.below(3) - 1,
            _ => BORDERS[self.below(BORDERS.len() as u64) as usize],
        }
    }
}

const SPECIAL: [f64; 20] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.5,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    f64::MAX,
    f64::MIN_POSITIVE,
    5e-324,
    -5e-324,
    9_007_199_254_740_993.0,
    9_223_372_036_854_775_808.0,
    -9_223_372_036_854_775_808.0,
    709.782_712_893_384,
    1e22,
    1e23,
];

const BORDERS: [i64; 12] = [
    i64::MIN,
    i64::MIN + 1,
    -(1 << 53) - 1,
    -1,
    0,
    1,
    2,
    10,
    (1 << 53) + 1,
    (1 << 62) + 1,
    i64::MAX - 1,
    i64::MAX,
];

/// Points in the domain that the function is for.
fn points(function: HostFunction, count: usize) -> Vec<Point> {
    let mut random = Random(function.name().len() as u64);
    let point = |random: &mut Random| -> Point {
        let value = |ty: &Type| match ty {
            Type::Int => Value::Int(random.int()),
            _ => Value::Float(random.float()),
        };
        function.parameters().iter().map(value).collect()
    };
    std::iter::repeat_with(|| point(&mut random))
        .map(|point| to_domain(function, point))
        .filter(|point| is_in_domain(function, point))
        .take(count)
        .collect()
}

fn to_domain(function: HostFunction, mut point: Point) -> Point {
    let is_counted = matches!(function, HostFunction::IntPower | HostFunction::IntPowerModulo);
    match point[..] {
        [Value::Int(n)] if function == HostFunction::Isqrt => point[0] = Value::Int(n & i64::MAX),
        [Value::Int(_), Value::Int(n), ..] if is_counted => {
            // Python takes its time for larger ones of which only the parity counts.
            let mask = if function == HostFunction::IntPower { 0x3f_ffff } else { i64::MAX };
            point[1] = Value::Int(n & mask);
        }
        [_, Value::Int(n)] if function == HostFunction::RoundIntDigits => {
            point[1] = Value::Int(11 - (n & 63));
        }
        [_, Value::Int(n)] if function == HostFunction::RoundDigits && n % 4 != 0 => {
            point[1] = Value::Int(n % 20);
        }
        _ => {}
    }
    point
}

fn is_in_domain(function: HostFunction, point: &[Value]) -> bool {
    match (function, point) {
        (
            HostFunction::FloatFloorDivide | HostFunction::FloatModulo,
            [_, Value::Float(divisor)],
        ) => *divisor != 0.0,
        (HostFunction::IntDivide, [_, Value::Int(divisor)]) => *divisor != 0,
        (HostFunction::IntPowerModulo, [_, _, Value::Int(modulus)]) => *modulus != 0,
        (HostFunction::RoundHalfEven | HostFunction::RoundDigits, [Value::Float(x), ..]) => {
            x.is_finite()
        }
        (HostFunction::Frexp, [Value::Float(x)]) => x.is_finite(),
        (HostFunction::Remainder, [Value::Float(x), Value::Float(y)]) => {
            x.is_finite() && y.is_finite() && *y != 0.0
        }
        _ => true,
    }
}

#[test]
fn every_host_function_gives_the_bits_of_cpython() {
    for function in HostFunction::ALL {
        // Its sign of zero is lost in Python, where it gives an int.
        let count = 5000;
        let points = points(*function, count);
        if *function == HostFunction::RoundHalfEven {
            let without_zero =
                |point: &Point| matches!(point[0], Value::Float(x) if x.round_ties_even() != 0.0);
            check(*function, &points.into_iter().filter(without_zero).collect::<Vec<_>>());
        } else {
            check(*function, &points);
        }
    }
}

#[test]
fn rounding_to_digits_is_exact_at_and_beside_ties() {
    let mut points: Vec<Point> = Vec::new();
    for digits in -6..16_i64 {
        for tie in 0..150_i64 {
            let tie = (tie as f64 + 0.5) / 10_f64.powi(digits as i32);
            for x in [tie.next_down(), tie, tie.next_up(), -tie] {
                points.push(vec![Value::Float(x), Value::Int(digits)]);
            }
        }
    }
    check(HostFunction::RoundDigits, &points);
}

#[test]
fn rounding_is_rarely_uncertain() {
    let points = points(HostFunction::RoundDigits, 5000);
    let certain = compute(HostFunction::RoundDigits, &points)
        .iter()
        .filter(|(_, flag)| matches!(flag, Some(Value::Int(1))))
        .count();
    assert!(certain > 4800, "{certain}");
}

#[test]
fn results_of_two_kinds_come_back_from_one_call() {
    let mut draft = Draft::new("f", &[Type::Int, Type::Int], &[Type::Bool, Type::Int]);
    let to = draft.host(HostFunction::Gcd, &[draft.parameter(0), draft.parameter(1)]);
    draft.end(End::Return(vec![to[1], to[0]]));
    let int = Slot { ty: Type::Int, nullable: false };
    let compiled = compile(&draft.module(&[int, int], nullable(int))).unwrap();
    let column = |values: [i64; 3]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
    let columns = [column([12, i64::MIN, 0]), column([18, 0, 0])];
    let answer = compiled.run(&columns, None, 3, &AtomicBool::new(false)).unwrap().unwrap();
    let expected = Int64Array::from(vec![Some(6), None, Some(0)]);
    assert_eq!(answer.values.as_primitive::<Int64Type>(), &expected);
}
