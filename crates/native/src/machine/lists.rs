//! Lists in instructions.
//!
//! A list of a column is an address and a length, in two of Cranelift's variables. One that the
//! function makes is the address of an [`arena::List`], so that copies are the same list.

use std::mem::offset_of;

use cranelift_codegen::Context;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, Block as MachineBlock, InstBuilder, Signature, Type as MachineType, Value, types,
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Linkage, Module as _};

use super::arena::{self, Arena, List};
use super::body::{Body, Built, FIXED, TRUSTED, machine_type};
use super::frame::Offset;
use crate::ir::{Block, ExitId, Function, Module, Op, Slot, Type, Var};

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

/// What is known of a function's only list, where it makes one in a row at most: then all of its
/// variables for lists of its own are that list, and these need not be looked up in memory.
#[derive(Clone, Copy)]
pub(super) struct Only {
    items: Variable,
    length: Variable,
    capacity: Variable,
}

/// None where there is no list, or where there may be two.
pub(super) fn only(builder: &mut FunctionBuilder<'_>, function: &Function) -> Option<Only> {
    let made = |block: &Block| block.ops.iter().filter(|op| is_made(op)).count();
    let makers: Vec<&Block> = function.blocks.iter().filter(|block| made(block) > 0).collect();
    let makes_another = |block: &&Block| made(block) > 1 || leads_to_a_list(function, block);
    if makers.is_empty() || makers.iter().any(makes_another) {
        return None;
    }
    let [items, length, capacity] = [(); 3].map(|()| builder.declare_var(types::I64));
    Some(Only { items, length, capacity })
}

fn is_made(op: &Op) -> bool {
    matches!(op, Op::NewList { .. })
}

/// Whether a list is made somewhere behind a block.
fn leads_to_a_list(function: &Function, block: &Block) -> bool {
    let mut waiting = block.end.targets();
    let mut is_known = vec![false; function.blocks.len()];
    while let Some(id) = waiting.pop() {
        let index = id.0 as usize;
        if !std::mem::replace(&mut is_known[index], true) {
            let block = &function.blocks[index];
            if block.ops.iter().any(is_made) {
                return true;
            }
            waiting.extend(block.end.targets());
        }
    }
    false
}

