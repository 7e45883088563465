//! The loop over rows of many groups: each row's state is loaded from the columns of states and stored
//! there again.
//!
//! A row that leaves marks its group, so that the group's later rows leave too. What such a row or one
//! without a state yet costs is one comparison for all others.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use cranelift_frontend::FunctionBuilder;
use cranelift_jit::JITModule;

use super::body::{Built, TRUSTED, machine_type};
use super::calls::Callee;
use super::frame::{AWAY, DONE, Offset};
use super::function::STOPPED;
use super::rows::{self, Entry};
use super::states::{FRESH, MARK};
use crate::ir::{Module, Type};
use crate::state::SHAPES;

/// Where states are, loaded once a chunk.
struct Places {
    groups: Value,
    tags: Value,
    columns: Vec<Value>,
    initial: Value,
}

pub(super) fn build(
    builder: &mut FunctionBuilder<'_>,
    jit: &mut JITModule,
    module: &Module,
    callees: &[Option<Callee>],
) -> Built {
    let Entry { frame, begin, end, depth, sources } = rows::enter(builder, &module.parameters);
    let types_of_columns = &module.state[1..];
    let places = places(builder, frame, types_of_columns.len());
    let [next, row_block, finished] = [(); 3].map(|()| builder.create_block());
    let row = builder.append_block_param(next, types::I64);
    builder.ins().jump(next, &[begin.into()]);
    builder.switch_to_block(next);
    let is_row = builder.ins().icmp(IntCC::SignedLessThan, row, end);
    builder.ins().brif(is_row, row_block, &[], finished, &[]);

    builder.switch_to_block(row_block);
    let Group { number, tag_address, byte, tag } = find(builder, &places, (frame, row, next));
    let mut parameters = vec![tag];
    let mut addresses = Vec::new();
    for (ty, column) in types_of_columns.iter().zip(&places.columns) {
        let address = rows::item(builder, *column, number);
        parameters.push(load(builder, *ty, address));
        addresses.push(address);
    }
    parameters.extend(sources.iter().flat_map(|source| rows::load(builder, *source, row)));
    let ways = rows::body(builder, jit, (module, callees), (frame, depth), &parameters)?;

    builder.switch_to_block(ways.done);
    let returned = builder.block_params(ways.done).to_vec();
    let tag = builder.ins().ireduce(types::I8, returned[0]);
    builder.ins().store(TRUSTED, tag, tag_address, 0);
    for (address, value) in addresses.into_iter().zip(&returned[1..]) {
        builder.ins().store(TRUSTED, *value, address, 0);
    }
    rows::go_on(builder, row, next, &[]);

    builder.switch_to_block(ways.left);
    let exit = builder.block_params(ways.left)[0];
    rows::note(builder, frame, row, exit);
    let marked = builder.ins().bor_imm_u(byte, i64::from(MARK));
    builder.ins().store(TRUSTED, marked, tag_address, 0);
    rows::go_on(builder, row, next, &[]);
    rows::finish(builder, ways.stopped, STOPPED);
    rows::finish(builder, finished, i64::from(DONE));
    Ok(())
}

/// A row's group.
struct Group {
    number: Value,
    tag_address: Value,
    /// What stands there.
    byte: Value,
    /// Of its state.
    tag: Value,
}

/// Finds the group and goes on where its state is here; else the row leaves.
fn find(
    builder: &mut FunctionBuilder<'_>,
    places: &Places,
    (frame, row, next): (Value, Value, Block),
) -> Group {
    let [home, other, away] = [(); 3].map(|()| builder.create_block());
    let tag = builder.append_block_param(home, types::I64);
    let address = rows::item(builder, places.groups, row);
    let number = builder.ins().load(types::I64, TRUSTED, address, 0);
    let tag_address = builder.ins().iadd(places.tags, number);
    let byte = builder.ins().load(types::I8, TRUSTED, tag_address, 0);
    let whole = builder.ins().uextend(types::I64, byte);
    let is_tag = builder.ins().icmp_imm_s(IntCC::UnsignedLessThan, whole, SHAPES as i64);
    builder.ins().brif(is_tag, home, &[whole.into()], other, &[]);

    builder.switch_to_block(other);
    builder.set_cold_block(other);
    let is_fresh = builder.ins().icmp_imm_s(IntCC::Equal, whole, i64::from(FRESH));
    builder.ins().brif(is_fresh, home, &[places.initial.into()], away, &[]);
    builder.switch_to_block(away);
    builder.set_cold_block(away);
    let exit = builder.ins().iconst(types::I32, i64::from(AWAY));
    rows::note(builder, frame, row, exit);
    rows::go_on(builder, row, next, &[]);
    builder.switch_to_block(home);
    Group { number, tag_address, byte, tag }
}

fn load(builder: &mut FunctionBuilder<'_>, ty: Type, address: Value) -> Value {
    builder.ins().load(machine_type(ty), TRUSTED, address, 0)
}

fn places(builder: &mut FunctionBuilder<'_>, frame: Value, columns: usize) -> Places {
    let mut load = |from, offset| builder.ins().load(types::I64, TRUSTED, from, offset);
    let [groups, tags, states, initial] =
        [Offset::GROUPS, Offset::TAGS, Offset::STATES, Offset::INITIAL]
            .map(|offset| load(frame, offset));
    let columns = (0..columns).map(|index| load(states, index as i32 * 8)).collect();
    Places { groups, tags, columns, initial }
}
