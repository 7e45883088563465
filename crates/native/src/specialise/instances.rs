//! Which functions of a module are called with which shapes, and of which the code is final.

use std::collections::HashMap;

use super::shape::Shape;
use crate::Refusal;
use crate::ir::FunctionId;

/// A function of the program for arguments of certain shapes.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub(super) id: FunctionId,
    /// What it returns; None while nobody knows, because it is being compiled.
    pub(super) returns: Option<Shape>,
}

pub(super) type Key = (usize, Vec<Shape>);

/// So many functions that call each other take too much stack and time to compile.
const TOO_MANY: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Instances {
    known: HashMap<Key, Known>,
    /// Those that are being compiled, and those that call one of them, in the order in which they
    /// began: the stack of Tarjan's search for strongly connected components (1972). What is no more
    /// on it is final.
    open: Vec<Key>,
    /// The first open one that the one which is being compiled calls, or what it calls.
    lowest: usize,
}

#[derive(Debug)]
struct Known {
    instance: Instance,
    /// Its place among the open ones.
    open: Option<usize>,
    /// Whether a call met it while nobody knew what it returns.
    is_missed: bool,
}

/// An instance that is being compiled.
#[derive(Debug)]
pub(super) struct Begun {
    at: usize,
    /// Of the one that calls it.
    lowest: usize,
}

impl Instances {
    pub(super) fn find(&mut self, key: &Key) -> Option<Instance> {
        let known = self.known.get_mut(key)?;
        known.is_missed |= known.instance.returns.is_none();
        self.lowest = self.lowest.min(known.open.unwrap_or(usize::MAX));
        Some(known.instance.clone())
    }

    pub(super) fn begin(&mut self, key: Key, id: FunctionId) -> Result<Begun, Refusal> {
        let at = self.open.len();
        if at == TOO_MANY {
            let reason = "functions that call each other, too many of them";
            return Err(Refusal::new(crate::Place::default(), reason));
        }
        let instance = Instance { id, returns: None };
        self.known.insert(key.clone(), Known { instance, open: Some(at), is_missed: false });
        self.open.push(key);
        Ok(Begun { at, lowest: std::mem::replace(&mut self.lowest, at) })
    }

    /// Tells what the instance returns. If that was missed, its code and that of the open ones behind
    /// it knows too little: they are forgotten, and it is to be compiled anew.
    pub(super) fn returns(&mut self, begun: &Begun, shape: &Shape) -> Option<Vec<FunctionId>> {
        let known = self.known.get_mut(&self.open[begun.at])?;
        known.instance.returns = Some(shape.clone());
        if !std::mem::take(&mut known.is_missed) {
            return None;
        }
        self.lowest = begun.at;
        let forgotten = self.open.drain(begun.at + 1..);
        Some(forgotten.filter_map(|key| self.known.remove(&key)).map(|it| it.instance.id).collect())
    }

    pub(super) fn end(&mut self, begun: &Begun) {
        if self.lowest == begun.at {
            for key in self.open.drain(begun.at..) {
                self.known.entry(key).and_modify(|known| known.open = None);
            }
        }
        self.lowest = self.lowest.min(begun.lowest);
    }
}
