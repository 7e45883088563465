//! Calls between compiled functions, and stopping them.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::*;
use crate::ir::draft::{Draft, EXIT, INT, module};
use crate::ir::{BinaryOp, BlockId, CheckedOp, Comparison, End, ExitId, FunctionId, Op, Type};
use crate::machine::DEPTH;

const TOO_DEEP: ExitId = ExitId(3);

fn call(to: crate::ir::Var, function: u32, arguments: &[crate::ir::Var]) -> Op {
    Op::Call {
        to: vec![to],
        function: FunctionId(function),
        arguments: arguments.into(),
        too_deep: TOO_DEEP,
    }
}

/// `n if n < 2 else fibo(n - 1) + fibo(n - 2)`
fn fibo() -> Module {
    let mut draft = Draft::new("fibo", &[Type::Int], &[Type::Int]);
    let (n, one, two) = (draft.parameter(0), draft.int(1), draft.int(2));
    let is_small = draft.binary(BinaryOp::CompareInt(Comparison::Less), n, two);
    draft.end(End::Branch { test: is_small, yes: BlockId(1), no: BlockId(2) });
    draft.end(End::Return(vec![n]));
    let [a, b, to] = [(); 3].map(|()| draft.var(Type::Int));
    let exit = EXIT;
    draft.op(Op::Checked { to: a, op: CheckedOp::Subtract, left: n, right: one, exit });
    draft.op(call(a, 0, &[a]));
    draft.op(Op::Checked { to: b, op: CheckedOp::Subtract, left: n, right: two, exit });
    draft.op(call(b, 0, &[b]));
    draft.op(Op::Checked { to, op: CheckedOp::Add, left: a, right: b, exit });
    draft.end(End::Return(vec![to]));
    draft.module(&[INT], INT)
}

/// `0 if n <= 0 else 1 + depth(n - 1)`, which leaves by exit 0 where n is 13 or n + 1 overflows.
fn depth() -> Module {
    let mut draft = Draft::new("depth", &[Type::Int], &[Type::Int]);
    let (n, zero, one) = (draft.parameter(0), draft.int(0), draft.int(1));
    let is_end = draft.binary(BinaryOp::CompareInt(Comparison::LessEqual), n, zero);
    draft.end(End::Branch { test: is_end, yes: BlockId(1), no: BlockId(2) });
    draft.end(End::Return(vec![zero]));
    let to = draft.var(Type::Int);
    draft.op(Op::Checked { to, op: CheckedOp::Subtract, left: n, right: one, exit: EXIT });
    draft.op(call(to, 0, &[to]));
    draft.op(Op::Checked { to, op: CheckedOp::Add, left: to, right: one, exit: EXIT });
    draft.end(End::Return(vec![to]));
    draft.module(&[INT], INT)
}

#[test]
fn functions_call_themselves() {
    let answer = run(&fibo(), &[ints(&[0, 1, 2, 10, 20])]);
    assert_eq!(int_answers(&answer), [0, 1, 1, 55, 6765].map(Some));
}

#[test]
fn what_is_too_deep_leaves_and_the_next_row_goes_on() {
    let limit = DEPTH;
    let answer = run(&depth(), &[ints(&[limit, limit + 1, i64::MAX, 3])]);
    assert_eq!(int_answers(&answer), [Some(limit), None, None, Some(3)]);
    let exits: Vec<_> = answer.left.iter().map(|left| (left.row, left.exit)).collect();
    assert_eq!(exits, [(1, TOO_DEEP.0), (2, TOO_DEEP.0)]);
}

/// `1 if n <= 0 else guarded(n - 1) + guarded(n - 2)`, which leaves by exit 0 where n is 7.
fn guarded() -> Module {
    let mut draft = Draft::new("guarded", &[Type::Int], &[Type::Int]);
    let (n, zero, one) = (draft.parameter(0), draft.int(0), draft.int(1));
    let (two, seven) = (draft.int(2), draft.int(7));
    let test = draft.binary(BinaryOp::CompareInt(Comparison::NotEqual), n, seven);
    draft.op(Op::Guard { test, exit: EXIT });
    let is_end = draft.binary(BinaryOp::CompareInt(Comparison::LessEqual), n, zero);
    draft.end(End::Branch { test: is_end, yes: BlockId(1), no: BlockId(2) });
    draft.end(End::Return(vec![one]));
    let before = draft.binary(BinaryOp::SubtractWrapping, n, one);
    let first = draft.binary(BinaryOp::SubtractWrapping, n, two);
    let [a, b] = [(); 2].map(|()| draft.var(Type::Int));
    draft.op(call(a, 0, &[before]));
    draft.op(call(b, 0, &[first]));
    let sum = draft.binary(BinaryOp::AddWrapping, a, b);
    draft.end(End::Return(vec![sum]));
    draft.module(&[INT], INT)
}

#[test]
fn a_call_leaves_by_its_exit_at_every_level() {
    let answer = run(&guarded(), &[ints(&[6, 7, 8, 9, 10, 11, 12, 13, 5])]);
    let left: Vec<_> = answer.left.iter().map(|left| (left.row, left.exit)).collect();
    assert_eq!(left, [1, 2, 3, 4, 5, 6, 7].map(|row| (row, EXIT.0)));
    let answers = int_answers(&answer);
    assert_eq!((answers[0], answers[8]), (Some(21), Some(13)));
}

#[test]
fn a_small_stack_is_not_run_over() {
    let child = std::thread::Builder::new().stack_size(160 << 10).spawn(|| {
        let answer = run(&depth(), &[ints(&[5, i64::MAX])]);
        int_answers(&answer)
    });
    assert_eq!(child.unwrap().join().unwrap(), [Some(5), None]);
}

