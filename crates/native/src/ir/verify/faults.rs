//! Broken modules of every sort, each refused with the reason that fits.

use super::super::{
    BinaryOp, Block, BlockId, CheckedOp, Comparison, Constant, End, ExitId, Function, FunctionId,
    HostFunction, Module, Op, Slot, Type, UnaryOp, Var, Variable, sample,
};
use super::verify;
use crate::ir::draft::{Draft, with_state};

const THERE: Var = Var(0);
const N: Var = Var(1);
const SUM: Var = Var(3);
const STEP: Var = Var(5);
const NOWHERE: Var = Var(99);
/// Added by `with_lists`.
const INTS: Var = Var(7);
const NEW_INTS: Var = Var(8);
const LATE: Var = Var(9);

fn with_lists() -> Module {
    let mut module = sample::count_down();
    for (name, ty) in [("ints", Type::Ints), ("new", Type::NewInts), ("late", Type::Int)] {
        module.functions[0].variables.push(Variable { name: name.into(), ty });
    }
    module
}

/// Puts an operation behind the others of the entry.
fn entry(op: Op) -> impl Fn(&mut Module) {
    move |module| module.functions[0].blocks[0].ops.push(op.clone())
}

/// The entry ends so.
fn ends(end: End) -> impl Fn(&mut Module) {
    move |module| module.functions[0].blocks[0].end = end.clone()
}

fn slot(ty: Type) -> Slot {
    Slot { ty, nullable: false }
}

fn refused(breaks: impl Fn(&mut Module), reason: &str) {
    let mut module = with_lists();
    verify(&module).unwrap();
    breaks(&mut module);
    let fault = verify(&module).unwrap_err().to_string();
    assert!(fault.contains(reason), "{fault:?} doesn't say {reason:?}");
}

fn call(to: &[Var], arguments: &[Var]) -> Op {
    Op::Call {
        to: to.into(),
        function: FunctionId(0),
        arguments: arguments.into(),
        too_deep: ExitId(0),
    }
}

fn host(function: HostFunction, to: &[Var], arguments: &[Var]) -> Op {
    Op::Host { to: to.into(), function, arguments: arguments.into() }
}

fn checked(left: Var, right: Var, to: Var, exit: u32) -> Op {
    Op::Checked { to, op: CheckedOp::Add, left, right, exit: ExitId(exit) }
}

#[test]
fn a_fault_names_function_block_and_operation() {
    let mut module = with_lists();
    entry(Op::Copy { to: SUM, from: N })(&mut module);
    let fault = verify(&module).unwrap_err();
    let text = "function count_down, b0, op 2: sum.3 is float instead of int in sum.3 = n.1";
    assert_eq!(fault.to_string(), text);
    assert_eq!((fault.block, fault.op), (Some(0), Some(2)));
}

#[test]
fn a_module_has_functions_and_they_have_blocks() {
    refused(|module| module.functions.clear(), "no function");
    refused(|module| module.functions[0].blocks.clear(), "no blocks");
}

#[test]
fn a_row_gives_what_the_first_function_takes() {
    refused(|module| module.parameters.clear(), "parameters differ");
    refused(|module| module.parameters[0].nullable = false, "parameters differ");
    refused(|module| module.parameters[0].ty = Type::Float, "parameters differ");
    refused(|module| module.returns = Some(slot(Type::Int)), "returned differs");
    let nullable = Slot { nullable: true, ..slot(Type::Float) };
    refused(move |module| module.returns = Some(nullable), "returned differs");
    refused(|module| module.returns = None, "returned differs");
    refused(|module| module.functions[0].parameters[1] = NOWHERE, "no variable 99");
    refused(|module| module.functions[0].parameters[1] = THERE, "two parameters");
}

#[test]
fn lists_have_their_direction() {
    let make = |parameter, gives| {
        let end = End::Return(vec![Var(0)]);
        let variables = vec![Variable { name: "l".into(), ty: parameter }];
        let function = Function {
            name: "f".into(),
            parameters: vec![Var(0)],
            returns: vec![gives],
            variables,
            blocks: vec![Block { ops: vec![], end }],
        };
        let (parameters, returns) = (vec![slot(parameter)], Some(slot(gives)));
        let functions = vec![function];
        verify(&Module { functions, exits: vec![], state: vec![], parameters, returns })
    };
    assert!(make(Type::NewInts, Type::NewInts).unwrap_err().what.contains("parameter of a row"));
    assert!(make(Type::Floats, Type::Floats).unwrap_err().what.contains("what a row gives"));
}

