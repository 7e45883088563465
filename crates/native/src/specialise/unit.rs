//! The functions of a module, while they are compiled.

use std::collections::HashMap;
use std::sync::Arc;

use super::entry::Entry;
use super::returns::{Returned, Role};
use super::shape::Shape;
use super::walk::Walk;
use crate::code::Program;
use crate::ir::{Exit, ExitId, Function, FunctionId, Module, Slot, Type};
use crate::state::Layout;
use crate::{Place, Refusal};

/// A function of the program for arguments of certain shapes.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub(super) id: FunctionId,
    /// What it returns; None while nobody knows, because it is being compiled.
    pub(super) returns: Option<Shape>,
}

type Key = (usize, Vec<Shape>);

#[derive(Debug)]
pub(super) struct Unit<'a> {
    pub(super) program: &'a Program,
    /// The shapes of states that are known so far.
    pub(super) layout: Layout,
    exits: Vec<Exit>,
    functions: Vec<Option<Function>>,
    instances: HashMap<Key, Instance>,
    /// Whether a call met an instance of which nobody knows what it returns.
    pub(super) met_unknown: bool,
}

impl<'a> Unit<'a> {
    pub(super) fn new(program: &'a Program, layout: Layout) -> Self {
        Self {
            program,
            layout,
            exits: Vec::new(),
            functions: vec![None],
            instances: HashMap::new(),
            met_unknown: false,
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
        if let Some(known) = self.instances.get(&key) {
            self.met_unknown |= known.returns.is_none();
            return Ok(known.clone());
        }
        let returns = self.find_out(&key)?;
        self.compile(&key, Some(returns))
    }

    /// What an instance returns where it doesn't call itself. What is compiled on the way knows too
    /// little, so it is forgotten.
    fn find_out(&mut self, key: &Key) -> Result<Shape, Refusal> {
        let (functions, exits) = (self.functions.len(), self.exits.len());
        let instances = self.instances.clone();
        let found = self.compile(key, None)?.returns;
        self.functions.truncate(functions);
        self.exits.truncate(exits);
        self.instances = instances;
        found.ok_or_else(never_returns)
    }

    fn compile(&mut self, key: &Key, returns: Option<Shape>) -> Result<Instance, Refusal> {
        let id = FunctionId(self.functions.len() as u32);
        self.functions.push(None);
        self.instances.insert(key.clone(), Instance { id, returns: returns.clone() });
        let entry = Entry { arguments: key.1.clone(), ..Entry::default() };
        let walk = Walk::new(self, key.0, entry, Role::Call(returns));
        let (function, returned) = walk.run()?;
        self.functions[id.0 as usize] = Some(function);
        let returns = match returned {
            Returned::Shape(shape) => Some(shape),
            _ => None,
        };
        let instance = Instance { id, returns };
        self.instances.insert(key.clone(), instance.clone());
        Ok(instance)
    }

    pub(super) fn finish(
        self,
        state: Vec<Type>,
        parameters: Vec<Slot>,
        returns: Option<Slot>,
    ) -> Result<Module, Refusal> {
        let functions = self.functions.into_iter().collect::<Option<Vec<_>>>();
        let mut functions = functions.ok_or_else(never_returns)?;
        functions.iter_mut().for_each(Function::tidy);
        Ok(Module { functions, exits: self.exits, state, parameters, returns })
    }
}

fn never_returns() -> Refusal {
    Refusal::new(Place::default(), "a function that never returns a number")
}
