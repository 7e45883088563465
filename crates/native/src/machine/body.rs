//! The blocks of one function as Cranelift's.
//!
//! Whoever builds around them (the loop over rows, or a function that others call) says where a row
//! goes that returns, leaves or is stopped.

use std::collections::BTreeMap;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, FuncRef, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind,
    Type, Value, types,
};
use cranelift_frontend::{FunctionBuilder, Variable};
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Linkage, Module as _, ModuleError};

use super::bounds::Bounds;
use super::calls::{Callee, Nesting};
use super::frame::Offset;
use super::function::{LEFT, STOPPED};
use super::lists;
use crate::ir::{self, Constant, End, ExitId, HostFunction, Op, Var};

pub(super) type Built<T = ()> = Result<T, ModuleError>;

/// Memory that is there, aligned, and the code's own.
pub(super) const TRUSTED: MemFlagsData = MemFlagsData::trusted();

/// What stays the same while the code runs: it is read once, in front of a loop.
pub(super) const FIXED: MemFlagsData = MemFlagsData::trusted().with_readonly().with_can_move();

/// Where a row goes.
#[derive(Clone, Copy)]
pub(super) struct Ways {
    /// Takes what is returned.
    pub(super) done: Block,
    /// Takes the exit.
    pub(super) left: Block,
    pub(super) stopped: Block,
}

pub(super) struct Body<'a, 'b> {
    pub(super) builder: &'a mut FunctionBuilder<'b>,
    pub(super) jit: &'a mut JITModule,
    pub(super) function: &'a ir::Function,
    /// Those of the module's functions that are called.
    pub(super) callees: &'a [Option<Callee>],
    pub(super) frame: Value,
    /// How many more calls may be made inside of each other, from the machine's last call on.
    pub(super) depth: Value,
    pub(super) nesting: Nesting,
    pub(super) ways: Ways,
    variables: Vec<Variable>,
    /// Of lists that are an address and a length.
    pub(super) lengths: Vec<Option<Variable>>,
    pub(super) only: Option<lists::Only>,
    bounds: Bounds,
    blocks: BTreeMap<usize, Block>,
    exits: BTreeMap<ExitId, Block>,
    pub(super) hosts: BTreeMap<&'static str, FuncRef>,
    relay: Option<Block>,
}

pub(super) fn machine_type(ty: ir::Type) -> Type {
    match ty {
        ir::Type::Float => types::F64,
        ir::Type::Bool => types::I8,
        // Lists are addresses.
        _ => types::I64,
    }
}

/// What a body is built with.
pub(super) struct Around<'a> {
    pub(super) jit: &'a mut JITModule,
    pub(super) callees: &'a [Option<Callee>],
    pub(super) frame: Value,
    pub(super) depth: Value,
    pub(super) nesting: Nesting,
    pub(super) ways: Ways,
}

/// Builds a function's blocks from the current place on, which has its parameters: one value each,
/// but an address and a length for a column's list.
pub(super) fn build(
    builder: &mut FunctionBuilder<'_>,
    function: &ir::Function,
    parameters: &[Value],
    Around { jit, callees, frame, depth, nesting, ways }: Around<'_>,
) -> Built {
    let order: Vec<usize> = function.reachable().iter().map(|id| id.0 as usize).collect();
    let variable = |variable: &ir::Variable| builder.declare_var(machine_type(variable.ty));
    let variables: Vec<Variable> = function.variables.iter().map(variable).collect();
    let lengths = lists::lengths(builder, function);
    let only = lists::only(builder, function);
    let bounds = Bounds::of(function);
    let blocks = order.iter().map(|index| (*index, builder.create_block())).collect();
    let mut body = Body {
        builder,
        jit,
        function,
        callees,
        frame,
        depth,
        nesting,
        ways,
        variables,
        lengths,
        only,
        bounds,
        blocks,
        exits: BTreeMap::new(),
        hosts: BTreeMap::new(),
        relay: None,
    };
    let mut values = parameters.iter().copied();
    for var in &function.parameters {
        body.set_parameter(*var, &mut values);
    }
    let entry = body.blocks[&0];
    body.builder.ins().jump(entry, &[]);
    for index in order {
        body.block(index)?;
    }
    body.outlets();
    Ok(())
}

