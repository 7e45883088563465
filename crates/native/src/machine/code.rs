#![expect(unsafe_code, reason = "calls and frees machine code")]
//! Machine code: made, called and freed here.

use std::fmt;
use std::mem::transmute;
use std::sync::Mutex;

use cranelift_codegen::Context;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable, SetError};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Module as _, ModuleError, default_libcall_names};

use super::calls::Callee;
use super::frame::{DONE, Frame};
use super::stack::OnStack;
use super::{Error, arena, fold, function, grouped, host, lists, rows, shape};
use crate::ir::{HostFunction, Module, Slot, Type};

type Loop = unsafe extern "C" fn(*mut Frame, i64, i64) -> u32;

/// The loops around a module's first function.
#[derive(Clone, Copy)]
pub(super) enum Loops<T> {
    Rows(T),
    /// Of a module with a state.
    States {
        fold: T,
        grouped: T,
    },
}

/// Which one to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Rows,
    Fold,
    Grouped,
}

/// The machine code of a module. It is freed when this is dropped.
pub struct Compiled {
    loops: Loops<Loop>,
    pub(super) state: Vec<Type>,
    pub(super) parameters: Vec<Slot>,
    pub(super) returns: Option<Slot>,
    /// Rows that are not asked for may be computed too, where that is faster.
    pub(super) is_straight: bool,
    pub(super) on_stack: OnStack,
    /// Owns what `loops` point to. Only `drop` looks into it.
    code: Mutex<Option<JITModule>>,
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled").field("parameters", &self.parameters).finish_non_exhaustive()
    }
}

impl Compiled {
    /// Whether there is such a loop.
    pub(super) fn has(&self, which: Which) -> bool {
        self.get(which).is_some()
    }

    fn get(&self, which: Which) -> Option<Loop> {
        match (self.loops, which) {
            (Loops::Rows(code), Which::Rows)
            | (Loops::States { fold: code, .. }, Which::Fold)
            | (Loops::States { grouped: code, .. }, Which::Grouped) => Some(code),
            _ => None,
        }
    }

    /// Runs the rows from `begin` to before `end` of a chunk; gives how that ended.
    ///
    /// # Safety
    /// The frame's columns are those that the module says, with at least `end` values, and so is
    /// the room for values and validity where the module returns some; the list of rows that left
    /// has room for all of them. Fold has a cell of the module's state; Grouped a column for each
    /// one of it with a value for each group, as many tags, and `end` numbers of such groups.
    pub(super) unsafe fn call(
        &self,
        which: Which,
        frame: &mut Frame,
        begin: usize,
        end: usize,
    ) -> u32 {
        let Some(code) = self.get(which) else { return DONE };
        // SAFETY: it is code of this type that lives as long as `self`; the caller promises the
        // rest.
        unsafe { code(frame, begin as i64, end as i64) }
    }
}

impl Drop for Compiled {
    fn drop(&mut self) {
        let code = self.code.get_mut().ok().and_then(Option::take);
        if let Some(code) = code {
            // SAFETY: nobody is in the code, because who calls it borrows `self`; no pointer to it
            // leaves `self`.
            unsafe { code.free_memory() };
        }
    }
}

/// Trusts that the module is verified, gives no lists to functions and has none beside a state.
pub(super) fn generate(module: &Module) -> Result<Compiled, Error> {
    let mut jit = new_module()?;
    let (loops, on_stack) = match define_all(&mut jit, module) {
        Ok((loops, on_stack)) => (finalized(&jit, loops), on_stack),
        Err(error) => {
            // SAFETY: none of its code was ever called.
            unsafe { jit.free_memory() };
            return Err(Error::Generator(format!("{error:?}")));
        }
    };
    Ok(Compiled {
        loops,
        state: module.state.clone(),
        parameters: module.parameters.clone(),
        returns: module.returns,
        is_straight: shape::is_straight(&module.functions[0])
            && module.returns.is_none_or(|slot| slot.ty.item().is_none()),
        on_stack,
        code: Mutex::new(Some(jit)),
    })
}