#[test]
fn indices_are_in_range() {
    refused(entry(Op::Copy { to: NOWHERE, from: N }), "no variable 99");
    refused(entry(Op::Copy { to: N, from: NOWHERE }), "no variable 99");
    refused(entry(Op::Guard { test: THERE, exit: ExitId(1) }), "no exit 1");
    refused(entry(checked(N, N, N, 7)), "no exit 7");
    refused(ends(End::Exit(ExitId(3))), "no exit 3");
    refused(ends(End::Jump(BlockId(4))), "no block 4");
    refused(ends(End::Branch { test: THERE, yes: BlockId(1), no: BlockId(9) }), "no block 9");
    let unknown = Op::Call {
        to: vec![SUM],
        function: FunctionId(1),
        arguments: vec![THERE, N],
        too_deep: ExitId(0),
    };
    refused(entry(unknown), "no function 1");
}

#[test]
fn nothing_jumps_to_the_entry() {
    refused(ends(End::Jump(BlockId(0))), "jump to the entry");
    let back = End::Branch { test: THERE, yes: BlockId(1), no: BlockId(0) };
    refused(move |module| module.functions[0].blocks[2].end = back.clone(), "jump to the entry");
}

#[test]
fn operands_and_results_have_their_types() {
    let float = "is float instead of int";
    let int = "is int instead of float";
    let no_bool = "is int instead of bool";
    refused(entry(Op::Constant { to: N, value: Constant::Float(0) }), "n.1 is int");
    refused(entry(Op::Unary { to: N, op: UnaryOp::InvertInt, value: SUM }), float);
    refused(entry(Op::Unary { to: N, op: UnaryOp::Floor, value: SUM }), int);
    let compare = BinaryOp::CompareInt(Comparison::Less);
    refused(entry(Op::Binary { to: THERE, op: compare, left: N, right: SUM }), float);
    refused(entry(Op::Binary { to: N, op: compare, left: N, right: N }), no_bool);
    refused(entry(Op::Binary { to: SUM, op: BinaryOp::AddFloat, left: N, right: SUM }), int);
    refused(entry(checked(SUM, N, N, 0)), float);
    refused(entry(checked(N, N, SUM, 0)), float);
    refused(entry(Op::FusedMultiplyAdd { to: SUM, a: SUM, b: N, c: SUM }), int);
    refused(entry(Op::Select { to: N, test: N, yes: N, no: N }), no_bool);
    refused(entry(Op::Select { to: N, test: THERE, yes: N, no: SUM }), float);
    refused(entry(Op::Guard { test: N, exit: ExitId(0) }), no_bool);
    refused(ends(End::Branch { test: N, yes: BlockId(1), no: BlockId(1) }), no_bool);
}

#[test]
fn calls_have_as_many_values_as_they_need() {
    refused(entry(host(HostFunction::Sin, &[SUM], &[])), "0 arguments instead of 1");
    refused(entry(host(HostFunction::Pow, &[SUM], &[SUM])), "1 arguments instead of 2");
    refused(entry(host(HostFunction::Sin, &[], &[SUM])), "0 results instead of 1");
    refused(entry(host(HostFunction::Sin, &[SUM], &[N])), "is int instead of float");
    refused(entry(host(HostFunction::Gcd, &[N, N], &[N, N])), "is int instead of bool");
    refused(entry(call(&[SUM], &[N])), "1 arguments instead of 2");
    refused(entry(call(&[SUM, SUM], &[THERE, N])), "2 results instead of 1");
    refused(entry(call(&[N], &[THERE, N])), "is int instead of float");
    refused(entry(call(&[SUM], &[N, N])), "is int instead of bool");
    refused(ends(End::Return(vec![])), "0 returned values instead of 1");
    refused(ends(End::Return(vec![N])), "is int instead of float");
}

#[test]
fn no_variable_is_set_twice_by_one_call() {
    refused(
        |module| {
            module.functions[0].returns = vec![Type::Float, Type::Float];
            entry(call(&[SUM, SUM], &[THERE, N]))(module);
        },
        "set twice",
    );
}

#[test]
fn list_operations_are_for_lists() {
    let exit = ExitId(0);
    refused(entry(Op::Length { to: N, array: SUM }), "is no list");
    refused(entry(Op::Item { to: N, array: N, index: N, exit }), "is no list");
    refused(entry(Op::Item { to: SUM, array: INTS, index: N, exit }), "is float instead of int");
    refused(entry(Op::Item { to: N, array: INTS, index: SUM, exit }), "is float instead of int");
    refused(entry(Op::NewList { to: INTS }), "no list of the function's own");
    refused(entry(Op::Push { list: INTS, value: N }), "no list of the function's own");
    refused(entry(Op::Push { list: NEW_INTS, value: SUM }), "is float instead of int");
    let choice = Op::Select { to: NEW_INTS, test: THERE, yes: NEW_INTS, no: NEW_INTS };
    refused(entry(choice), "between lists");
}

