//! Modules that tests of several files use.

use super::{
    BinaryOp, Block, BlockId, CheckedOp, Comparison, Constant, End, Exit, ExitId, Function,
    HostFunction, Module, Op, Slot, Type, UnaryOp, Var, Variable,
};
use crate::Place;

/// `sum(sin(i) for i in range(n))`, from the top; NULL gives 0.
pub(crate) fn count_down() -> Module {
    let variables = [
        ("there", Type::Bool),
        ("n", Type::Int),
        ("zero", Type::Int),
        ("sum", Type::Float),
        ("more", Type::Bool),
        ("step", Type::Int),
        ("f", Type::Float),
    ];
    let [there, n, zero, sum, more, step, f] = [0, 1, 2, 3, 4, 5, 6].map(Var);
    let compare = BinaryOp::CompareInt(Comparison::Greater);
    let exit = ExitId(0);
    Module {
        functions: vec![Function {
            name: "count_down".into(),
            parameters: vec![there, n],
            returns: vec![Type::Float],
            variables: variables.map(|(name, ty)| Variable { name: name.into(), ty }).to_vec(),
            blocks: vec![
                Block {
                    ops: vec![
                        Op::Constant { to: zero, value: Constant::Int(0) },
                        Op::Constant { to: sum, value: Constant::Float(0) },
                    ],
                    end: End::Branch { test: there, yes: BlockId(1), no: BlockId(3) },
                },
                Block {
                    ops: vec![Op::Binary { to: more, op: compare, left: n, right: zero }],
                    end: End::Branch { test: more, yes: BlockId(2), no: BlockId(3) },
                },
                Block {
                    ops: vec![
                        Op::Poll,
                        Op::Constant { to: step, value: Constant::Int(1) },
                        Op::Checked { to: n, op: CheckedOp::Subtract, left: n, right: step, exit },
                        Op::Unary { to: f, op: UnaryOp::IntToFloat, value: n },
                        Op::Host { to: vec![f], function: HostFunction::Sin, arguments: vec![f] },
                        Op::Binary { to: sum, op: BinaryOp::AddFloat, left: sum, right: f },
                    ],
                    end: End::Jump(BlockId(1)),
                },
                Block { ops: vec![], end: End::Return(vec![sum]) },
            ],
        }],
        exits: vec![Exit {
            place: Place { start: 10, end: 15 },
            reason: "integer overflow".into(),
        }],
        parameters: vec![Slot { ty: Type::Int, nullable: true }],
        state: vec![],
        returns: Some(Slot { ty: Type::Float, nullable: false }),
    }
}
