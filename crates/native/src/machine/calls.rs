//! Calls of compiled functions: how deep they may go, and those that become part of the code around
//! them.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_module::FuncId;

use super::body::{Around, Body, Built, TRUSTED, Ways, build, machine_type};
use super::function;
use crate::ir::{ExitId, Var};

/// A function that others call.
#[derive(Clone, Copy)]
pub(super) struct Callee {
    pub(super) id: FuncId,
    /// How many levels of its own calls are inside of its code.
    pub(super) levels: usize,
}

/// Where in the machine's function a body stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Nesting {
    /// The function that is put into itself, if it is.
    pub(super) itself: Option<usize>,
    /// How many calls have become part of the code around this body.
    pub(super) level: usize,
}

impl Body<'_, '_> {
    pub(super) fn call(
        &mut self,
        to: &[Var],
        function: usize,
        arguments: &[Var],
        too_deep: ExitId,
    ) -> Built {
        let Some(callee) = self.callees[function] else { return Ok(()) };
        let Nesting { itself, level } = self.nesting;
        if itself == Some(function) && level < callee.levels {
            return self.put_in(to, arguments);
        }
        self.poll();
        // What is inside of the callee's code doesn't ask again.
        let needed = (level + 1 + callee.levels) as i64;
        let is_too_deep = self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, self.depth, needed);
        self.leave_if(is_too_deep, too_deep);
        let depth = self.builder.ins().iadd_imm_s(self.depth, -(level as i64 + 1));
        let mut values = vec![self.frame, depth];
        let room = function::needs_room(to.len()).then(|| self.stack_room(to.len()));
        values.extend(room);
        values.extend(arguments.iter().map(|var| self.get(*var)));
        let callee = self.import(callee.id);
        let call = self.builder.ins().call(callee, &values);
        let results = self.builder.inst_results(call).to_vec();
        let (relay, on) = (self.relay(), self.builder.create_block());
        self.builder.ins().brif(results[0], relay, &[results[0].into()], on, &[]);
        self.builder.switch_to_block(on);
        for (index, var) in to.iter().enumerate() {
            let value = match room {
                Some(room) => {
                    let ty = machine_type(self.function.variables[var.0 as usize].ty);
                    self.builder.ins().load(ty, TRUSTED, room, index as i32 * 8)
                }
                None => results[index + 1],
            };
            self.set(*var, value);
        }
        Ok(())
    }

    /// Builds the function once more in the place of a call of itself. Who called the code around
    /// made sure of the depth.
    fn put_in(&mut self, to: &[Var], arguments: &[Var]) -> Built {
        let arguments: Vec<Value> = arguments.iter().map(|var| self.get(*var)).collect();
        let done = self.builder.create_block();
        for ty in &self.function.returns {
            self.builder.append_block_param(done, machine_type(*ty));
        }
        let around = Around {
            jit: &mut *self.jit,
            callees: self.callees,
            frame: self.frame,
            depth: self.depth,
            nesting: Nesting { level: self.nesting.level + 1, ..self.nesting },
            ways: Ways { done, ..self.ways },
        };
        build(&mut *self.builder, self.function, &arguments, around)?;
        self.builder.switch_to_block(done);
        for (index, var) in to.iter().enumerate() {
            let value = self.builder.block_params(done)[index];
            self.set(*var, value);
        }
        Ok(())
    }
}
