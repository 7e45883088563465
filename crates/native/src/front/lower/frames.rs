//! What surrounds the statement that is being lowered, and the ways out of it.

use super::{Lowering, Result};
use crate::Place;
use crate::code::{BlockId, End, Landing, Local, Op, Operand};
use crate::front::syntax::Statement;

#[derive(Clone)]
pub(super) struct Frame<'f> {
    pub(super) kind: FrameKind<'f>,
    /// Where exceptions go in it.
    pub(super) landing: Option<Landing>,
    /// The exception that `raise` alone raises in it.
    pub(super) handled: Option<Local>,
}

#[derive(Clone)]
pub(super) enum FrameKind<'f> {
    /// Leaving it does nothing.
    Plain,
    Loop {
        on_break: BlockId,
        on_continue: BlockId,
    },
    /// `except .. as name`, which ends the name's life.
    Named(Local),
    /// Statements that run on every way out.
    Finally(&'f [Statement]),
}

impl<'f> Lowering<'f, '_> {
    pub(super) fn handled(&self) -> Option<Local> {
        self.frames.last().and_then(|frame| frame.handled)
    }

    pub(super) fn push(&mut self, frame: Frame<'f>) {
        self.graph.landing = frame.landing;
        self.frames.push(frame);
    }

    /// A frame in which exceptions go where they went before.
    pub(super) fn push_kind(&mut self, kind: FrameKind<'f>) {
        let frame = Frame { kind, landing: self.graph.landing, handled: self.handled() };
        self.push(frame);
    }

    pub(super) fn pop(&mut self) -> Option<Frame<'f>> {
        let frame = self.frames.pop();
        self.graph.landing = self.frames.last().and_then(|frame| frame.landing);
        frame
    }

    pub(super) fn leave_by_return(&mut self, value: Operand, place: Place) -> Result<()> {
        self.leave(0, place, End::Return(value))
    }

    pub(super) fn leave_by_break(&mut self, place: Place) -> Result<()> {
        self.leave_loop(place, |on_break, _| on_break)
    }

    pub(super) fn leave_by_continue(&mut self, place: Place) -> Result<()> {
        self.leave_loop(place, |_, on_continue| on_continue)
    }

    fn leave_loop(
        &mut self,
        place: Place,
        target: impl Fn(BlockId, BlockId) -> BlockId,
    ) -> Result<()> {
        let in_loop = self.frames.iter().enumerate().rev().find_map(|(depth, frame)| {
            let FrameKind::Loop { on_break, on_continue } = frame.kind else { return None };
            Some((depth, target(on_break, on_continue)))
        });
        // The interpreter compiled the text, so there is a loop.
        in_loop.map_or(Ok(()), |(depth, to)| self.leave(depth + 1, place, End::Jump(to)))
    }

    /// Runs what stands at the ways out of all but the outer frames, each seen from outside of its
    /// own frame, then ends.
    fn leave(&mut self, outer: usize, place: Place, end: End) -> Result<()> {
        let inside = self.frames.clone();
        while self.frames.len() > outer {
            match self.pop().map(|frame| frame.kind) {
                Some(FrameKind::Named(local)) => {
                    self.graph.step(Op::Unset { local, is_del: false }, place);
                }
                Some(FrameKind::Finally(body)) => self.body(body)?,
                _ => {}
            }
        }
        self.graph.end(end, place);
        self.graph.landing = inside.last().and_then(|frame| frame.landing);
        self.frames = inside;
        Ok(())
    }
}
