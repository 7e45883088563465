//! Lists in instructions.
//!
//! A list of a column is an address and a length, in two of Cranelift's variables. One that the
//! function makes is the address of an [`arena::List`], so that copies are the same list.

use std::mem::offset_of;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, Block, InstBuilder, Type as MachineType, Value, types};
use cranelift_frontend::{FunctionBuilder, Variable};
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Linkage, Module as _};

use super::arena::{self, Arena, List};
use super::body::{Body, Built, TRUSTED, machine_type};
use super::frame::Offset;
use crate::ir::{ExitId, Function, Module, Op, Slot, Type, Var};

const ITEMS: i32 = offset_of!(List, items) as i32;
const LENGTH: i32 = offset_of!(List, length) as i32;
const CAPACITY: i32 = offset_of!(List, capacity) as i32;
const USED: i32 = offset_of!(Arena, used) as i32;
const LONGEST: i32 = offset_of!(Arena, longest) as i32;

/// Whether a variable of this type stands for an address and a length.
pub(super) fn is_column_list(ty: Type) -> bool {
    matches!(ty, Type::Ints | Type::Floats)
}

/// The variables for the lengths of a function's column lists.
pub(super) fn lengths(
    builder: &mut FunctionBuilder<'_>,
    function: &Function,
) -> Vec<Option<Variable>> {
    let length = |ty| is_column_list(ty).then(|| builder.declare_var(types::I64));
    function.variables.iter().map(|variable| variable.ty).map(length).collect()
}

/// Whether functions give lists to each other, which they can't.
pub(super) fn cross_calls(module: &Module) -> bool {
    let of_lists = |ty: Type| ty.item().is_some();
    module.functions.iter().skip(1).any(|function| {
        let parameters = function.parameters.iter();
        let mut parameters = parameters.map(|var| function.variables[var.0 as usize].ty);
        parameters.any(of_lists) || function.returns.iter().copied().any(of_lists)
    })
}

/// Whether there are lists at all.
pub(super) fn are_there(module: &Module) -> bool {
    let mut variables = module.functions.iter().flat_map(|function| &function.variables);
    variables.any(|variable| variable.ty.item().is_some())
}

/// Whether rows make lists, which are to be forgotten with the next row.
pub(super) fn are_made(module: &Module) -> bool {
    let blocks = module.functions.iter().flat_map(|function| &function.blocks);
    blocks.flat_map(|block| &block.ops).any(|op| matches!(op, Op::NewList { .. }))
}

/// Begins a row with these parameters, without lists of its own.
pub(super) fn begin_row(
    builder: &mut FunctionBuilder<'_>,
    frame: Value,
    slots: &[Slot],
    parameters: &[Value],
) {
    let arena = builder.ins().load(types::I64, TRUSTED, frame, Offset::ARENA);
    let zero = builder.ins().iconst(types::I64, 0);
    builder.ins().store(TRUSTED, zero, arena, USED);
    let (mut place, mut longest) = (0, zero);
    for slot in slots {
        place += 1 + usize::from(slot.nullable);
        if is_column_list(slot.ty) {
            longest = builder.ins().umax(longest, parameters[place]);
            place += 1;
        }
    }
    builder.ins().store(TRUSTED, longest, arena, LONGEST);
}

/// A row's list in a column: where its items are, and how many.
pub(super) fn of_row(
    builder: &mut FunctionBuilder<'_>,
    items: Value,
    offsets: Value,
    row: Value,
) -> [Value; 2] {
    let at = builder.ins().ishl_imm_u(row, 2);
    let at = builder.ins().iadd(offsets, at);
    let [first, end] = [0, 4].map(|offset| {
        let short = builder.ins().load(types::I32, TRUSTED, at, offset);
        builder.ins().sextend(types::I64, short)
    });
    let length = builder.ins().isub(end, first);
    let bytes = builder.ins().ishl_imm_u(first, 3);
    [builder.ins().iadd(items, bytes), length]
}

/// Keeps a returned list's items for the answer, and gives its length; goes to `unfit` where the
/// answer can't hold so many, and where there is no value keeps nothing.
pub(super) fn give(
    builder: &mut FunctionBuilder<'_>,
    jit: &mut JITModule,
    frame: Value,
    (slot, returned): (Slot, &[Value]),
    unfit: Block,
) -> Built<Value> {
    let list = returned[usize::from(slot.nullable)];
    let mut length = builder.ins().load(types::I64, TRUSTED, list, LENGTH);
    let on = builder.create_block();
    if slot.nullable {
        let none = builder.ins().iconst(types::I64, 0);
        length = builder.ins().select(returned[0], length, none);
        let keep = builder.create_block();
        builder.ins().brif(returned[0], keep, &[], on, &[]);
        builder.switch_to_block(keep);
    }
    let id = declare(jit, arena::GIVE_LIST, &[types::I64; 2], types::I8)?;
    let give = jit.declare_func_in_func(id, builder.func);
    builder.func.dfg.ext_funcs[give].colocated = false;
    let arena = builder.ins().load(types::I64, TRUSTED, frame, Offset::ARENA);
    let call = builder.ins().call(give, &[arena, list]);
    let is_kept = builder.inst_results(call)[0];
    builder.ins().brif(is_kept, on, &[], unfit, &[]);
    builder.switch_to_block(on);
    Ok(length)
}

