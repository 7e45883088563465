//! `raise` and `assert`.

use super::{Lowering, Result};
use crate::Place;
use crate::code::{End, Local, Operand};
use crate::exceptions::ExceptionClass;
use crate::front::syntax::{Expression, Message, Raised};

/// Or why it is left to the interpreter.
type Known<T> = std::result::Result<T, &'static str>;

const UNKNOWN_CLASS: &str = "a `raise` of what is no plain builtin exception";
const UNKNOWN_MESSAGE: &str = "an exception with arguments that are not compiled";
const UNKNOWN_CAUSE: &str = "a `raise .. from` what is no plain builtin exception";

impl<'f> Lowering<'f, '_> {
    /// What is not known is left to the interpreter.
    pub(super) fn raise(
        &mut self,
        exception: Option<&'f Raised>,
        cause: Option<&'f Raised>,
        place: Place,
    ) {
        let end = match exception {
            None => self.handled().map(End::Reraise).ok_or("a `raise` without an exception"),
            Some(exception) => self.exception(exception),
        };
        let cause = cause.map_or(Ok(()), |cause| self.cause(cause, place));
        let end = match (end, cause) {
            (Ok(end), Ok(())) => end,
            (Err(reason), _) | (_, Err(reason)) => End::Leave(reason.into()),
        };
        self.graph.end(end, place);
    }

    fn exception(&mut self, raised: &'f Raised) -> Known<End> {
        match raised {
            Raised::Name(name) => match (self.caught(name), self.class(name)) {
                (Some(local), _) => Ok(End::Reraise(local)),
                (None, class) => class.map(End::Raise).ok_or(UNKNOWN_CLASS),
            },
            Raised::Call(name, message) => {
                let class = self.class(name).ok_or(UNKNOWN_CLASS)?;
                self.make(class, message)?;
                Ok(End::Raise(class))
            }
            Raised::None | Raised::Unknown => Err(UNKNOWN_CLASS),
        }
    }

    fn cause(&mut self, cause: &'f Raised, place: Place) -> Known<()> {
        match cause {
            Raised::None => Ok(()),
            Raised::Name(name) => {
                if let Some(local) = self.caught(name) {
                    self.copy(Operand::Local(local), place);
                    return Ok(());
                }
                self.class(name).map(|_| ()).ok_or(UNKNOWN_CAUSE)
            }
            Raised::Call(name, message) => {
                let class = self.class(name).ok_or(UNKNOWN_CAUSE)?;
                self.make(class, message)
            }
            Raised::Unknown => Err(UNKNOWN_CAUSE),
        }
    }

    /// The name of a caught exception, if it is nothing else in this function.
    fn caught(&self, name: &str) -> Option<Local> {
        let is_caught = self.settings.caught.iter().any(|caught| **caught == *name);
        let is_all = self.times_set(name) == 1 && self.parameter(name).is_none();
        self.names.get(name).copied().filter(|_| is_caught && is_all)
    }

    /// Goes through what the exception's arguments may raise.
    fn make(&mut self, class: ExceptionClass, message: &'f Message) -> Known<()> {
        let Message::Of(values) = message else { return Err(UNKNOWN_MESSAGE) };
        // It looks at what its arguments are.
        if class.name() == "SyntaxError" {
            return Err(UNKNOWN_MESSAGE);
        }
        let mark = self.graph.mark();
        self.in_message = true;
        let made = values.iter().try_for_each(|value| self.evaluate(value));
        self.in_message = false;
        made.map_err(|_| {
            self.graph.go_back(&mark);
            UNKNOWN_MESSAGE
        })
    }

    pub(super) fn assert(
        &mut self,
        test: &'f Expression,
        message: &'f Message,
        place: Place,
    ) -> Result<()> {
        let (holds, fails) = (self.graph.block(), self.graph.block());
        self.condition(test, holds, fails)?;
        self.graph.start(fails);
        let class = ExceptionClass::ASSERTION;
        let end = match self.make(class, message) {
            Ok(()) => End::Raise(class),
            Err(reason) => End::Leave(reason.into()),
        };
        self.graph.end(end, place);
        self.graph.start(holds);
        Ok(())
    }
}
