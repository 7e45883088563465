//! `while` and `for`, with `else`.

use super::frames::FrameKind;
use super::{Lowering, Result};
use crate::Place;
use crate::code::{BlockId, End, Op, Operand};
use crate::front::syntax::{Expression, Statement, Target};

impl<'f> Lowering<'f, '_> {
    pub(super) fn while_loop(
        &mut self,
        test: &'f Expression,
        body: &'f [Statement],
        or_else: &'f [Statement],
        place: Place,
    ) -> Result<()> {
        let (head, inside, done) = (self.graph.block(), self.graph.block(), self.graph.block());
        self.graph.jump(head, place);
        self.graph.start(head);
        self.condition(test, inside, done)?;
        self.graph.start(inside);
        self.finish_loop(head, done, (body, or_else), place)
    }

    pub(super) fn for_loop(
        &mut self,
        target: &'f Target,
        iterable: &'f Expression,
        bodies: (&'f [Statement], &'f [Statement]),
        place: Place,
    ) -> Result<()> {
        let value = self.operand(iterable)?;
        let iterator = self.graph.temporary("iterator");
        self.graph.step(Op::Iterate { to: iterator, value }, iterable.place);
        let (head, inside, done) = (self.graph.block(), self.graph.block(), self.graph.block());
        self.graph.jump(head, place);
        self.graph.start(head);
        let to = self.item(target);
        self.graph.end(End::Next { iterator, to, body: inside, done }, target.place());
        self.graph.start(inside);
        self.set(target, Operand::Local(to))?;
        self.finish_loop(head, done, bodies, place)
    }

    /// The body, from where it has begun, and what comes after it.
    fn finish_loop(
        &mut self,
        head: BlockId,
        done: BlockId,
        (body, or_else): (&'f [Statement], &'f [Statement]),
        place: Place,
    ) -> Result<()> {
        let after = self.graph.block();
        self.push_kind(FrameKind::Loop { on_break: after, on_continue: head });
        self.body(body)?;
        self.pop();
        self.graph.jump(head, place);
        self.graph.start(done);
        self.body(or_else)?;
        self.graph.jump(after, place);
        self.graph.start(after);
        Ok(())
    }
}
