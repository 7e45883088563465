//! The loop over the rows of a chunk, with the first function inside of it.

use cranelift_codegen::Context;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, Block, BlockArg, InstBuilder, Signature, Value, types};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Linkage, Module as _};

use super::body::{self, Around, Built, TRUSTED, Ways};
use super::calls::{Callee, Nesting};
use super::frame::{DONE, Left, Offset, UNFIT};
use super::function::{self, STOPPED};
use super::lists;
use super::vector;
use crate::ir::{Module, Slot, Type};

/// Of `extern "C" fn(frame: *mut Frame, begin: i64, end: i64) -> u32`.
fn signature(jit: &JITModule) -> Signature {
    let mut signature = jit.make_signature();
    signature.params = [types::I64; 3].map(AbiParam::new).to_vec();
    signature.returns.push(AbiParam::new(types::I32));
    signature
}

/// Where a parameter's values are: addresses and bit offsets, loaded once a chunk.
#[derive(Clone, Copy)]
pub(super) struct Source {
    slot: Slot,
    values: Value,
    first_value: Value,
    validity: Value,
    first_validity: Value,
    offsets: Value,
}

/// Defines a loop of that name, and gives the bytes that a call takes on the stack, too.
pub(super) fn define(
    jit: &mut JITModule,
    (context, builders): (&mut Context, &mut FunctionBuilderContext),
    name: &str,
    build: impl FnOnce(&mut FunctionBuilder<'_>, &mut JITModule) -> Built,
) -> Built<(FuncId, usize)> {
    context.func.signature = signature(jit);
    let id = jit.declare_function(name, Linkage::Export, &context.func.signature)?;
    let mut builder = FunctionBuilder::new(&mut context.func, builders);
    build(&mut builder, jit)?;
    builder.seal_all_blocks();
    builder.finalize(jit.target_config());
    jit.define_function(id, context)?;
    let on_stack = function::stack_size(context);
    jit.clear_context(context);
    Ok((id, on_stack))
}

/// What each loop begins with, in its entry.
pub(super) struct Entry {
    pub(super) frame: Value,
    pub(super) begin: Value,
    pub(super) end: Value,
    pub(super) depth: Value,
    pub(super) sources: Vec<Source>,
}

pub(super) fn enter(builder: &mut FunctionBuilder<'_>, parameters: &[Slot]) -> Entry {
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let [frame, begin, end] = [0, 1, 2].map(|index| builder.block_params(entry)[index]);
    let sources = sources(builder, frame, parameters);
    let depth = builder.ins().load(types::I64, TRUSTED, frame, Offset::DEPTH);
    Entry { frame, begin, end, depth, sources }
}

pub(super) fn build(
    builder: &mut FunctionBuilder<'_>,
    jit: &mut JITModule,
    (module, returns): (&Module, Slot),
    callees: &[Option<Callee>],
) -> Built {
    let Entry { frame, begin, end, depth, sources } = enter(builder, &module.parameters);
    let answer = answer(builder, frame);

    let [single, next, row_block, finished] = [(); 4].map(|()| builder.create_block());
    let [first, until] = [(); 2].map(|()| builder.append_block_param(single, types::I64));
    let row = builder.append_block_param(next, types::I64);
    let behind = match vector::straight(module) {
        Some(straight) => {
            let head = builder.create_block();
            builder.ins().jump(head, &[begin.into()]);
            let columns = sources.iter().map(|source| source.values).collect();
            let around = vector::Around { columns, values: answer.0, end, head, single };
            vector::build(builder, &straight, &around);
            let behind = builder.create_block();
            builder.switch_to_block(behind);
            let is_end = builder.ins().icmp(IntCC::Equal, until, end);
            builder.ins().brif(is_end, finished, &[], head, &[until.into()]);
            behind
        }
        None => {
            builder.ins().jump(single, &[begin.into(), end.into()]);
            finished
        }
    };
    builder.switch_to_block(single);
    builder.ins().jump(next, &[first.into()]);
    builder.switch_to_block(next);
    let is_row = builder.ins().icmp(IntCC::SignedLessThan, row, until);
    builder.ins().brif(is_row, row_block, &[], behind, &[]);

    builder.switch_to_block(row_block);
    let parameters: Vec<Value> =
        sources.iter().flat_map(|source| load(builder, *source, row)).collect();
    if lists::are_made(module) {
        lists::begin_row(builder, frame, &module.parameters, &parameters);
    }
    let ways = body(builder, jit, (module, callees), (frame, depth), &parameters)?;

    builder.switch_to_block(ways.done);
    let mut returned = builder.block_params(ways.done).to_vec();
    let unfit = returns.ty.item().map(|_| builder.create_block());
    if let Some(unfit) = unfit {
        let length = lists::give(builder, jit, frame, (returns, &returned), unfit)?;
        returned[usize::from(returns.nullable)] = length;
    }
    store(builder, returns, answer, row, &returned);
    go_on(builder, row, next, &[]);
    if let Some(unfit) = unfit {
        builder.switch_to_block(unfit);
        let exit = builder.ins().iconst(types::I32, i64::from(UNFIT));
        builder.ins().jump(ways.left, &[exit.into()]);
    }
    builder.switch_to_block(ways.left);
    let exit = builder.block_params(ways.left)[0];
    note(builder, frame, row, exit);
    go_on(builder, row, next, &[]);
    finish(builder, ways.stopped, STOPPED);
    finish(builder, finished, i64::from(DONE));
    Ok(())
}

/// Puts the first function in place; gives the ways out of it, where nothing stands yet.
pub(super) fn body(
    builder: &mut FunctionBuilder<'_>,
    jit: &mut JITModule,
    (module, callees): (&Module, &[Option<Callee>]),
    (frame, depth): (Value, Value),
    parameters: &[Value],
) -> Built<Ways> {
    let entry = &module.functions[0];
    let ways = function::ways(builder, entry);
    let nesting = Nesting::default();
    let around = Around { jit, callees, frame, depth, nesting, ways };
    body::build(builder, entry, parameters, around)?;
    Ok(ways)
}

fn sources(builder: &mut FunctionBuilder<'_>, frame: Value, slots: &[Slot]) -> Vec<Source> {
    let columns = builder.ins().load(types::I64, TRUSTED, frame, Offset::COLUMNS);
    let source = |(index, slot): (usize, &Slot)| {
        let mut field = |field| {
            let offset = Offset::column(index, field);
            builder.ins().load(types::I64, TRUSTED, columns, offset)
        };
        Source {
            slot: *slot,
            values: field(Offset::COLUMN_VALUES),
            first_value: field(Offset::COLUMN_FIRST_VALUE),
            validity: field(Offset::COLUMN_VALIDITY),
            first_validity: field(Offset::COLUMN_FIRST_VALIDITY),
            offsets: field(Offset::COLUMN_OFFSETS),
        }
    };
    slots.iter().enumerate().map(source).collect()
}

/// Where what rows return is put: values and validity.
pub(super) fn answer(builder: &mut FunctionBuilder<'_>, frame: Value) -> (Value, Value) {
    let mut load = |offset| builder.ins().load(types::I64, TRUSTED, frame, offset);
    (load(Offset::VALUES), load(Offset::VALIDITY))
}

/// The variables of a parameter in a row.
pub(super) fn load(builder: &mut FunctionBuilder<'_>, source: Source, row: Value) -> Vec<Value> {
    let mut variables = Vec::with_capacity(2);
    if source.slot.nullable {
        variables.push(bit(builder, source.validity, source.first_validity, row));
    }
    match source.slot.ty {
        Type::Bool => variables.push(bit(builder, source.values, source.first_value, row)),
        ty if lists::is_column_list(ty) => {
            variables.extend(lists::of_row(builder, source.values, source.offsets, row));
        }
        ty => {
            let address = item(builder, source.values, row);
            variables.push(builder.ins().load(body::machine_type(ty), TRUSTED, address, 0));
        }
    }
    variables
}

/// The address of a row's eight bytes.
pub(super) fn item(builder: &mut FunctionBuilder<'_>, values: Value, row: Value) -> Value {
    let offset = builder.ins().ishl_imm_u(row, 3);
    builder.ins().iadd(values, offset)
}

fn bit(builder: &mut FunctionBuilder<'_>, bitmap: Value, first: Value, row: Value) -> Value {
    let place = builder.ins().iadd(first, row);
    let byte = builder.ins().ushr_imm_u(place, 3);
    let address = builder.ins().iadd(bitmap, byte);
    let byte = builder.ins().load(types::I8, TRUSTED, address, 0);
    let count = builder.ins().ireduce(types::I8, place);
    let count = builder.ins().band_imm_u(count, 7);
    let shifted = builder.ins().ushr(byte, count);
    builder.ins().band_imm_u(shifted, 1)
}

/// Puts what the row returned into the columns of the answer; of a list its length.
pub(super) fn store(
    builder: &mut FunctionBuilder<'_>,
    slot: Slot,
    (values, validity): (Value, Value),
    row: Value,
    returned: &[Value],
) {
    if slot.nullable {
        let address = builder.ins().iadd(validity, row);
        builder.ins().store(TRUSTED, returned[0], address, 0);
    }
    let address = match slot.ty {
        Type::Bool => builder.ins().iadd(values, row),
        _ => item(builder, values, row),
    };
    builder.ins().store(TRUSTED, returned[usize::from(slot.nullable)], address, 0);
}

/// Writes down that a row left, and by which exit.
pub(super) fn note(builder: &mut FunctionBuilder<'_>, frame: Value, row: Value, exit: Value) {
    let [list, count] = [Offset::LEFT, Offset::LEFT_COUNT]
        .map(|offset| builder.ins().load(types::I64, TRUSTED, frame, offset));
    let offset = builder.ins().imul_imm_s(count, size_of::<Left>() as i64);
    let address = builder.ins().iadd(list, offset);
    let short = builder.ins().ireduce(types::I32, row);
    builder.ins().store(TRUSTED, short, address, 0);
    builder.ins().store(TRUSTED, exit, address, Offset::LEFT_EXIT);
    let count = builder.ins().iadd_imm_s(count, 1);
    builder.ins().store(TRUSTED, count, frame, Offset::LEFT_COUNT);
}

/// To the next row, with the state that it gets.
pub(super) fn go_on(builder: &mut FunctionBuilder<'_>, row: Value, next: Block, state: &[Value]) {
    let following = builder.ins().iadd_imm_s(row, 1);
    let state = state.iter().map(|value| BlockArg::from(*value));
    let arguments: Vec<BlockArg> = [BlockArg::from(following)].into_iter().chain(state).collect();
    builder.ins().jump(next, &arguments);
}

pub(super) fn finish(builder: &mut FunctionBuilder<'_>, block: Block, status: i64) {
    builder.switch_to_block(block);
    let status = builder.ins().iconst(types::I32, status);
    builder.ins().return_(&[status]);
}
