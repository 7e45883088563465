//! Functions that other compiled code calls.
//!
//! They take the frame, how many more calls may be made inside of each other, and their arguments;
//! they give a status and their results. Where these are many, the caller gives room for them on its
//! stack, in front of the arguments: Cranelift returns only what fits in registers.

use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, BlockArg, InstBuilder, Signature, Value, types};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Linkage, Module as _};

use super::body::{self, Around, Built, TRUSTED, Ways, machine_type};
use super::calls::{Callee, Nesting};
use crate::ir;

/// The status of a function that returned is 0, that of one that left by exit x is x + [`LEFT`].
pub(super) const LEFT: i64 = 1;
pub(super) const STOPPED: i64 = -1;

/// Whether that many results need room in memory. There are eight registers of each kind.
pub(super) fn needs_room(results: usize) -> bool {
    results > 6
}

fn signature(function: &ir::Function) -> Signature {
    // Others return two ints at most in registers.
    let mut signature = Signature::new(CallConv::Tail);
    signature.params = [types::I64, types::I64].map(AbiParam::new).to_vec();
    let is_in_memory = needs_room(function.returns.len());
    signature.params.extend(is_in_memory.then(|| AbiParam::new(types::I64)));
    let parameter = |var: &ir::Var| machine_type(function.variables[var.0 as usize].ty);
    signature.params.extend(function.parameters.iter().map(parameter).map(AbiParam::new));
    signature.returns.push(AbiParam::new(types::I32));
    if !is_in_memory {
        let returns = function.returns.iter().map(|ty| AbiParam::new(machine_type(*ty)));
        signature.returns.extend(returns);
    }
    signature
}

pub(super) fn declare(jit: &mut JITModule, index: usize, function: &ir::Function) -> Built<FuncId> {
    jit.declare_function(&format!("function {index}"), Linkage::Local, &signature(function))
}

/// Gives the bytes that a call takes on the stack.
pub(super) fn define(
    jit: &mut JITModule,
    (context, builders): (&mut Context, &mut FunctionBuilderContext),
    function: &ir::Function,
    callees: &[Option<Callee>],
    (index, id): (usize, FuncId),
) -> Built<usize> {
    context.func.signature = signature(function);
    let mut builder = FunctionBuilder::new(&mut context.func, builders);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let parameters = builder.block_params(entry).to_vec();
    let ways = ways(&mut builder, function);
    let (frame, depth) = (parameters[0], parameters[1]);
    let nesting = Nesting { itself: Some(index), level: 0 };
    let around = Around { jit, callees, frame, depth, nesting, ways };
    let room = needs_room(function.returns.len()).then(|| parameters[2]);
    let arguments = 2 + usize::from(room.is_some());
    body::build(&mut builder, function, &parameters[arguments..], around)?;
    ends(&mut builder, function, ways, room);
    builder.seal_all_blocks();
    builder.finalize(jit.target_config());
    jit.define_function(id, context)?;
    let on_stack = stack_size(context) + parameters.len() * size_of::<u64>();
    jit.clear_context(context);
    Ok(on_stack)
}

/// What a function takes on the stack but for its arguments, after its definition.
pub(super) fn stack_size(context: &Context) -> usize {
    /// The return address and the caller's frame pointer.
    const LINKAGE: usize = 16;
    let layout = context.compiled_code().and_then(|code| code.buffer.frame_layout());
    // Cranelift always says; a page would be more than all but the largest take.
    LINKAGE + layout.map_or(4096, |layout| layout.frame_to_fp_offset as usize)
}

/// The blocks behind a body, still empty.
pub(super) fn ways(builder: &mut FunctionBuilder<'_>, function: &ir::Function) -> Ways {
    let [done, left, stopped] = [(); 3].map(|()| builder.create_block());
    for ty in &function.returns {
        builder.append_block_param(done, machine_type(*ty));
    }
    builder.append_block_param(left, types::I32);
    builder.set_cold_block(left);
    builder.set_cold_block(stopped);
    Ways { done, left, stopped }
}

fn ends(
    builder: &mut FunctionBuilder<'_>,
    function: &ir::Function,
    ways: Ways,
    room: Option<Value>,
) {
    builder.switch_to_block(ways.done);
    let values = builder.block_params(ways.done).to_vec();
    let mut results = vec![builder.ins().iconst(types::I32, 0)];
    match room {
        Some(room) => {
            for (index, value) in values.into_iter().enumerate() {
                builder.ins().store(TRUSTED, value, room, index as i32 * 8);
            }
        }
        None => results.extend(values),
    }
    builder.ins().return_(&results);

    let give_up = builder.create_block();
    let status = builder.append_block_param(give_up, types::I32);
    builder.set_cold_block(give_up);
    builder.switch_to_block(ways.left);
    let exit = builder.block_params(ways.left)[0];
    let exit = builder.ins().iadd_imm_s(exit, LEFT);
    builder.ins().jump(give_up, &[BlockArg::from(exit)]);
    builder.switch_to_block(ways.stopped);
    let stopped = builder.ins().iconst(types::I32, STOPPED);
    builder.ins().jump(give_up, &[BlockArg::from(stopped)]);

    // Whoever gets such a status looks at no result.
    builder.switch_to_block(give_up);
    let mut results = vec![status];
    if room.is_none() {
        results.extend(function.returns.iter().map(|ty| nothing(builder, *ty)));
    }
    builder.ins().return_(&results);
}

fn nothing(builder: &mut FunctionBuilder<'_>, ty: ir::Type) -> Value {
    match machine_type(ty) {
        types::F64 => builder.ins().f64const(0.0),
        integer => builder.ins().iconst(integer, 0),
    }
}
