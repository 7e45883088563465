//! Aggregates and windows from their text to their answers. Whatever reaches the interpreter fails.

use std::time::Duration;

use arrow::array::{ArrayRef, AsArray, Float64Array};
use arrow::datatypes::{DataType, Float64Type};
use arrowsmith_contract::{
    Aggregation, CallContext, Error, GroupedAccumulator, HandOver, LiveCode, NullPolicy, Parameter,
    Result, StateExchange, StateValue, Tier, Type, WindowEvaluator,
};

use super::*;
use crate::front::tests::sources;
use crate::ir::HostFunction;

const SCORE: &str = "\
def init():
    return 0.0

def accumulate(total, v):
    if v > 0.0:
        return total + v ** 1.5
    return total

def merge(total, other):
    return total + other

def finalize(total):
    return total
";

const SMOOTH: &str = "\
def init():
    return None

def step(last, v):
    if last is None:
        return v, v
    last = 0.9 * last + 0.1 * v
    return last, last
";

/// Exchanges states, and does nothing else.
#[derive(Debug)]
struct Nobody;

fn nobody<T>() -> Result<T> {
    Err(Error::Internal("this was to be compiled".to_owned()))
}

impl AggregateKernel for Nobody {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn state_type(&self) -> DataType {
        DataType::Binary
    }

    fn begin(&self, _: &CallContext) -> Result<Arc<dyn Aggregation>> {
        Ok(Arc::new(Self))
    }
}

impl Aggregation for Nobody {
    fn accumulator(&self) -> Result<Box<dyn GroupedAccumulator>> {
        Ok(Box::new(Self))
    }
}

impl GroupedAccumulator for Nobody {
    fn update(&mut self, _: &[usize], _: usize, _: &[ArrayRef], _: &CallContext) -> Result<()> {
        nobody()
    }

    fn can_retract(&self) -> bool {
        false
    }

    fn retract(&mut self, _: &[usize], _: usize, _: &[ArrayRef], _: &CallContext) -> Result<()> {
        nobody()
    }

    fn merge(&mut self, _: &[usize], _: usize, _: &ArrayRef, _: &CallContext) -> Result<()> {
        nobody()
    }

    fn take_states(&mut self, _: usize, _: HandOver, _: &CallContext) -> Result<ArrayRef> {
        nobody()
    }

    fn results(&mut self, _: usize, _: &CallContext) -> Result<ArrayRef> {
        nobody()
    }

    fn release(&mut self, _: usize, _: &CallContext) {}

    fn size(&self) -> usize {
        0
    }

    fn exchange(&mut self) -> Option<&mut dyn StateExchange> {
        Some(self)
    }
}

impl StateExchange for Nobody {
    fn put_states(&mut self, _: &[usize], _: &[StateValue], _: &CallContext) -> Result<()> {
        nobody()
    }

    fn states(&mut self, _: &[usize], _: &CallContext) -> Result<Vec<Option<StateValue>>> {
        nobody()
    }
}

impl WindowKernel for Nobody {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn needs_whole_partitions(&self) -> bool {
        false
    }

    fn evaluator(&self, _: &CallContext) -> Result<Box<dyn WindowEvaluator>> {
        Ok(Box::new(Self))
    }
}

impl WindowEvaluator for Nobody {
    fn evaluate(
        &mut self,
        _: &[ArrayRef],
        _: usize,
        _: &[usize],
        _: &CallContext,
    ) -> Result<ArrayRef> {
        nobody()
    }

    fn exchange(&mut self) -> Option<&mut dyn StateExchange> {
        Some(self)
    }
}

impl LiveCode for Nobody {
    fn changed(&self) -> Option<String> {
        None
    }
}

impl MathReference for Nobody {
    fn call(&self, function: &str, arguments: &[f64]) -> Option<f64> {
        (function == "math.pow").then(|| power(arguments[0], arguments[1]))
    }
}

fn power(x: f64, y: f64) -> f64 {
    machine::libm(HostFunction::Pow).unwrap()(&[x, y])
}

fn signature() -> Signature {
    let parameter =
        Parameter { name: "v".into(), ty: Type::FLOAT64, nullable: true, nulls: NullPolicy::Skip };
    Signature::new(vec![parameter], 1, false, Type::FLOAT64).unwrap()
}

