//! Tests, which jump as soon as the answer is known.

use super::{Lowering, Result};
use crate::Place;
use crate::code::{BlockId, CompareOp, Local, Op, Operand, UnaryOp};
use crate::front::syntax::{Expression, ExpressionKind, LogicOp};

impl<'f> Lowering<'f, '_> {
    /// Goes to one of the blocks by the truth value.
    pub(super) fn condition(
        &mut self,
        test: &'f Expression,
        yes: BlockId,
        no: BlockId,
    ) -> Result<()> {
        match &test.kind {
            ExpressionKind::Unary { op: UnaryOp::Not, value } => self.condition(value, no, yes),
            ExpressionKind::Logic { op, values } => self.logic_condition(*op, values, yes, no),
            ExpressionKind::Compare { first, rest } => {
                let to = self.graph.temporary("");
                self.comparisons(first, rest, to, no)?;
                self.graph.branch(Operand::Local(to), yes, no, test.place);
                Ok(())
            }
            ExpressionKind::Choice { test, yes: if_yes, no: if_no } => {
                let (on_yes, on_no) = (self.graph.block(), self.graph.block());
                self.condition(test, on_yes, on_no)?;
                self.graph.start(on_yes);
                self.condition(if_yes, yes, no)?;
                self.graph.start(on_no);
                self.condition(if_no, yes, no)
            }
            _ => {
                let operand = self.operand(test)?;
                self.graph.branch(operand, yes, no, test.place);
                Ok(())
            }
        }
    }

    fn logic_condition(
        &mut self,
        op: LogicOp,
        values: &'f [Expression],
        yes: BlockId,
        no: BlockId,
    ) -> Result<()> {
        let Some((last, others)) = values.split_last() else { return Ok(()) };
        for value in others {
            let next = self.graph.block();
            match op {
                LogicOp::And => self.condition(value, next, no)?,
                LogicOp::Or => self.condition(value, yes, next)?,
            }
            self.graph.start(next);
        }
        self.condition(last, yes, no)
    }

    /// The value of `and` and `or`: the first operand that decides, else the last.
    pub(super) fn logic(&mut self, op: LogicOp, values: &'f [Expression], to: Local) -> Result<()> {
        let Some((last, others)) = values.split_last() else { return Ok(()) };
        let done = self.graph.block();
        for value in others {
            self.into(value, to)?;
            let next = self.graph.block();
            let (yes, no) = match op {
                LogicOp::And => (next, done),
                LogicOp::Or => (done, next),
            };
            self.graph.branch(Operand::Local(to), yes, no, value.place);
            self.graph.start(next);
        }
        self.into(last, to)?;
        self.graph.jump(done, last.place);
        self.graph.start(done);
        Ok(())
    }

    /// The value of comparisons: that of the last one computed.
    pub(super) fn compare(
        &mut self,
        first: &'f Expression,
        rest: &'f [(CompareOp, Expression)],
        to: Local,
        place: Place,
    ) -> Result<()> {
        let done = self.graph.block();
        self.comparisons(first, rest, to, done)?;
        self.graph.jump(done, place);
        self.graph.start(done);
        Ok(())
    }

    /// One comparison after the other, each operand computed once, until one does not hold.
    pub(super) fn comparisons(
        &mut self,
        first: &'f Expression,
        rest: &'f [(CompareOp, Expression)],
        to: Local,
        fails: BlockId,
    ) -> Result<()> {
        let mut at = first;
        let mut left = self.operand(first)?;
        for (index, (op, value)) in rest.iter().enumerate() {
            left = self.kept(left, at, &[value]);
            let right = self.operand(value)?;
            let place = Place { start: at.place.start, end: value.place.end };
            self.graph.step(Op::Compare { to, op: *op, left, right }, place);
            if index + 1 < rest.len() {
                let next = self.graph.block();
                self.graph.branch(Operand::Local(to), next, fails, place);
                self.graph.start(next);
            }
            (at, left) = (value, right);
        }
        Ok(())
    }
}