/// Whether rows make lists, which are to be forgotten with the next row.
pub(super) fn are_made(module: &Module) -> bool {
    module.ops().any(is_made)
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
    unfit: MachineBlock,
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

/// The module's own way to `GROW_LIST`.
const GROW: &str = "grow";

fn grow_signature(jit: &JITModule) -> Signature {
    let mut signature = jit.make_signature();
    signature.params.extend([types::I64; 2].map(AbiParam::new));
    signature.call_conv = CallConv::PreserveAll;
    signature
}

fn declare_grow(jit: &mut JITModule) -> Built<FuncId> {
    let signature = grow_signature(jit);
    jit.declare_function(GROW, Linkage::Local, &signature)
}

/// Defines what makes room: it calls [`arena`] and gives nothing, as the convention wants.
pub(super) fn define_grow(
    jit: &mut JITModule,
    (context, builders): (&mut Context, &mut FunctionBuilderContext),
) -> Built {
    let id = declare_grow(jit)?;
    context.func.signature = grow_signature(jit);
    let mut builder = FunctionBuilder::new(&mut context.func, builders);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let arguments = builder.block_params(entry).to_vec();
    let host = declare(jit, arena::GROW_LIST, &[types::I64; 2], types::I8)?;
    let host = jit.declare_func_in_func(host, builder.func);
    builder.func.dfg.ext_funcs[host].colocated = false;
    builder.ins().call(host, &arguments);
    builder.ins().return_(&[]);
    builder.seal_all_blocks();
    builder.finalize(jit.target_config());
    jit.define_function(id, context)?;
    jit.clear_context(context);
    Ok(())
}

impl Only {
    fn variable(self, field: i32) -> Variable {
        match field {
            ITEMS => self.items,
            LENGTH => self.length,
            _ => self.capacity,
        }
    }
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
            None => self.field(list, LENGTH),
        }
    }

    /// Of a list of the function's own.
    fn field(&mut self, list: Var, field: i32) -> Value {
        if let Some(only) = self.only {
            return self.builder.use_var(only.variable(field));
        }
        let list = self.get(list);
        self.builder.ins().load(types::I64, TRUSTED, list, field)
    }

    fn set_length(&mut self, list: Value, length: Value) {
        match self.only {
            Some(only) => self.builder.def_var(only.length, length),
            None => {
                self.builder.ins().store(TRUSTED, length, list, LENGTH);
            }
        }
    }

    /// Writes the length of the only list down, for those who look into memory.
    pub(super) fn write_length(&mut self, list: Value) {
        if let Some(only) = self.only {
            let length = self.builder.use_var(only.length);
            self.builder.ins().store(TRUSTED, length, list, LENGTH);
        }
    }

    /// Looks into memory for what became of the only list.
    fn read(&mut self, list: Value) {
        let Some(only) = self.only else { return };
        for field in [ITEMS, LENGTH, CAPACITY] {
            let value = self.builder.ins().load(types::I64, TRUSTED, list, field);
            self.builder.def_var(only.variable(field), value);
        }
    }

    /// Without an exit the item is certainly there.
    pub(super) fn item(&mut self, list: Var, index: Var, exit: Option<ExitId>) -> Value {
        let index = self.get(index);
        if let Some(exit) = exit {
            let length = self.length(list);
            let is_there = self.builder.ins().icmp(IntCC::UnsignedLessThan, index, length);
            self.leave_unless(is_there, exit);
        }
        let items = match self.length_variable(list) {
            Some(_) => self.get(list),
            None => self.field(list, ITEMS),
        };
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
        self.read(list);
        Ok(())
    }

    /// Where there is capacity, an item is two stores.
    pub(super) fn push(&mut self, list: Var, value: Var, exit: ExitId) -> Built {
        let (address, value) = (self.get(list), self.get(value));
        let [length, capacity] = [LENGTH, CAPACITY].map(|field| self.field(list, field));
        let (full, on) = (self.builder.create_block(), self.builder.create_block());
        self.builder.set_cold_block(full);
        let is_full = self.builder.ins().icmp(IntCC::Equal, length, capacity);
        self.builder.ins().brif(is_full, full, &[], on, &[]);
        self.builder.switch_to_block(full);
        self.write_length(address);
        self.grow(address, exit)?;
        self.read(address);
        self.builder.ins().jump(on, &[]);
        self.builder.switch_to_block(on);
        let items = self.field(list, ITEMS);
        let offset = self.builder.ins().ishl_imm_u(length, 3);
        let place = self.builder.ins().iadd(items, offset);
        self.builder.ins().store(TRUSTED, value, place, 0);
        let length = self.builder.ins().iadd_imm_s(length, 1);
        self.set_length(address, length);
        Ok(())
    }

    /// Makes room for more items. The call keeps all registers, or the loops around it, which
    /// hardly ever come here, would have to keep what they carry in memory.
    fn grow(&mut self, list: Value, exit: ExitId) -> Built {
        let grow = match self.hosts.get(GROW) {
            Some(known) => *known,
            None => {
                let id = declare_grow(self.jit)?;
                let reference = self.jit.declare_func_in_func(id, self.builder.func);
                self.hosts.insert(GROW, reference);
                reference
            }
        };
        let arena = self.arena();
        self.builder.ins().call(grow, &[arena, list]);
        let [length, capacity] = [LENGTH, CAPACITY]
            .map(|field| self.builder.ins().load(types::I64, TRUSTED, list, field));
        let has_room = self.builder.ins().icmp(IntCC::NotEqual, length, capacity);
        self.leave_unless(has_room, exit);
        Ok(())
    }

    fn arena(&mut self) -> Value {
        self.builder.ins().load(types::I64, FIXED, self.frame, Offset::ARENA)
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
