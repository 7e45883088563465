//! Compiled functions with an interpreter that is played by Rust.

mod here;
mod lists;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arrow::array::{
    Array, AsArray, BooleanArray, Float32Array, Float64Array, Int8Array, Int32Array, Int64Array,
};
use arrow::datatypes::{DataType, Int64Type};
use arrowsmith_contract::{
    CancelToken, NullPolicy, Parameter, RowNumbers, RowScope, Span, Type as Declared,
};
use parking_lot::Mutex;

use super::*;
use crate::ir::draft::{BOOL, Draft, FLOAT, INT, nullable};
use crate::ir::{BinaryOp, BlockId, CheckedOp, Comparison, End, ExitId, Op, Slot, Type};
use crate::machine::compile;

/// Gives the row number that the user knows, or what `answer` says, and writes down what it gets.
#[derive(Debug)]
struct Interpreter {
    answer: Option<ArrayRef>,
    calls: Mutex<Vec<(Vec<ArrayRef>, Vec<u64>)>>,
}

impl ScalarKernel for Interpreter {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn invoke(&self, columns: &[ArrayRef], rows: usize, context: &CallContext) -> Result<ArrayRef> {
        let numbers: Vec<u64> = (0..rows).map(|row| context.rows.number(row).number).collect();
        let answer = match &self.answer {
            Some(answer) => answer.slice(0, rows),
            None => Arc::new(numbers.iter().map(|n| Some(*n as i64)).collect::<Int64Array>()),
        };
        self.calls.lock().push((columns.to_vec(), numbers));
        Ok(answer)
    }
}

#[derive(Debug, Default)]
struct Live {
    is_changed: AtomicBool,
    asked: AtomicUsize,
}

impl LiveCode for Live {
    fn changed(&self) -> Option<String> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.is_changed.load(Ordering::SeqCst).then(|| "the global R was replaced".to_owned())
    }
}

struct Rig {
    kernel: NativeScalar,
    interpreter: Arc<Interpreter>,
    live: Arc<Live>,
}

impl Rig {
    fn try_new(
        module: Module,
        parameters: &[(DataType, NullPolicy)],
        returns: DataType,
        answer: Option<ArrayRef>,
    ) -> Result<Self, String> {
        let parameters = parameters.iter().enumerate().map(|(index, (ty, nulls))| Parameter {
            name: format!("p{index}").into(),
            ty: Declared::from(ty.clone()),
            nullable: true,
            nulls: *nulls,
        });
        let parameters: Vec<_> = parameters.collect();
        let count = parameters.len();
        let returns = Declared::from(returns);
        let signature = Signature::new(parameters, count, false, returns).unwrap();
        let interpreter = Arc::new(Interpreter { answer, calls: Mutex::default() });
        let live = Arc::new(Live::default());
        let span = Span { start: 0, end: 10, first_line: 1 };
        let text = "a\nb\nc\nd\n".into();
        let parts = Parts {
            code: Arc::new(compile(&module).unwrap()),
            module: Arc::new(module),
            source: Arc::new(FunctionSource { text, span, ..FunctionSource::default() }),
            signature,
            fallback: Arc::<Interpreter>::clone(&interpreter),
            live: Arc::<Live>::clone(&live),
        };
        Ok(Self { kernel: NativeScalar::new(parts)?, interpreter, live })
    }

    fn invoke(&self, columns: &[ArrayRef], context: &CallContext) -> ArrayRef {
        let rows = columns[0].len();
        self.kernel.invoke(columns, rows, context).unwrap()
    }

    /// The user's numbers of the rows that the interpreter got, call by call.
    fn interpreted(&self) -> Vec<Vec<u64>> {
        self.interpreter.calls.lock().iter().map(|call| call.1.clone()).collect()
    }
}

/// `10 * x`, which leaves at exit 0 where that overflows.
fn tenfold() -> Module {
    let mut draft = Draft::new("tenfold", &[Type::Int], &[Type::Int]);
    let (x, ten, to) = (draft.parameter(0), draft.int(10), draft.var(Type::Int));
    let exit = ExitId(0);
    draft.op(Op::Checked { to, op: CheckedOp::Multiply, left: ten, right: x, exit });
    draft.end(End::Return(vec![to]));
    draft.module(&[INT], INT)
}

fn tenfold_rig() -> Rig {
    let parameters = [(DataType::Int64, NullPolicy::Skip)];
    Rig::try_new(tenfold(), &parameters, DataType::Int64, None).unwrap()
}

/// The parameter itself.
fn same(slot: Slot) -> Module {
    let types: Vec<Type> = slot.variables().collect();
    let mut draft = Draft::new("same", &types, &types);
    let values = (0..types.len()).map(|index| draft.parameter(index)).collect();
    draft.end(End::Return(values));
    draft.module(&[slot], slot)
}