impl Body<'_, '_> {
    fn block(&mut self, index: usize) -> Built {
        let function = self.function;
        self.builder.switch_to_block(self.blocks[&index]);
        let block = &function.blocks[index];
        self.bounds.begin(index);
        for op in &block.ops {
            self.op(op)?;
            self.bounds.pass(op);
        }
        match &block.end {
            End::Jump(to) => {
                let to = self.blocks[&(to.0 as usize)];
                self.builder.ins().jump(to, &[]);
            }
            End::Branch { test, yes, no } => {
                let test = self.get(*test);
                let (yes, no) = (self.blocks[&(yes.0 as usize)], self.blocks[&(no.0 as usize)]);
                self.builder.ins().brif(test, yes, &[], no, &[]);
            }
            End::Return(values) => {
                for var in values {
                    if function.variables[var.0 as usize].ty.item().is_some() {
                        let list = self.get(*var);
                        self.write_length(list);
                    }
                }
                let values: Vec<BlockArg> =
                    values.iter().map(|var| self.get(*var).into()).collect();
                self.builder.ins().jump(self.ways.done, &values);
            }
            End::Exit(exit) => {
                let to = self.exit(*exit);
                self.builder.ins().jump(to, &[]);
            }
        }
        Ok(())
    }

    fn op(&mut self, op: &Op) -> Built {
        match op {
            Op::Constant { to, value } => {
                let value = self.constant(*value);
                self.set(*to, value);
            }
            Op::Copy { to, from } => self.copy(*to, *from),
            Op::Unary { to, op, value } => {
                let value = self.get(*value);
                let value = self.unary(*op, value);
                self.set(*to, value);
            }
            Op::Binary { to, op, left, right } => {
                let (left, right) = (self.get(*left), self.get(*right));
                let value = self.binary(*op, left, right);
                self.set(*to, value);
            }
            Op::Checked { to, op, left, right, exit } => {
                let (left, right) = (self.get(*left), self.get(*right));
                let value = self.checked(*op, left, right, *exit);
                self.set(*to, value);
            }
            Op::FusedMultiplyAdd { to, a, b, c } => {
                let [a, b, c] = [a, b, c].map(|var| self.get(*var));
                let value = self.builder.ins().fma(a, b, c);
                self.set(*to, value);
            }
            Op::Select { to, test, yes, no } => {
                let [test, yes, no] = [test, yes, no].map(|var| self.get(*var));
                let value = self.builder.ins().select(test, yes, no);
                self.set(*to, value);
            }
            Op::Guard { test, exit } => {
                let test = self.get(*test);
                self.leave_unless(test, *exit);
            }
            Op::Host { to, function, arguments } => self.host(to, *function, arguments)?,
            Op::Call { to, function, arguments, too_deep } => {
                self.call(to, function.0 as usize, arguments, *too_deep)?;
            }
            Op::Poll => self.poll(),
            Op::Length { to, array } => {
                let length = self.length(*array);
                self.set(*to, length);
            }
            Op::Item { to, array, index, exit } => {
                let exit = (!self.bounds.has(*array, *index)).then_some(*exit);
                let item = self.item(*array, *index, exit);
                self.set(*to, item);
            }
            Op::NewList { to, exit } => self.new_list(*to, *exit)?,
            Op::Push { list, value, exit } => self.push(*list, *value, *exit)?,
        }
        Ok(())
    }

    pub(super) fn get(&mut self, var: Var) -> Value {
        self.builder.use_var(self.variables[var.0 as usize])
    }

    pub(super) fn set(&mut self, var: Var, value: Value) {
        self.builder.def_var(self.variables[var.0 as usize], value);
    }

    fn constant(&mut self, constant: Constant) -> Value {
        match constant {
            Constant::Int(value) => self.builder.ins().iconst(types::I64, value),
            Constant::Bool(value) => self.builder.ins().iconst(types::I8, i64::from(value)),
            Constant::Float(bits) => self.builder.ins().f64const(f64::from_bits(bits)),
        }
    }

    fn exit(&mut self, exit: ExitId) -> Block {
        let builder = &mut *self.builder;
        *self.exits.entry(exit).or_insert_with(|| {
            let block = builder.create_block();
            builder.set_cold_block(block);
            block
        })
    }

