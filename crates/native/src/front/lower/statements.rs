//! Simple statements and `if`.

use super::{LARGEST, Lowering, Result};
use crate::code::{Constant, Op, Operand};
use crate::front::syntax::{Expression, ExpressionKind, Statement, StatementKind};
use crate::{Place, Refusal};

impl<'f> Lowering<'f, '_> {
    /// What nothing leads to is left out.
    pub(super) fn body(&mut self, statements: &'f [Statement]) -> Result<()> {
        for statement in statements {
            if !self.graph.is_reachable() {
                break;
            }
            if self.graph.size > LARGEST {
                let reason = format!("a function of more than {LARGEST} steps");
                return Err(Refusal::new(statement.place, reason));
            }
            self.statement(statement)?;
        }
        Ok(())
    }

    fn statement(&mut self, statement: &'f Statement) -> Result<()> {
        let place = statement.place;
        match &statement.kind {
            StatementKind::Declare(_) => Ok(()),
            StatementKind::Expression(value) => self.evaluate(value),
            StatementKind::Assign { targets, value } => self.assign(targets, value),
            StatementKind::Augment { target, op, value } => self.augment(target, *op, value, place),
            StatementKind::Append { list, value } => self.append(list, value, place),
            StatementKind::Delete(names) => {
                for name in names {
                    let local = self.local(name);
                    self.graph.step(Op::Unset { local, is_del: true }, place);
                }
                Ok(())
            }
            StatementKind::Return(value) => self.give_back(value.as_ref(), place),
            StatementKind::If { test, yes, no } => self.choice(test, yes, no),
            StatementKind::While { test, body, or_else } => {
                self.while_loop(test, body, or_else, place)
            }
            StatementKind::For { target, iterable, body, or_else } => {
                self.for_loop(target, iterable, (body, or_else), place)
            }
            StatementKind::Break => self.leave_by_break(place),
            StatementKind::Continue => self.leave_by_continue(place),
            StatementKind::Assert { test, message } => self.assert(test, message, place),
            StatementKind::Raise { exception, cause } => {
                self.raise(exception.as_ref(), cause.as_ref(), place);
                Ok(())
            }
            StatementKind::Try { body, handlers, or_else, finally } => {
                self.try_statement(body, (handlers, or_else), finally, place)
            }
        }
    }

    /// The value is there before anything on the way out runs.
    fn give_back(&mut self, value: Option<&'f Expression>, place: Place) -> Result<()> {
        let Some(value) = value else {
            return self.leave_by_return(Operand::Constant(Constant::None), place);
        };
        let mut operand = self.operand(value)?;
        if !self.frames.is_empty()
            && let Operand::Local(local) = operand
            && self.is_named(local)
        {
            operand = self.copy(operand, value.place);
        }
        self.leave_by_return(operand, place)
    }

    fn choice(
        &mut self,
        test: &'f Expression,
        yes: &'f [Statement],
        no: &'f [Statement],
    ) -> Result<()> {
        let (on_yes, on_no, after) = (self.graph.block(), self.graph.block(), self.graph.block());
        self.condition(test, on_yes, on_no)?;
        for (block, body) in [(on_yes, yes), (on_no, no)] {
            self.graph.start(block);
            self.body(body)?;
            self.graph.jump(after, test.place);
        }
        self.graph.start(after);
        Ok(())
    }

    /// The interpreter looks for `append` before it computes the item; who catches an exception of
    /// either would see the difference.
    fn append(&mut self, list: &Expression, value: &'f Expression, place: Place) -> Result<()> {
        let local = match &list.kind {
            ExpressionKind::Name(name) if !value.sets(name) => self.names.get(name).copied(),
            _ => None,
        };
        let Some(local) = local else {
            return Err(Refusal::new(place, "a call of the method `append`"));
        };
        if self.graph.landing.is_some() && !value.is_leaf() {
            return Err(Refusal::new(place, "`append` of a computed value in a `try`"));
        }
        let value = self.operand(value)?;
        self.graph.step(Op::Append { list: Operand::Local(local), value }, place);
        Ok(())
    }
}
