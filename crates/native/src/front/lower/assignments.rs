//! Assignments: the value first, then the targets from left to right.

use std::sync::Arc;

use super::{Lowering, Result};
use crate::Place;
use crate::code::{BinaryOp, Local, Op, Operand};
use crate::front::syntax::{Expression, Target};

impl<'f> Lowering<'f, '_> {
    pub(super) fn assign(&mut self, targets: &'f [Target], value: &'f Expression) -> Result<()> {
        if let [Target::Name(name, _)] = targets {
            let local = self.local(name);
            return self.into(value, local);
        }
        let mut operand = self.operand(value)?;
        let is_read_once = matches!(targets, [Target::Attribute { .. }]);
        if let Operand::Local(local) = operand
            && self.is_named(local)
            && !is_read_once
        {
            operand = self.copy(operand, value.place);
        }
        targets.iter().try_for_each(|target| self.set(target, operand))
    }

    /// Sets a target to a value that is there already.
    pub(super) fn set(&mut self, target: &'f Target, value: Operand) -> Result<()> {
        match target {
            Target::Name(name, place) => {
                let local = self.local(name);
                // An item of a tuple or of a loop is there already.
                if value != Operand::Local(local) {
                    self.graph.set(local, value, *place);
                }
            }
            Target::Attribute { object, name, place } => {
                let object = self.object(object)?;
                let name = Arc::clone(name);
                self.graph.step(Op::SetAttribute { object, name, value }, *place);
            }
            Target::Tuple(targets, place) => self.unpack(targets, value, *place)?,
        }
        Ok(())
    }

    /// Nothing is set if there are too many or too few items. A target that is no name may raise, or
    /// have names in it that a later target sets, too; so names behind it wait for it.
    fn unpack(&mut self, targets: &'f [Target], value: Operand, place: Place) -> Result<()> {
        let is_name = |target: &&Target| matches!(target, Target::Name(..));
        let at_once = targets.iter().take_while(is_name).count();
        let (first, later) = targets.split_at(at_once);
        let mut items: Vec<_> = first.iter().map(|target| self.item(target)).collect();
        items.extend(later.iter().map(|_| self.graph.temporary("item")));
        self.graph.step(Op::Unpack { to: items.clone(), value }, place);
        for (target, item) in targets.iter().zip(items) {
            self.set(target, Operand::Local(item))?;
        }
        Ok(())
    }

    /// Where an item of a tuple goes at first.
    pub(super) fn item(&mut self, target: &Target) -> Local {
        match target {
            Target::Name(name, _) => self.local(name),
            _ => self.graph.temporary("item"),
        }
    }

    pub(super) fn augment(
        &mut self,
        target: &'f Target,
        op: BinaryOp,
        value: &'f Expression,
        place: Place,
    ) -> Result<()> {
        match target {
            Target::Name(name, at) => {
                let local = self.local(name);
                let left = self.kept_name(name, local, &[value], *at);
                let right = self.operand(value)?;
                self.graph.step(Op::Binary { to: local, op, left, right }, place);
            }
            Target::Attribute { object: expression, name, place: at } => {
                let object = self.object(expression)?;
                let object = self.kept(object, expression, &[value]);
                let to = self.graph.temporary("");
                let step = Op::Attribute { to, object, name: Arc::clone(name) };
                self.graph.step(step, *at);
                let right = self.operand(value)?;
                let left = Operand::Local(to);
                self.graph.step(Op::Binary { to, op, left, right }, place);
                let step = Op::SetAttribute { object, name: Arc::clone(name), value: left };
                self.graph.step(step, place);
            }
            // Not Python.
            Target::Tuple(..) => {}
        }
        Ok(())
    }
}
