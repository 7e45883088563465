//! Methods of an object that none of them looks at.

use super::{Code, Local};
use crate::{Place, Refusal};

impl Code {
    /// Takes the first parameter away, which is the object.
    ///
    /// # Errors
    /// The first place where it is used.
    pub(crate) fn take_object_away(&mut self) -> Result<(), Refusal> {
        let refusal = |place: Place| Refusal::new(place, format!("a use of `{}`", self.locals[0]));
        for block in &mut self.blocks {
            for step in &mut block.steps {
                let mut is_used = false;
                step.op.for_each_local(&mut |local| is_used |= is_object(local));
                if is_used {
                    return Err(refusal(step.place));
                }
            }
            let mut is_used = false;
            block.end.for_each_local(&mut |local| is_used |= is_object(local));
            if is_used {
                return Err(refusal(block.place));
            }
            if let Some(landing) = &mut block.on_exception {
                landing.exception.0 -= 1;
            }
        }
        self.parameters -= 1;
        self.defaults.truncate(self.parameters);
        self.locals.remove(0);
        Ok(())
    }
}

/// Whether it is the object; any other one moves to its place without the object.
fn is_object(local: &mut Local) -> bool {
    let is_object = *local == Local(0);
    local.0 = local.0.saturating_sub(1);
    is_object
}
