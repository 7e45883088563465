//! Expressions: their operands from left to right, then the operation.

use std::sync::Arc;

use super::{Lowering, Result};
use crate::code::{Local, Op, Operand, UnaryOp};
use crate::front::syntax::{Expression, ExpressionKind};
use crate::{Place, Refusal};

impl<'f> Lowering<'f, '_> {
    /// A local of the function itself. Every name that a statement sets has one.
    pub(super) fn local(&mut self, name: &Arc<str>) -> Local {
        if let Some(local) = self.names.get(name) {
            return *local;
        }
        let local = self.graph.local(name);
        self.names.insert(Arc::clone(name), local);
        local
    }

    /// Whether the function has a name for it, so that it may change.
    pub(super) fn is_named(&self, local: Local) -> bool {
        !self.graph.locals[local.0 as usize].starts_with('%')
    }

    pub(super) fn copy(&mut self, value: Operand, place: Place) -> Operand {
        let to = self.graph.temporary("");
        self.graph.set(to, value, place);
        Operand::Local(to)
    }

    /// For what happens on the way to the value.
    pub(super) fn evaluate(&mut self, value: &'f Expression) -> Result<()> {
        let operand = self.operand(value)?;
        if let ExpressionKind::Name(name) = &value.kind
            && !self.is_always_bound(name)
        {
            self.copy(operand, value.place);
        }
        Ok(())
    }

    pub(super) fn operand(&mut self, value: &'f Expression) -> Result<Operand> {
        match &value.kind {
            ExpressionKind::Constant(constant) => Ok(Operand::Constant(*constant)),
            ExpressionKind::Name(name) => self.name(name, value.place),
            ExpressionKind::Walrus { name, value } => {
                let local = self.local(name);
                self.into(value, local)?;
                Ok(Operand::Local(local))
            }
            ExpressionKind::Attribute { object, name } => {
                if let Some(constant) = self.module_constant(object, name, value.place)? {
                    return Ok(Operand::Constant(constant));
                }
                self.in_temporary(value)
            }
            _ => self.in_temporary(value),
        }
    }

    fn in_temporary(&mut self, value: &'f Expression) -> Result<Operand> {
        let to = self.graph.temporary("");
        self.into(value, to)?;
        Ok(Operand::Local(to))
    }

    pub(super) fn operands(&mut self, values: &[&'f Expression]) -> Result<Vec<Operand>> {
        let mut operands = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let operand = self.operand(value)?;
            operands.push(self.kept(operand, value, &values[index + 1..]));
        }
        Ok(operands)
    }

    /// A local is read where it is used. If what is computed before that sets it, or may raise before
    /// it is known whether there is a value, it is read here.
    pub(super) fn kept(
        &mut self,
        operand: Operand,
        of: &Expression,
        later: &[&Expression],
    ) -> Operand {
        match (operand, &of.kind) {
            (Operand::Local(local), ExpressionKind::Name(name)) => {
                self.kept_name(name, local, later, of.place)
            }
            (Operand::Local(_), ExpressionKind::Walrus { name, .. })
                if later.iter().any(|value| value.sets(name)) =>
            {
                self.copy(operand, of.place)
            }
            _ => operand,
        }
    }

    pub(super) fn kept_name(
        &mut self,
        name: &str,
        local: Local,
        later: &[&Expression],
        place: Place,
    ) -> Operand {
        let may_raise = !self.is_always_bound(name) && later.iter().any(|value| !value.is_leaf());
        if may_raise || later.iter().any(|value| value.sets(name)) {
            return self.copy(Operand::Local(local), place);
        }
        Operand::Local(local)
    }

    /// Computes a value into a local, which changes last of all.
    pub(super) fn into(&mut self, value: &'f Expression, to: Local) -> Result<()> {
        let place = value.place;
        match &value.kind {
            ExpressionKind::Unary { op, value } => self.unary(*op, value, to, place)?,
            ExpressionKind::Binary { op, left, right } => {
                let operands = self.operands(&[left, right])?;
                let (left, right) = (operands[0], operands[1]);
                self.graph.step(Op::Binary { to, op: *op, left, right }, place);
            }
            ExpressionKind::Item { value, index } => {
                let operands = self.operands(&[value, index])?;
                let (value, index) = (operands[0], operands[1]);
                self.graph.step(Op::Item { to, value, index }, place);
            }
            ExpressionKind::Tuple(items) => {
                let items = self.operands(&items.iter().collect::<Vec<_>>())?;
                self.graph.step(Op::Tuple { to, items }, place);
            }
            ExpressionKind::Choice { test, yes, no } => self.choose(test, yes, no, to)?,
            ExpressionKind::Call { function, positional, keywords } => {
                self.call(function, positional, keywords, to, place)?;
            }
            ExpressionKind::Attribute { object, name }
                if self.module_constant(object, name, place)?.is_none() =>
            {
                let object = self.object(object)?;
                self.graph.step(Op::Attribute { to, object, name: Arc::clone(name) }, place);
            }
            // It would change before all is computed.
            kind if self.is_named(to) && sets_early(kind) => {
                let operand = self.in_temporary(value)?;
                self.graph.set(to, operand, place);
            }
            ExpressionKind::Compare { first, rest } => self.compare(first, rest, to, place)?,
            ExpressionKind::Logic { op, values } => self.logic(*op, values, to)?,
            ExpressionKind::List(items) => self.list(items, to, place)?,
            ExpressionKind::Constant(_)
            | ExpressionKind::Name(_)
            | ExpressionKind::Walrus { .. }
            | ExpressionKind::Attribute { .. } => {
                let operand = self.operand(value)?;
                self.graph.set(to, operand, place);
            }
        }
        Ok(())
    }

    fn list(&mut self, items: &'f [Expression], to: Local, place: Place) -> Result<()> {
        self.refuse_in_message("a list", place)?;
        let items = self.operands(&items.iter().collect::<Vec<_>>())?;
        self.graph.step(Op::NewList { to }, place);
        for value in items {
            self.graph.step(Op::Append { list: Operand::Local(to), value }, place);
        }
        Ok(())
    }

    /// What may stand in the way of the whole function must not do so for a message.
    fn refuse_in_message(&self, what: &str, place: Place) -> Result<()> {
        if self.in_message {
            return Err(Refusal::new(place, format!("{what} in what an exception says")));
        }
        Ok(())
    }

    fn unary(&mut self, op: UnaryOp, value: &'f Expression, to: Local, place: Place) -> Result<()> {
        let value = self.operand(value)?;
        self.graph.step(Op::Unary { to, op, value }, place);
        Ok(())
    }

    fn choose(
        &mut self,
        test: &'f Expression,
        yes: &'f Expression,
        no: &'f Expression,
        to: Local,
    ) -> Result<()> {
        let (on_yes, on_no, done) = (self.graph.block(), self.graph.block(), self.graph.block());
        self.condition(test, on_yes, on_no)?;
        for (block, value) in [(on_yes, yes), (on_no, no)] {
            self.graph.start(block);
            self.into(value, to)?;
            self.graph.jump(done, value.place);
        }
        self.graph.start(done);
        Ok(())
    }

    /// Something that has attributes, which only a parameter can be.
    pub(super) fn object(&mut self, value: &Expression) -> Result<Operand> {
        self.refuse_in_message("an attribute", value.place)?;
        if let ExpressionKind::Name(name) = &value.kind {
            if let Some(local) = self.parameter(name) {
                return Ok(Operand::Local(local));
            }
            return Err(Refusal::new(value.place, format!("an attribute of `{name}`")));
        }
        Err(Refusal::new(value.place, "an attribute of what is no parameter"))
    }
}

/// Whether the result's local has other values on the way.
fn sets_early(kind: &ExpressionKind) -> bool {
    match kind {
        ExpressionKind::Compare { .. } | ExpressionKind::Logic { .. } => true,
        ExpressionKind::List(items) => !items.is_empty(),
        _ => false,
    }
}