fn aggregate(
    text: &str,
    policy: CallPolicy,
) -> std::result::Result<Arc<dyn AggregateKernel>, contract::Refusal> {
    let (parts, signature) = (sources::parts(text), signature());
    let task = AggregateTask {
        function: &"p.f".into(),
        parts: &parts,
        signature: &signature,
        policy,
        fallback: Arc::new(Nobody),
        live: Arc::new(Nobody),
    };
    Compiler::new().compile_aggregate(&task, &Nobody)
}

fn floats(values: &[f64]) -> [ArrayRef; 1] {
    [Arc::new(Float64Array::from(values.to_vec()))]
}

#[test]
fn an_aggregate_is_compiled_from_its_text() {
    let kernel = aggregate(SCORE, CallPolicy::default()).unwrap();
    let context = CallContext::default();
    let aggregation = kernel.begin(&context).unwrap();
    let mut accumulator = aggregation.accumulator().unwrap();
    let columns = floats(&[2.0, -1.0, 3.0, 4.0]);
    accumulator.update(&[0, 0, 1, 0], 2, &columns, &context).unwrap();
    accumulator.update(&[1, 1, 1, 1], 2, &columns, &context).unwrap();
    let mut other = aggregation.accumulator().unwrap();
    other.update(&[0, 0, 0, 0], 1, &columns, &context).unwrap();
    let states = other.take_states(1, HandOver::InMemory, &context).unwrap();
    accumulator.merge(&[1], 3, &states, &context).unwrap();
    let answers = accumulator.results(3, &context).unwrap();
    let [two, three, four] = [2.0, 3.0, 4.0].map(|v| power(v, 1.5));
    let sum = two + three + four;
    let expected = [two + four, three + two + three + four + sum, 0.0];
    assert_eq!(answers.as_primitive::<Float64Type>().values(), &expected);
    assert_eq!(kernel.report().map(|report| (report.rows, report.left)), Some((12, 0)));
}

#[test]
fn a_window_is_compiled_from_its_text() {
    let (parts, signature) = (sources::parts(SMOOTH), signature());
    let task = WindowTask {
        function: &"p.f".into(),
        parts: &parts,
        signature: &signature,
        policy: CallPolicy::default(),
        fallback: Arc::new(Nobody),
        live: Arc::new(Nobody),
    };
    let kernel = Compiler::new().compile_window(&task, &Nobody).unwrap();
    let context = CallContext::default();
    let mut evaluator = kernel.evaluator(&context).unwrap();
    let mut values = Vec::new();
    for starts in [&[0, 2][..], &[]] {
        let answer = evaluator.evaluate(&floats(&[1.0, 2.0, 3.0]), 3, starts, &context).unwrap();
        values.extend_from_slice(answer.as_primitive::<Float64Type>().values());
    }
    let smooth = |last: f64, v: f64| 0.9 * last + 0.1 * v;
    let fourth = smooth(3.0, 1.0);
    let fifth = smooth(fourth, 2.0);
    assert_eq!(values, [1.0, smooth(1.0, 2.0), 3.0, fourth, fifth, smooth(fifth, 3.0)]);
}

#[test]
fn what_is_refused_is_located_in_the_text() {
    let refused = aggregate(&SCORE.replace("total + other", "print(other)"), CallPolicy::default());
    let refusal = refused.unwrap_err();
    assert_eq!((refusal.line, &*refusal.file), (10, "<test>"), "{refusal}");
}

#[test]
fn a_loop_in_any_part_is_refused_where_each_call_has_a_timeout() {
    let looping = SCORE.replace(
        "def finalize(total):\n",
        "def finalize(total):\n    while total > 10.0:\n        total = total / 2.0\n",
    );
    let policy = CallPolicy { timeout: Some(Duration::from_secs(1)), ..CallPolicy::default() };
    assert!(aggregate(&looping, CallPolicy::default()).is_ok());
    assert!(aggregate(SCORE, policy).is_ok());
    let refusal = aggregate(&looping, policy).unwrap_err();
    assert!(refusal.reason.contains("timeout"), "{refusal}");
}

#[test]
fn machine_code_is_made_once_for_the_same_parts() {
    let compiler = Compiler::new();
    let (parts, signature) = (sources::parts(SCORE), signature());
    let task = AggregateTask {
        function: &"p.f".into(),
        parts: &parts,
        signature: &signature,
        policy: CallPolicy::default(),
        fallback: Arc::new(Nobody),
        live: Arc::new(Nobody),
    };
    let first = compiler.aggregate(&task, &Nobody).unwrap();
    let count = compiler.made().len();
    let second = compiler.aggregate(&task, &Nobody).unwrap();
    assert_eq!(compiler.made().len(), count);
    drop((first, second));
}
