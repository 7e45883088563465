//! The functions that an aggregate or a window is made of, with their machine code.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrowsmith_contract::{Error, FunctionSource, LiveCode, Result, Signature, StateValue};

use super::arguments;
use super::record::Record;
use crate::ir::{Module, Slot};
use crate::machine::{Cell, Compiled, Ended, Walk};
use crate::state::Layout;

/// A module with its machine code and the text that it was made of.
#[derive(Debug, Clone)]
pub struct Coded {
    pub module: Arc<Module>,
    pub code: Arc<Compiled>,
    pub source: Arc<FunctionSource>,
}

/// As [`crate::state::StateModules`].
#[derive(Debug)]
pub struct StateCodes {
    pub layout: Layout,
    pub init: Coded,
    pub step: Coded,
    pub retract: Option<Coded>,
    pub merge: Option<Coded>,
    pub finalize: Option<Coded>,
}

/// What a kernel of a function with states is made of.
#[derive(Debug)]
pub struct Stateful<K: ?Sized> {
    pub codes: StateCodes,
    pub signature: Signature,
    /// The interpreter's kernel of the same function.
    pub fallback: Arc<K>,
    pub live: Arc<dyn LiveCode>,
}

/// Which function, as records count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Init,
    Step,
    Retract,
    Merge,
    Finalize,
}

impl StateCodes {
    pub(super) fn get(&self, part: Part) -> Option<&Coded> {
        match part {
            Part::Init => Some(&self.init),
            Part::Step => Some(&self.step),
            Part::Retract => self.retract.as_ref(),
            Part::Merge => self.merge.as_ref(),
            Part::Finalize => self.finalize.as_ref(),
        }
    }

    fn parts(&self) -> [(Part, Option<&Coded>); 5] {
        [Part::Init, Part::Step, Part::Retract, Part::Merge, Part::Finalize]
            .map(|part| (part, self.get(part)))
    }

    pub(super) fn record(&self, live: &Arc<dyn LiveCode>) -> Record {
        let parts = self.parts().map(|(_, coded)| coded.map(|own| (&*own.module, &*own.source)));
        Record::new(&parts, Arc::clone(live))
    }

    /// All modules as text.
    pub(super) fn ir(&self) -> String {
        let text = |(part, coded): (Part, Option<&Coded>)| {
            let text = coded?.module.to_string();
            Some(format!("{}: {text}", format!("{part:?}").to_lowercase()))
        };
        let texts: Vec<String> = self.parts().into_iter().filter_map(text).collect();
        texts.join("\n")
    }

    /// Whether the modules are of one layout, and take what the signature says.
    pub(super) fn check(&self, signature: &Signature) -> Result<(), String> {
        let types = self.layout.types();
        let slot = |ty: &_| Slot { ty: *ty, nullable: false };
        let as_parameters: Vec<Slot> = types.iter().map(slot).collect();
        for (part, coded) in self.parts() {
            let Some(Coded { module, .. }) = coded else { continue };
            let has_state = part != Part::Finalize;
            let parameters = match part {
                Part::Init => Some(&[][..]),
                Part::Step | Part::Retract => None,
                Part::Merge | Part::Finalize => Some(&*as_parameters),
            };
            let is_fit = module.state == if has_state { &*types } else { &[] }
                && parameters.is_none_or(|parameters| module.parameters == parameters);
            if !is_fit {
                return Err(format!("a {part:?} of other states").to_lowercase());
            }
            if parameters.is_none() {
                arguments::check(signature, module)?;
            }
        }
        Ok(())
    }

    /// What `init` gives.
    pub(super) fn initial(&self) -> Result<Cell, String> {
        let code = &self.init.code;
        if !code.is_straight() {
            return Err("an initial state that takes a loop or a call".to_owned());
        }
        let mut cell = Cell::zero(self.layout.columns().len());
        let stop = AtomicBool::new(false);
        let ended = Walk::new(code, &[], None, 1, &stop).and_then(|mut w| w.run(&mut cell, 0..1));
        match ended {
            Ok(Ended::Done) if cell.tag() < self.layout.shapes().len() => Ok(cell),
            Ok(_) => Err("an initial state that leaves".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(super) fn value(&self, cell: &Cell) -> Result<StateValue> {
        let value = self.layout.value(cell.tag(), |column| cell.bits()[column]);
        value.ok_or_else(|| Error::Internal(format!("no state has the tag {}", cell.tag())))
    }

    /// None where no shape fits.
    pub(super) fn cell(&self, value: &StateValue) -> Option<Cell> {
        let (tag, bits) = self.layout.bits(value)?;
        Some(Cell::new(tag, &bits))
    }
}