fn finalized(jit: &JITModule, loops: Loops<FuncId>) -> Loops<Loop> {
    let code = |id| {
        let code = jit.get_finalized_function(id);
        // SAFETY: `rows::define` gave it this signature, and the code's owner goes along.
        unsafe { transmute::<*const u8, Loop>(code) }
    };
    match loops {
        Loops::Rows(id) => Loops::Rows(code(id)),
        Loops::States { fold, grouped } => {
            Loops::States { fold: code(fold), grouped: code(grouped) }
        }
    }
}

fn new_module() -> Result<JITModule, Error> {
    let isa = isa().map_err(Error::Generator)?;
    let mut builder = JITBuilder::with_isa(isa, default_libcall_names());
    builder.symbols(HostFunction::ALL.iter().map(|f| (f.name(), host::address(*f).0)));
    builder.symbols(arena::symbols().map(|(name, address)| (name, address.0)));
    builder.symbols(host::LIBCALLS.iter().map(|(name, address)| (*name, address().0)));
    Ok(JITModule::new(builder))
}

/// For this very processor, with all that it can do.
fn isa() -> Result<OwnedTargetIsa, String> {
    let flags = flags().map_err(|error| error.to_string())?;
    let isa = cranelift_native::builder()?;
    isa.finish(flags).map_err(|error| error.to_string())
}

fn flags() -> Result<settings::Flags, SetError> {
    let mut flags = settings::builder();
    flags.set("opt_level", "speed")?;
    // The C library is farther away than a near call reaches.
    flags.set("use_colocated_libcalls", "false")?;
    flags.set("is_pic", "false")?;
    // Cranelift's own check of what it is given takes as long as compiling.
    flags.set("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" })?;
    Ok(settings::Flags::new(flags))
}

fn define_all(
    jit: &mut JITModule,
    module: &Module,
) -> Result<(Loops<FuncId>, OnStack), ModuleError> {
    let is_called = shape::called(module);
    let mut callees = Vec::with_capacity(module.functions.len());
    for (index, function) in module.functions.iter().enumerate() {
        let declared = is_called[index].then(|| function::declare(jit, index, function));
        let levels = shape::levels(module, index);
        callees.push(declared.transpose()?.map(|id| Callee { id, levels }));
    }
    let (mut context, mut builders) = (jit.make_context(), FunctionBuilderContext::new());
    let mut largest = 0;
    for (index, (function, callee)) in module.functions.iter().zip(&callees).enumerate() {
        if let Some(Callee { id, .. }) = callee {
            let contexts = (&mut context, &mut builders);
            let size = function::define(jit, contexts, function, &callees, (index, *id))?;
            largest = largest.max(size);
        }
    }
    if lists::are_made(module) {
        lists::define_grow(jit, (&mut context, &mut builders))?;
    }
    let contexts = (&mut context, &mut builders);
    let (loops, rows) = define_loops(jit, contexts, module, &callees)?;
    jit.finalize_definitions()?;
    Ok((loops, OnStack { rows, call: largest }))
}

/// Gives the bytes that the larger one takes on the stack, too.
fn define_loops(
    jit: &mut JITModule,
    (context, builders): (&mut Context, &mut FunctionBuilderContext),
    module: &Module,
    callees: &[Option<Callee>],
) -> Result<(Loops<FuncId>, usize), ModuleError> {
    if let Some(returns) = module.returns.filter(|_| module.state.is_empty()) {
        let (id, size) = rows::define(jit, (context, builders), "rows", |builder, jit| {
            rows::build(builder, jit, (module, returns), callees)
        })?;
        return Ok((Loops::Rows(id), size));
    }
    let (fold, one) =
        rows::define(jit, (&mut *context, &mut *builders), "fold", |builder, jit| {
            fold::build(builder, jit, module, callees)
        })?;
    let (grouped, other) = rows::define(jit, (context, builders), "grouped", |builder, jit| {
        grouped::build(builder, jit, module, callees)
    })?;
    Ok((Loops::States { fold, grouped }, one.max(other)))
}