#[test]
fn variables_are_set_before_they_are_used() {
    refused(entry(Op::Copy { to: N, from: LATE }), "late.9 may have no value");
    refused(entry(Op::Length { to: N, array: INTS }), "ints.7 may have no value");
    refused(entry(host(HostFunction::Isqrt, &[N], &[LATE])), "late.9 may have no value");
    let at_end = |module: &mut Module| {
        module.functions[0].returns = vec![Type::Int];
        module.returns = Some(slot(Type::Int));
        module.functions[0].blocks[3].end = End::Return(vec![LATE]);
    };
    refused(at_end, "b3, end: late.9 may have no value");
    // Set on one of two paths only, and in a loop that may not be entered.
    let one_path = |module: &mut Module| {
        let blocks = &mut module.functions[0].blocks;
        blocks[2].ops.push(Op::Copy { to: LATE, from: STEP });
        blocks[3].ops.push(Op::Copy { to: N, from: LATE });
    };
    refused(one_path, "late.9 may have no value");
    let in_loop = |module: &mut Module| {
        module.functions[0].blocks[1].ops.push(Op::Copy { to: N, from: STEP });
    };
    refused(in_loop, "b1, op 1: step.5 may have no value");
}

#[test]
fn every_loop_polls() {
    refused(|module| drop(module.functions[0].blocks[2].ops.remove(0)), "never polls");
    let itself = |module: &mut Module| {
        let end = End::Branch { test: THERE, yes: BlockId(3), no: BlockId(4) };
        let block = Block { ops: vec![], end };
        module.functions[0].blocks.push(block);
    };
    refused(itself, "b4, end: a loop that never polls");
}

#[test]
fn a_variable_set_on_all_paths_is_set() {
    let mut module = with_lists();
    let blocks = &mut module.functions[0].blocks;
    blocks[0].ops.push(Op::Copy { to: LATE, from: N });
    blocks[3].ops.push(Op::Copy { to: N, from: LATE });
    verify(&module).unwrap();
}

#[test]
fn a_state_is_carried_by_the_first_function() {
    // A tag, an int and a float, and one float of a row, which is returned too.
    let make = || {
        let mut draft = Draft::new("step", &STATE_AND_ROW, &STATE_AND_ROW);
        let values = (0..4).map(|index| draft.parameter(index)).collect();
        draft.end(End::Return(values));
        let columns = [Type::Int, Type::Float];
        with_state(draft.finish(), &columns, &[slot(Type::Float)], Some(slot(Type::Float)))
    };
    let refused = |breaks: &dyn Fn(&mut Module), reason: &str| {
        let mut module = make();
        verify(&module).unwrap();
        breaks(&mut module);
        let fault = verify(&module).unwrap_err().to_string();
        assert!(fault.contains(reason), "{fault:?} doesn't say {reason:?}");
    };
    refused(&|module| module.state.clear(), "parameters differ");
    refused(&|module| module.state.truncate(2), "parameters differ");
    refused(&|module| module.state.swap(1, 2), "parameters differ");
    refused(&|module| module.parameters.clear(), "parameters differ");
    refused(&|module| module.returns = None, "returned differs");
    refused(&|module| module.functions[0].returns.truncate(3), "returned values instead of");
    let first = |module: &mut Module, ty: Type| {
        module.state[0] = ty;
        module.functions[0].variables[0].ty = ty;
        module.functions[0].returns[0] = ty;
    };
    refused(&|module| first(module, Type::Float), "begins with its tag");
    let second = |module: &mut Module, ty: Type| {
        module.state[1] = ty;
        module.functions[0].variables[1].ty = ty;
        module.functions[0].returns[1] = ty;
    };
    refused(&|module| second(module, Type::Bool), "ints and floats only");
    refused(&|module| second(module, Type::NewInts), "ints and floats only");
}

const STATE_AND_ROW: [Type; 4] = [Type::Int, Type::Int, Type::Float, Type::Float];

#[test]
fn what_gives_nothing_is_refused() {
    let mut draft = Draft::new("nothing", &[], &[]);
    draft.end(End::Return(vec![]));
    let functions = vec![draft.finish()];
    let module =
        Module { functions, exits: vec![], state: vec![], parameters: vec![], returns: None };
    assert!(verify(&module).unwrap_err().what.contains("gives nothing"));
}
