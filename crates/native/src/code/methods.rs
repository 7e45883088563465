//! Methods of an object that none of them looks at, but to call others.

use std::collections::HashMap;

use super::objects::aliases;
use super::{Code, Constant, Local, Op, Operand, Program};
use crate::{Place, Refusal};

impl Program {
    /// Where its first function is called.
    pub(crate) fn call_of_the_first(&self) -> Option<Place> {
        let blocks = self.functions.iter().flat_map(|code| &code.blocks);
        let mut steps = blocks.flat_map(|block| &block.steps);
        let call = steps.find(|step| matches!(step.op, Op::CallFunction { function: 0, .. }));
        call.map(|step| step.place)
    }
}

impl Code {
    /// Takes the first parameter away, which is an object that has nothing but constants of its
    /// class. Copies of it, which methods have that were put here, become copies of None.
    ///
    /// # Errors
    /// The first place where it is used.
    pub(crate) fn take_object_away(
        &mut self,
        constant: impl Fn(&str) -> Option<Constant>,
    ) -> Result<(), Refusal> {
        let refusal = |place: Place| Refusal::new(place, format!("a use of `{}`", self.locals[0]));
        let copies = aliases(self, 1).map_err(|refused| refusal(refused.place))?;
        for block in &mut self.blocks {
            for step in &mut block.steps {
                let is_copy = match &mut step.op {
                    Op::Attribute { to, object: Operand::Local(object), name }
                        if copies.contains_key(object)
                            && let Some(constant) = constant(name) =>
                    {
                        step.op = Op::Set { to: *to, value: Operand::Constant(constant) };
                        false
                    }
                    Op::Set { to, value } if copies.contains_key(to) => {
                        if *value == OBJECT {
                            *value = Operand::Constant(Constant::None);
                        }
                        true
                    }
                    Op::Unset { local, .. } => copies.contains_key(local),
                    _ => false,
                };
                let mut is_used = false;
                step.op.for_each_local(&mut |local| is_used |= take_away(local, &copies));
                if is_used && !is_copy {
                    return Err(refusal(step.place));
                }
            }
            let mut is_used = false;
            block.end.for_each_local(&mut |local| is_used |= take_away(local, &copies));
            if is_used {
                return Err(refusal(block.place));
            }
            if let Some(landing) = &mut block.on_exception {
                take_away(&mut landing.exception, &copies);
            }
        }
        self.parameters -= 1;
        self.defaults.truncate(self.parameters);
        self.locals.remove(0);
        Ok(())
    }
}

const OBJECT: Operand = Operand::Local(Local(0));

/// Moves a local to its place without the object, and tells whether it was a copy of that.
fn take_away(local: &mut Local, copies: &HashMap<Local, usize>) -> bool {
    let is_copy = copies.contains_key(local);
    local.0 = local.0.saturating_sub(1);
    is_copy
}
