//! Ways out of the straight course: exceptions, and rows that leave.

use super::shape::Shape;
use super::walk::{Stop, Walk};
use crate::Refusal;
use crate::exceptions::ExceptionClass;
use crate::ir::{End, ExitId, Op, Var};

impl Walk<'_, '_> {
    pub(super) fn refuse<T>(&self, reason: &str) -> Result<T, Stop> {
        Err(Stop::Refused(Refusal::new(self.place, reason)))
    }

    pub(super) fn exit(&mut self, reason: &str) -> ExitId {
        self.unit.exit(self.place, reason)
    }

    /// The interpreter runs the row from its begin.
    pub(super) fn leave<T>(&mut self, reason: &str) -> Result<T, Stop> {
        let exit = self.exit(reason);
        self.emit.end(End::Exit(exit));
        Err(Stop::Ended)
    }

    pub(super) fn leave_unless(&mut self, test: Var, reason: &str) {
        let exit = self.exit(reason);
        self.emit.push(Op::Guard { test, exit });
    }

    /// An exception of a builtin class: to whoever catches it, else out of the row.
    pub(super) fn raise<T>(&mut self, class: ExceptionClass, reason: &str) -> Result<T, Stop> {
        let Some(landing) = self.code.block(self.at.block).on_exception else {
            return self.leave(reason);
        };
        self.state[landing.exception.0 as usize] = Shape::Exception(class);
        match self.go_to(Self::start_of(landing.block)) {
            Ok(()) => Err(Stop::Ended),
            Err(stop) => Err(stop),
        }
    }

    pub(super) fn raise_unless(
        &mut self,
        test: Var,
        class: ExceptionClass,
        reason: &str,
    ) -> Result<(), Stop> {
        if self.code.block(self.at.block).on_exception.is_none() {
            self.leave_unless(test, reason);
            return Ok(());
        }
        self.unless(test, |walk| walk.raise(class, reason))
    }
}