#[test]
fn large_calls_go_less_deep_on_a_small_stack() {
    let types = [Type::Int].repeat(100);
    let mut draft = Draft::new("large", &[Type::Int], &types);
    let (n, one) = (draft.parameter(0), draft.int(1));
    let is_end = draft.binary(BinaryOp::CompareInt(Comparison::LessEqual), n, one);
    draft.end(End::Branch { test: is_end, yes: BlockId(1), no: BlockId(2) });
    draft.end(End::Return(vec![n; 100]));
    let before = draft.binary(BinaryOp::SubtractWrapping, n, one);
    let to: Vec<_> = types.iter().map(|ty| draft.var(*ty)).collect();
    let arguments = vec![before];
    draft.op(Op::Call { to: to.clone(), function: FunctionId(1), arguments, too_deep: TOO_DEEP });
    draft.end(End::Return(to));
    let mut outer = Draft::new("outer", &[Type::Int], &[Type::Int]);
    let n = outer.parameter(0);
    let to: Vec<_> = types.iter().map(|ty| outer.var(*ty)).collect();
    let (first, arguments) = (to[0], vec![n]);
    outer.op(Op::Call { to, function: FunctionId(1), arguments, too_deep: TOO_DEEP });
    outer.end(End::Return(vec![first]));
    let module = module(vec![outer.finish(), draft.finish()], &[INT], INT);
    let child = std::thread::Builder::new().stack_size(160 << 10).spawn(move || {
        let answer = run(&module, &[ints(&[5, DEPTH])]);
        int_answers(&answer)
    });
    assert_eq!(child.unwrap().join().unwrap(), [Some(1), None]);
}

#[test]
fn an_exit_of_what_is_called_is_the_callers() {
    let mut inner = Draft::new("inner", &[Type::Int], &[Type::Int]);
    inner.end(End::Exit(ExitId(2)));
    let mut outer = Draft::new("outer", &[Type::Int], &[Type::Int]);
    let (n, to) = (outer.parameter(0), outer.var(Type::Int));
    outer.op(call(to, 1, &[n]));
    outer.end(End::Return(vec![to]));
    let module = module(vec![outer.finish(), inner.finish()], &[INT], INT);
    let answer = run(&module, &[ints(&[1])]);
    assert_eq!(answer.left.iter().map(|left| left.exit).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_function_gives_many_values_of_each_type() {
    let types = [Type::Int, Type::Float, Type::Bool].repeat(5);
    let mut many = Draft::new("many", &[Type::Int], &types);
    let n = many.parameter(0);
    let mut values = vec![];
    for index in 0..5 {
        let (int, float) = (many.int(index), many.float(index as f64));
        let sum = many.binary(BinaryOp::AddWrapping, n, int);
        let is_odd = many.constant(crate::ir::Constant::Bool(index % 2 == 1));
        values.extend([sum, float, is_odd]);
    }
    many.end(End::Return(values));
    let mut outer = Draft::new("outer", &[Type::Int], &[Type::Int]);
    let (n, mut total) = (outer.parameter(0), outer.int(0));
    let to: Vec<_> = types.iter().map(|ty| outer.var(*ty)).collect();
    let arguments = vec![n];
    let function = FunctionId(1);
    outer.op(Op::Call { to: to.clone(), function, arguments, too_deep: TOO_DEEP });
    for three in to.chunks(3) {
        let float = outer.unary(crate::ir::UnaryOp::FloatToInt, three[1]);
        let bit = outer.unary(crate::ir::UnaryOp::BoolToInt, three[2]);
        for value in [three[0], float, bit] {
            let ten = outer.int(10);
            let shifted = outer.binary(BinaryOp::MultiplyWrapping, total, ten);
            total = outer.binary(BinaryOp::AddWrapping, shifted, value);
        }
    }
    outer.end(End::Return(vec![total]));
    let module = module(vec![outer.finish(), many.finish()], &[INT], INT);
    assert_eq!(int_answers(&run(&module, &[ints(&[5])])), [Some(500_611_720_831_940)]);
}

/// `while True: pass`, in one block after another.
fn endless() -> Module {
    let mut draft = Draft::new("endless", &[Type::Int], &[Type::Int]);
    draft.end(End::Jump(BlockId(1)));
    draft.op(Op::Poll);
    draft.end(End::Jump(BlockId(2)));
    draft.op(Op::Poll);
    let n = draft.parameter(0);
    let is_same = draft.binary(BinaryOp::CompareInt(Comparison::Equal), n, n);
    draft.end(End::Branch { test: is_same, yes: BlockId(2), no: BlockId(1) });
    draft.module(&[INT], INT)
}

/// How long it took to end after the flag was raised.
fn stopped(module: &Module, value: i64) -> Duration {
    let compiled = compile(module).unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let raised = scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(30));
            stop.store(true, Ordering::Release);
            Instant::now()
        });
        let answer = compiled.run(&[ints(&vec![value; 5000])], None, 5000, &stop).unwrap();
        let end = Instant::now();
        assert!(answer.is_none());
        end - raised.join().unwrap()
    })
}

#[test]
fn an_endless_loop_stops() {
    assert!(stopped(&endless(), 1) < Duration::from_millis(100));
}

#[test]
fn endless_recursion_without_a_loop_stops() {
    assert!(stopped(&fibo(), 90) < Duration::from_millis(100));
}

#[test]
fn a_raised_flag_stops_rows_that_never_poll() {
    let mut draft = Draft::new("same", &[Type::Int], &[Type::Int]);
    draft.end(End::Return(vec![draft.parameter(0)]));
    let compiled = compile(&draft.module(&[INT], INT)).unwrap();
    let answer = compiled.run(&[ints(&[1])], None, 1, &AtomicBool::new(true)).unwrap();
    assert!(answer.is_none());
}
