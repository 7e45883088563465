//! Aggregates and windows: the shapes that their states have, and a module for each part.

use super::entry::Entry;
use super::returns::Role;
use super::shape::{Number, Shape};
use super::unit::Unit;
use super::{answer, row};
use crate::code::{Holder, Part};
use crate::ir::{End, Exit, ExitId, Module, Op, Slot, Type};
use crate::state::{Layout, StateModules};
use crate::{Place, Refusal};
use arrowsmith_contract::Signature;

/// What the parts belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StateKind {
    Aggregate,
    Window,
}

/// Compiles the parts of an aggregate or a window. Which shapes its states have is found by going on
/// until no part makes a new one.
///
/// # Errors
/// What stands in the way, with its place in the text of the first part.
pub(crate) fn states(
    parts: &[Part],
    kind: StateKind,
    signature: &Signature,
) -> Result<StateModules, Refusal> {
    let place = parts.first().map_or(Place::default(), |part| part.place);
    let at_home = |refusal: Refusal| refusal.or_at(place);
    let (slots, arguments) = row(signature).map_err(at_home)?;
    let answer = answer(signature).map_err(at_home)?;
    let mut compiling =
        States { parts, place, slots, arguments, answer, layout: Layout::default() };
    loop {
        let known = compiling.layout.shapes().len();
        let modules = compiling.modules(kind)?;
        if compiling.layout.shapes().len() == known {
            return Ok(modules);
        }
    }
}

struct States<'a> {
    parts: &'a [Part],
    place: Place,
    slots: Vec<Slot>,
    arguments: Vec<Shape>,
    answer: Number,
    layout: Layout,
}

impl States<'_> {
    fn modules(&mut self, kind: StateKind) -> Result<StateModules, Refusal> {
        let init = self.initial()?;
        let name = if kind == StateKind::Window { "step" } else { "accumulate" };
        let step = self.stable(|it| it.changed_by_row(name))?;
        let mut modules = StateModules {
            layout: Layout::default(),
            init,
            step,
            retract: None,
            merge: None,
            finalize: None,
        };
        if kind == StateKind::Aggregate {
            if self.part("retract").is_ok() {
                modules.retract = Some(self.stable(|it| it.changed_by_row("retract"))?);
            }
            modules.merge = Some(self.stable(Self::merged)?);
            modules.finalize = Some(self.finalized()?);
        }
        modules.layout = self.layout.clone();
        Ok(modules)
    }

    fn part(&self, name: &str) -> Result<&Part, Refusal> {
        let part = self.parts.iter().find(|part| *part.name == *name);
        part.ok_or_else(|| Refusal::new(self.place, format!("no `{name}`")))
    }

    /// Again and again until it makes no new shapes.
    fn stable(
        &mut self,
        mut make: impl FnMut(&mut Self) -> Result<Module, Refusal>,
    ) -> Result<Module, Refusal> {
        loop {
            let known = self.layout.shapes().len();
            let module = make(self)?;
            if self.layout.shapes().len() == known {
                return Ok(module);
            }
        }
    }

    fn initial(&mut self) -> Result<Module, Refusal> {
        let part = self.part("init")?.clone();
        let entry = Entry { states: vec![None], holders: part.states, arguments: vec![] };
        let module = self.compile(&part, entry, &Role::State(None), vec![])?;
        match leaves(&module) {
            Some(exit) => {
                let reason = format!("an initial state that may fail: {}", exit.reason);
                Err(Refusal::new(exit.place, reason).or_at(part.place))
            }
            None => Ok(module),
        }
    }

    fn changed_by_row(&mut self, name: &str) -> Result<Module, Refusal> {
        let part = self.part(name)?.clone();
        let role = Role::State((name == "step").then_some(self.answer));
        let entry = Entry {
            states: looked_at(&part.takes),
            holders: part.states,
            arguments: self.arguments.clone(),
        };
        self.compile(&part, entry, &role, self.slots.clone())
    }

    fn merged(&mut self) -> Result<Module, Refusal> {
        let part = self.part("merge")?.clone();
        let entry =
            Entry { states: looked_at(&part.takes), holders: part.states, arguments: vec![] };
        let slots = self.state_slots();
        self.compile(&part, entry, &Role::State(None), slots)
    }

    fn finalized(&mut self) -> Result<Module, Refusal> {
        let part = self.part("finalize")?.clone();
        let entry =
            Entry { states: looked_at(&part.takes), holders: part.states, arguments: vec![] };
        let slots = self.state_slots();
        self.compile(&part, entry, &Role::Answer(self.answer), slots)
    }

    /// A state as parameters.
    fn state_slots(&self) -> Vec<Slot> {
        let slot = |ty: Type| Slot { ty, nullable: false };
        self.layout.types().into_iter().map(slot).collect()
    }

    fn compile(
        &mut self,
        part: &Part,
        entry: Entry,
        role: &Role,
        slots: Vec<Slot>,
    ) -> Result<Module, Refusal> {
        let code = &part.program.functions[0];
        let given = entry.holders + entry.arguments.len();
        let required = code.parameters - code.defaults.len();
        if !(required..=code.parameters - code.keyword_only).contains(&given) {
            let reason =
                format!("`{}` with parameters that the signature does not name", part.name);
            return Err(Refusal::new(part.place, reason));
        }
        let mut unit = Unit::new(&part.program, std::mem::take(&mut self.layout));
        let compiled = unit.compile_entry(entry, role.clone());
        self.layout = std::mem::take(&mut unit.layout);
        let nullable = compiled.map_err(|refusal| refusal.or_at(part.place))?;
        let (state, answer) = match role {
            Role::State(answer) => (self.layout.types(), *answer),
            _ => (vec![], Some(self.answer)),
        };
        unit.finish(state, slots, answer.map(|answer| Slot { ty: answer.ty(), nullable }))
    }
}

fn looked_at(takes: &[Holder]) -> Vec<Option<Holder>> {
    takes.iter().cloned().map(Some).collect()
}

/// The first place at which a row may leave, or go on for ever.
fn leaves(module: &Module) -> Option<Exit> {
    let exit = |exit: ExitId| module.exits.get(exit.0 as usize).cloned();
    let endless = || Exit { place: Place::default(), reason: "a loop".into() };
    let blocks = module.functions.iter().flat_map(|function| &function.blocks);
    blocks.into_iter().find_map(|block| {
        let op = block.ops.iter().find_map(|op| match op {
            Op::Checked { exit: to, .. }
            | Op::Guard { exit: to, .. }
            | Op::Call { too_deep: to, .. }
            | Op::Item { exit: to, .. } => exit(*to),
            Op::Poll => Some(endless()),
            _ => None,
        });
        op.or_else(|| match block.end {
            End::Exit(to) => exit(to),
            _ => None,
        })
    })
}