fn ints(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn answers(array: &ArrayRef) -> Vec<Option<i64>> {
    array.as_primitive::<Int64Type>().iter().collect()
}

const HUGE: i64 = i64::MAX / 2;

#[test]
fn rows_that_leave_are_interpreted_in_one_crossing_under_the_users_numbers() {
    let rig = tenfold_rig();
    let rows = RowNumbers::starting_at(100, RowScope::Input);
    let context = CallContext { rows, ..CallContext::default() };
    let column = ints(&[Some(1), Some(HUGE), None, Some(-HUGE), Some(2)]);
    let answer = rig.invoke(&[column], &context);
    assert_eq!(answers(&answer), [Some(10), Some(101), None, Some(103), Some(20)]);
    assert_eq!(rig.interpreted(), [vec![101, 103]]);
    let calls = rig.interpreter.calls.lock();
    assert_eq!(answers(&calls[0].0[0]), [Some(HUGE), Some(-HUGE)]);
    let report = rig.kernel.report().unwrap();
    assert_eq!((report.rows, report.left), (5, 2));
    assert_eq!(report.exits.iter().map(|exit| exit.rows).collect::<Vec<_>>(), [2, 0, 0, 0]);
    assert_eq!((&*report.exits[0].reason, report.exits[0].line), ("exit 0", 1));
    assert!(report.ir.contains("f0 tenfold"), "{}", report.ir);
    assert_eq!((report.given_up, rig.kernel.tier()), (None, Tier::Native));
}

#[test]
fn nothing_leaves_and_nobody_is_asked_twice_in_a_query() {
    let rig = tenfold_rig();
    let context = CallContext::default();
    for _ in 0..3 {
        rig.invoke(&[ints(&[Some(1)])], &context);
    }
    assert_eq!(rig.live.asked.load(Ordering::SeqCst), 1);
    rig.invoke(&[ints(&[Some(1)])], &CallContext::default());
    assert_eq!(rig.live.asked.load(Ordering::SeqCst), 2);
    assert!(rig.interpreted().is_empty());
}

#[test]
fn code_that_changed_before_a_query_is_interpreted_from_then_on() {
    let rig = tenfold_rig();
    rig.live.is_changed.store(true, Ordering::SeqCst);
    assert_eq!(answers(&rig.invoke(&[ints(&[Some(7)])], &CallContext::default())), [Some(0)]);
    rig.live.is_changed.store(false, Ordering::SeqCst);
    rig.invoke(&[ints(&[Some(7)])], &CallContext::default());
    assert_eq!(rig.interpreted().len(), 2);
    let given_up = rig.kernel.report().unwrap().given_up;
    assert_eq!(given_up.as_deref(), Some("the global R was replaced"));
    assert_eq!(rig.kernel.tier(), Tier::Inline);
}

#[test]
fn code_that_changed_when_a_row_leaves_is_interpreted_for_the_whole_batch() {
    let rig = tenfold_rig();
    let context = CallContext::default();
    rig.invoke(&[ints(&[Some(1)])], &context);
    rig.live.is_changed.store(true, Ordering::SeqCst);
    assert_eq!(answers(&rig.invoke(&[ints(&[Some(2)])], &context)), [Some(20)]);
    let answer = rig.invoke(&[ints(&[Some(2), Some(HUGE)])], &context);
    assert_eq!(answers(&answer), [Some(0), Some(1)]);
    assert_eq!(rig.interpreted(), [vec![0, 1]]);
}

#[test]
fn a_function_whose_rows_mostly_leave_is_given_up() {
    let rig = tenfold_rig();
    let context = CallContext::default();
    let few: Vec<_> = (0..4000).map(|row| Some(if row % 4 == 0 { 1 } else { HUGE })).collect();
    for _ in 0..2 {
        rig.invoke(&[ints(&few)], &context);
        assert_eq!(rig.kernel.tier(), Tier::Native);
    }
    rig.invoke(&[ints(&few)], &context);
    assert_eq!(rig.kernel.tier(), Tier::Inline);
    rig.invoke(&[ints(&few)], &context);
    assert_eq!(rig.interpreted().last().unwrap().len(), 4000);
    let why = rig.kernel.report().unwrap().given_up.unwrap();
    assert_eq!(why, "9000 of 12000 rows left; 9000 at line 1, column 1: exit 0");
}

#[test]
fn columns_are_widened_and_answers_made_narrow() {
    let parameters = [(DataType::Int8, NullPolicy::Skip)];
    let fallback: ArrayRef = Arc::new(Int8Array::from(vec![-7, -8]));
    let rig = Rig::try_new(tenfold(), &parameters, DataType::Int8, Some(fallback)).unwrap();
    let column: ArrayRef = Arc::new(Int8Array::from(vec![Some(1), Some(13), None, Some(-128)]));
    let answer = rig.invoke(&[column], &CallContext::default());
    let expected: ArrayRef = Arc::new(Int8Array::from(vec![Some(10), Some(-7), None, Some(-8)]));
    assert_eq!(&answer, &expected);
    assert_eq!(rig.interpreted(), [vec![1, 3]]);
    let report = rig.kernel.report().unwrap();
    let unfit = report.exits.iter().find(|exit| exit.reason.contains("declared type")).unwrap();
    assert_eq!(unfit.rows, 2);
}

#[test]
fn floats_are_rounded_to_small_ones_and_leave_where_they_overflow() {
    let parameters = [(DataType::Float64, NullPolicy::Skip)];
    let fallback: ArrayRef = Arc::new(Float32Array::from(vec![1.5]));
    let rig = Rig::try_new(same(FLOAT), &parameters, DataType::Float32, Some(fallback)).unwrap();
    let values = vec![0.1, 1e300, f64::NEG_INFINITY, 3.402_823_5e38, 1e-50];
    let answer = rig.invoke(&[Arc::new(Float64Array::from(values))], &CallContext::default());
    let expected = vec![0.1, 1.5, f32::NEG_INFINITY, f32::MAX, 0.0];
    let expected: ArrayRef = Arc::new(Float32Array::from(expected));
    assert_eq!(&answer, &expected);
}

#[test]
fn a_null_passes_where_it_shall() {
    let parameters = [(DataType::Boolean, NullPolicy::Pass)];
    let rig = Rig::try_new(same(nullable(BOOL)), &parameters, DataType::Boolean, None).unwrap();
    let column: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]));
    assert_eq!(&rig.invoke(&[Arc::clone(&column)], &CallContext::default()), &column);
    assert!(rig.interpreted().is_empty());
}

