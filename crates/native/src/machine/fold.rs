//! The loop over rows that all go to one state: it is loaded at the begin, stays in registers from row to
//! row, and is stored at the end or in front of the row that leaves.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, Value, types};
use cranelift_frontend::FunctionBuilder;
use cranelift_jit::JITModule;

use super::body::{Built, TRUSTED, machine_type};
use super::calls::Callee;
use super::frame::{AT_LEFT, DONE, Offset};
use super::function::STOPPED;
use super::rows::{self, Entry};
use crate::ir::Module;

pub(super) fn build(
    builder: &mut FunctionBuilder<'_>,
    jit: &mut JITModule,
    module: &Module,
    callees: &[Option<Callee>],
) -> Built {
    let Entry { frame, begin, end, depth, sources } = rows::enter(builder, &module.parameters);
    let answer = rows::answer(builder, frame);
    let cell = builder.ins().load(types::I64, TRUSTED, frame, Offset::CELL);
    let [next, row_block, finished] = [(); 3].map(|()| builder.create_block());
    let row = builder.append_block_param(next, types::I64);
    let mut first = vec![BlockArg::from(begin)];
    let mut state = Vec::new();
    for (index, ty) in module.state.iter().enumerate() {
        let ty = machine_type(*ty);
        first.push(builder.ins().load(ty, TRUSTED, cell, place(index)).into());
        state.push(builder.append_block_param(next, ty));
    }
    builder.ins().jump(next, &first);
    builder.switch_to_block(next);
    let is_row = builder.ins().icmp(IntCC::SignedLessThan, row, end);
    builder.ins().brif(is_row, row_block, &[], finished, &[]);

    builder.switch_to_block(row_block);
    let mut parameters = state.clone();
    parameters.extend(sources.iter().flat_map(|source| rows::load(builder, *source, row)));
    let ways = rows::body(builder, jit, (module, callees), (frame, depth), &parameters)?;

    builder.switch_to_block(ways.done);
    let returned = builder.block_params(ways.done).to_vec();
    let (following, values) = returned.split_at(state.len());
    if let Some(slot) = module.returns {
        rows::store(builder, slot, answer, row, values);
    }
    rows::go_on(builder, row, next, following);

    builder.switch_to_block(ways.left);
    let exit = builder.block_params(ways.left)[0];
    rows::note(builder, frame, row, exit);
    end_with(builder, cell, &state, AT_LEFT);
    builder.switch_to_block(finished);
    end_with(builder, cell, &state, DONE);
    rows::finish(builder, ways.stopped, STOPPED);
    Ok(())
}

fn place(index: usize) -> i32 {
    index as i32 * 8
}

fn end_with(builder: &mut FunctionBuilder<'_>, cell: Value, state: &[Value], status: u32) {
    for (index, value) in state.iter().enumerate() {
        builder.ins().store(TRUSTED, *value, cell, place(index));
    }
    let status = builder.ins().iconst(types::I32, i64::from(status));
    builder.ins().return_(&[status]);
}