fn declare(
    jit: &mut JITModule,
    name: &str,
    parameters: &[MachineType],
    returns: MachineType,
) -> Built<FuncId> {
    let mut signature = jit.make_signature();
    signature.params.extend(parameters.iter().copied().map(AbiParam::new));
    signature.returns.push(AbiParam::new(returns));
    jit.declare_function(name, Linkage::Import, &signature)
}

impl Body<'_, '_> {
    fn length_variable(&self, list: Var) -> Option<Variable> {
        self.lengths[list.0 as usize]
    }

    /// Takes as many values as stand for it.
    pub(super) fn set_parameter(&mut self, var: Var, values: &mut impl Iterator<Item = Value>) {
        if let Some(value) = values.next() {
            self.set(var, value);
        }
        if let Some(variable) = self.length_variable(var)
            && let Some(length) = values.next()
        {
            self.builder.def_var(variable, length);
        }
    }

    /// A copy of a list is the same list.
    pub(super) fn copy(&mut self, to: Var, from: Var) {
        let value = self.get(from);
        self.set(to, value);
        if let (Some(to), Some(from)) = (self.length_variable(to), self.length_variable(from)) {
            let length = self.builder.use_var(from);
            self.builder.def_var(to, length);
        }
    }

    pub(super) fn length(&mut self, list: Var) -> Value {
        match self.length_variable(list) {
            Some(length) => self.builder.use_var(length),
            None => {
                let list = self.get(list);
                self.builder.ins().load(types::I64, TRUSTED, list, LENGTH)
            }
        }
    }

    pub(super) fn item(&mut self, list: Var, index: Var, exit: ExitId) -> Value {
        let (length, index) = (self.length(list), self.get(index));
        let is_there = self.builder.ins().icmp(IntCC::UnsignedLessThan, index, length);
        self.leave_unless(is_there, exit);
        let mut items = self.get(list);
        if self.length_variable(list).is_none() {
            items = self.builder.ins().load(types::I64, TRUSTED, items, ITEMS);
        }
        let offset = self.builder.ins().ishl_imm_u(index, 3);
        let address = self.builder.ins().iadd(items, offset);
        let ty = self.function.variables[list.0 as usize].ty.item().unwrap_or(Type::Int);
        self.builder.ins().load(machine_type(ty), TRUSTED, address, 0)
    }

    pub(super) fn new_list(&mut self, to: Var, exit: ExitId) -> Built {
        let new = self.list_function(arena::NEW_LIST, &[types::I64], types::I64)?;
        let arena = self.arena();
        let call = self.builder.ins().call(new, &[arena]);
        let list = self.builder.inst_results(call)[0];
        self.leave_unless(list, exit);
        self.set(to, list);
        Ok(())
    }

    /// Where there is capacity, an item is two stores.
    pub(super) fn push(&mut self, list: Var, value: Var, exit: ExitId) -> Built {
        let (list, value) = (self.get(list), self.get(value));
        let [length, capacity] = [LENGTH, CAPACITY]
            .map(|field| self.builder.ins().load(types::I64, TRUSTED, list, field));
        let (full, on) = (self.builder.create_block(), self.builder.create_block());
        self.builder.set_cold_block(full);
        let is_full = self.builder.ins().icmp(IntCC::Equal, length, capacity);
        self.builder.ins().brif(is_full, full, &[], on, &[]);
        self.builder.switch_to_block(full);
        let grow = self.list_function(arena::GROW_LIST, &[types::I64; 2], types::I8)?;
        let arena = self.arena();
        let call = self.builder.ins().call(grow, &[arena, list]);
        let has_room = self.builder.inst_results(call)[0];
        self.leave_unless(has_room, exit);
        self.builder.ins().jump(on, &[]);
        self.builder.switch_to_block(on);
        let items = self.builder.ins().load(types::I64, TRUSTED, list, ITEMS);
        let offset = self.builder.ins().ishl_imm_u(length, 3);
        let address = self.builder.ins().iadd(items, offset);
        self.builder.ins().store(TRUSTED, value, address, 0);
        let length = self.builder.ins().iadd_imm_s(length, 1);
        self.builder.ins().store(TRUSTED, length, list, LENGTH);
        Ok(())
    }

    fn arena(&mut self) -> Value {
        self.builder.ins().load(types::I64, TRUSTED, self.frame, Offset::ARENA)
    }

    fn list_function(
        &mut self,
        name: &'static str,
        parameters: &[MachineType],
        returns: MachineType,
    ) -> Built<cranelift_codegen::ir::FuncRef> {
        if let Some(known) = self.hosts.get(name) {
            return Ok(*known);
        }
        let id = declare(self.jit, name, parameters, returns)?;
        let reference = self.import(id);
        self.hosts.insert(name, reference);
        Ok(reference)
    }
}