#[test]
fn fewer_columns_than_parameters_are_the_interpreters() {
    let rig = tenfold_rig();
    let answer = rig.kernel.invoke(&[], 2, &CallContext::default()).unwrap();
    assert_eq!(answers(&answer), [Some(0), Some(1)]);
}

#[test]
fn types_that_the_code_can_not_take_or_give_are_refused() {
    let refused = |module: Module, ty: DataType, nulls, returns: DataType| {
        assert!(Rig::try_new(module, &[(ty, nulls)], returns, None).is_err());
    };
    let (int, skip) = (DataType::Int64, NullPolicy::Skip);
    refused(tenfold(), DataType::UInt64, skip, int.clone());
    refused(tenfold(), DataType::Float64, skip, int.clone());
    refused(tenfold(), DataType::Utf8, skip, int.clone());
    refused(tenfold(), int.clone(), NullPolicy::Pass, int.clone());
    refused(tenfold(), int.clone(), skip, DataType::Float64);
    refused(tenfold(), int.clone(), skip, DataType::UInt64);
    refused(same(BOOL), int, skip, DataType::Boolean);
    let wide = [(DataType::Int32, skip)];
    let rig = Rig::try_new(tenfold(), &wide, DataType::Int64, None).unwrap();
    let column: ArrayRef = Arc::new(Int32Array::from(vec![4]));
    assert_eq!(answers(&rig.invoke(&[column], &CallContext::default())), [Some(40)]);
}

#[test]
fn a_stopped_query_ends_in_time_with_its_reason() {
    let mut draft = Draft::new("endless", &[Type::Int], &[Type::Int]);
    let x = draft.parameter(0);
    draft.end(End::Jump(BlockId(1)));
    draft.op(Op::Poll);
    let is_same = draft.binary(crate::ir::BinaryOp::CompareInt(Comparison::Equal), x, x);
    draft.end(End::Branch { test: is_same, yes: BlockId(1), no: BlockId(2) });
    draft.end(End::Return(vec![x]));
    let parameters = [(DataType::Int64, NullPolicy::Skip)];
    let module = draft.module(&[INT], INT);
    let rig = Rig::try_new(module, &parameters, DataType::Int64, None).unwrap();
    let context = CallContext { token: CancelToken::new(), ..CallContext::default() };
    let begin = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(20));
            context.token.cancel();
        });
        let error = rig.kernel.invoke(&[ints(&[Some(1)])], 1, &context).unwrap_err();
        assert!(matches!(error, Error::Stopped(_)), "{error}");
    });
    assert!(begin.elapsed() < Duration::from_millis(120));
}
