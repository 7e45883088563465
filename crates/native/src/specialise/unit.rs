//! The functions of a module, while they are compiled.

use std::sync::Arc;

use super::entry::Entry;
use super::instances::{Instance, Instances, Key};
use super::returns::{Returned, Role};
use super::shape::Shape;
use super::walk::Walk;
use crate::code::Program;
use crate::ir::{Exit, ExitId, Function, FunctionId, Module, Slot, Type};
use crate::state::Layout;
use crate::{Place, Refusal};

#[derive(Debug)]
pub(super) struct Unit<'a> {
    pub(super) program: &'a Program,
    /// The shapes of states that are known so far.
    pub(super) layout: Layout,
    exits: Vec<Exit>,
    functions: Vec<Option<Function>>,
    /// Of functions that were forgotten.
    free: Vec<FunctionId>,
    instances: Instances,
}

impl<'a> Unit<'a> {
    pub(super) fn new(program: &'a Program, layout: Layout) -> Self {
        Self {
            program,
            layout,
            exits: Vec::new(),
            functions: vec![None],
            free: Vec::new(),
            instances: Instances::default(),
        }
    }

    pub(super) fn exit(&mut self, place: Place, reason: &str) -> ExitId {
        let known =
            self.exits.iter().position(|exit| exit.place == place && &*exit.reason == reason);
        let index = known.unwrap_or_else(|| {
            self.exits.push(Exit { place, reason: Arc::from(reason) });
            self.exits.len() - 1
        });
        ExitId(index as u32)
    }

    /// Compiles the first function of the module, and says whether it may return None.
    pub(super) fn compile_entry(&mut self, entry: Entry, role: Role) -> Result<bool, Refusal> {
        let (function, returned) = Walk::new(self, 0, entry, role).run()?;
        self.functions[0] = Some(function);
        match returned {
            Returned::Answer { nullable } => Ok(nullable),
            Returned::State => Ok(false),
            _ => Err(never_returns()),
        }
    }

    /// The instance for a call, compiled if need be; None while it is unknown what it returns.
    pub(super) fn instance(
        &mut self,
        function: usize,
        shapes: &[Shape],
    ) -> Result<Instance, Refusal> {
        let key = (function, shapes.to_vec());
        if let Some(known) = self.instances.find(&key) {
            return Ok(known);
        }
        let id = self.free.pop().unwrap_or_else(|| {
            self.functions.push(None);
            FunctionId(self.functions.len() as u32 - 1)
        });
        let begun = self.instances.begin(key.clone(), id)?;
        // What it returns where it doesn't call itself.
        let mut returns = self.compile(&key, id, None)?;
        if let Some(forgotten) = self.instances.returns(&begun, &returns) {
            self.free.extend(forgotten);
            returns = self.compile(&key, id, Some(returns))?;
        }
        self.instances.end(&begun);
        Ok(Instance { id, returns: Some(returns) })
    }

    fn compile(
        &mut self,
        key: &Key,
        id: FunctionId,
        returns: Option<Shape>,
    ) -> Result<Shape, Refusal> {
        let entry = Entry { arguments: key.1.clone(), ..Entry::default() };
        let (function, returned) = Walk::new(self, key.0, entry, Role::Call(returns)).run()?;
        self.functions[id.0 as usize] = Some(function);
        match returned {
            Returned::Shape(shape) => Ok(shape),
            _ => Err(never_returns()),
        }
    }

    pub(super) fn finish(
        self,
        state: Vec<Type>,
        parameters: Vec<Slot>,
        returns: Option<Slot>,
    ) -> Result<Module, Refusal> {
        let functions = self.functions.into_iter().collect::<Option<Vec<_>>>();
        // A function that a trial called, and the code then didn't.
        let mut functions = functions.ok_or_else(|| {
            Refusal::new(Place::default(), "functions that call each other with too many types")
        })?;
        functions.iter_mut().for_each(Function::tidy);
        Ok(Module { functions, exits: self.exits, state, parameters, returns })
    }
}

fn never_returns() -> Refusal {
    Refusal::new(Place::default(), "a function that never returns a number")
}