    pub(super) fn leave_if(&mut self, test: Value, exit: ExitId) {
        let (exit, on) = (self.exit(exit), self.builder.create_block());
        self.builder.ins().brif(test, exit, &[], on, &[]);
        self.builder.switch_to_block(on);
    }

    pub(super) fn leave_unless(&mut self, test: Value, exit: ExitId) {
        let (exit, on) = (self.exit(exit), self.builder.create_block());
        self.builder.ins().brif(test, on, &[], exit, &[]);
        self.builder.switch_to_block(on);
    }

    /// The blocks that lead out of the body, cold all of them.
    fn outlets(&mut self) {
        for (exit, block) in std::mem::take(&mut self.exits) {
            self.builder.switch_to_block(block);
            let exit = self.builder.ins().iconst(types::I32, i64::from(exit.0));
            self.builder.ins().jump(self.ways.left, &[exit.into()]);
        }
        let Some(relay) = self.relay else { return };
        self.builder.switch_to_block(relay);
        let status = self.builder.block_params(relay)[0];
        let exit = self.builder.ins().iadd_imm_s(status, -LEFT);
        let is_stopped = self.builder.ins().icmp_imm_s(IntCC::Equal, status, STOPPED);
        let Ways { stopped, left, .. } = self.ways;
        self.builder.ins().brif(is_stopped, stopped, &[], left, &[exit.into()]);
    }

    pub(super) fn poll(&mut self) {
        // An atomic load, because others are merged with earlier ones where nothing is stored.
        let stop = self.builder.ins().load(types::I64, FIXED, self.frame, Offset::STOP);
        let is_stopped = self.builder.ins().atomic_load(types::I8, TRUSTED, stop);
        let on = self.builder.create_block();
        self.builder.ins().brif(is_stopped, self.ways.stopped, &[], on, &[]);
        self.builder.switch_to_block(on);
    }

    /// The address of that many values on the stack.
    pub(super) fn stack_room(&mut self, values: usize) -> Value {
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, values as u32 * 8, 3);
        let slot = self.builder.create_sized_stack_slot(slot);
        self.builder.ins().stack_addr(types::I64, slot, 0)
    }

    pub(super) fn relay(&mut self) -> Block {
        let builder = &mut *self.builder;
        *self.relay.get_or_insert_with(|| {
            let block = builder.create_block();
            builder.append_block_param(block, types::I32);
            builder.set_cold_block(block);
            block
        })
    }

    /// A function as one that may be anywhere: two pieces of code memory can be far apart.
    pub(super) fn import(&mut self, function: FuncId) -> FuncRef {
        let reference = self.jit.declare_func_in_func(function, self.builder.func);
        self.builder.func.dfg.ext_funcs[reference].colocated = false;
        reference
    }

    fn host(&mut self, to: &[Var], function: HostFunction, arguments: &[Var]) -> Built {
        let mut values: Vec<Value> = arguments.iter().map(|var| self.get(*var)).collect();
        if function == HostFunction::RoundHalfEven {
            let value = self.builder.ins().nearest(values[0]);
            self.set(to[0], value);
            return Ok(());
        }
        let callee = match self.hosts.get(function.name()) {
            Some(callee) => *callee,
            None => self.declare_host(function)?,
        };
        let second = function.returns().get(1).map(|ty| machine_type(*ty));
        values.extend(second.map(|_| self.stack_room(1)));
        let call = self.builder.ins().call(callee, &values);
        let first = self.builder.inst_results(call)[0];
        self.set(to[0], first);
        if let (Some(ty), Some(address), Some(var)) = (second, values.last(), to.get(1)) {
            let value = self.builder.ins().load(ty, TRUSTED, *address, 0);
            self.set(*var, value);
        }
        Ok(())
    }

    fn declare_host(&mut self, function: HostFunction) -> Built<FuncRef> {
        let mut signature = self.jit.make_signature();
        let parameters = function.parameters().iter().map(|ty| machine_type(*ty));
        signature.params.extend(parameters.map(AbiParam::new));
        if function.returns().len() > 1 {
            signature.params.push(AbiParam::new(types::I64));
        }
        signature.returns.push(AbiParam::new(machine_type(function.returns()[0])));
        let name = function.name();
        let id = self.jit.declare_function(name, Linkage::Import, &signature)?;
        let reference = self.import(id);
        self.hosts.insert(name, reference);
        Ok(reference)
    }
}
