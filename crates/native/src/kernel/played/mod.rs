//! A function with states written twice: in the typed form by hand, and in Rust as the interpreter that
//! takes what leaves.
//!
//! A sum of ints, of any size in the interpreter, which is of floats from the first 7 on. An answer of
//! 13 leaves.

pub(super) mod aggregate;
pub(super) mod modules;
pub(super) mod window;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow::array::{ArrayRef, AsArray, Int64Array};
use arrow::datatypes::{DataType, Int64Type};
use arrowsmith_contract::{
    CallContext, FunctionSource, LiveCode, NullPolicy, Parameter, Signature, Span, StateValue,
    Type as Declared,
};
use parking_lot::Mutex;

/// A multiple of five; three of them don't fit 64 bits.
pub(super) const HUGE: i64 = 5 * (i64::MAX / 10);

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum State {
    Int(i128),
    Float(f64),
}

impl State {
    pub(super) const INITIAL: Self = Self::Int(0);

    fn float(self) -> f64 {
        match self {
            Self::Int(sum) => sum as f64,
            Self::Float(sum) => sum,
        }
    }

    pub(super) fn add(self, x: i64) -> Self {
        match self {
            Self::Int(_) if x == 7 => Self::Float(self.float()),
            Self::Int(sum) => Self::Int(sum + i128::from(x)),
            Self::Float(sum) => Self::Float(sum + x as f64),
        }
    }

    pub(super) fn subtract(self, x: i64) -> Self {
        match self {
            Self::Int(sum) => Self::Int(sum - i128::from(x)),
            Self::Float(sum) => Self::Float(sum - x as f64),
        }
    }

    pub(super) fn merge(self, other: Self) -> Self {
        match (self, other) {
            (Self::Int(own), Self::Int(other)) => Self::Int(own + other),
            _ => Self::Float(self.float() + other.float()),
        }
    }

    pub(super) fn answer(self) -> f64 {
        if self == Self::Int(13) { -13.0 } else { self.float() }
    }

    pub(super) fn from_value(value: &StateValue) -> Self {
        match value {
            StateValue::Int(sum) => Self::Int((*sum).into()),
            StateValue::Float(sum) => Self::Float(*sum),
            other => panic!("no state is {other:?}"),
        }
    }

    pub(super) fn value(self) -> Option<StateValue> {
        match self {
            Self::Int(sum) => i64::try_from(sum).ok().map(StateValue::Int),
            Self::Float(sum) => Some(StateValue::Float(sum)),
        }
    }
}

/// What the interpreter was asked: which function, and the user's numbers of the rows.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Vec<(&'static str, Vec<u64>)>>);

impl Log {
    pub(super) fn add(&self, what: &'static str, rows: usize, context: &CallContext) {
        let numbers = (0..rows).map(|row| context.rows.number(row).number).collect();
        self.0.lock().push((what, numbers));
    }

    /// What was asked since the last time.
    pub(super) fn take(&self) -> Vec<(&'static str, Vec<u64>)> {
        std::mem::take(&mut self.0.lock())
    }
}

#[derive(Debug, Default)]
pub(super) struct Live {
    pub(super) is_changed: AtomicBool,
    pub(super) asked: AtomicUsize,
}

impl LiveCode for Live {
    fn changed(&self) -> Option<String> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.is_changed.load(Ordering::SeqCst).then(|| "the global R was replaced".to_owned())
    }
}

pub(super) fn source() -> Arc<FunctionSource> {
    let span = Span { start: 0, end: 10, first_line: 1 };
    Arc::new(FunctionSource { text: "a\nb\nc\nd\n".into(), span, ..FunctionSource::default() })
}

/// Of an int, which may be left out and then is 1; NULLs are skipped.
pub(super) fn signature(returns: DataType) -> Signature {
    let parameter = Parameter {
        name: "x".into(),
        ty: Declared::from(DataType::Int64),
        nullable: true,
        nulls: NullPolicy::Skip,
    };
    Signature::new(vec![parameter], 0, false, Declared::from(returns)).unwrap()
}

pub(super) fn column(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

/// The arguments as the interpreter reads them.
fn arguments(columns: &[ArrayRef], rows: usize) -> Vec<Option<i64>> {
    match columns.first() {
        Some(column) => column.as_primitive::<Int64Type>().iter().collect(),
        None => vec![Some(1); rows],
    }
}
