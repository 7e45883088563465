//! `try`, with all that may follow.

use super::frames::{Frame, FrameKind};
use super::{Lowering, Result};
use crate::Place;
use crate::code::{BlockId, End, Landing, Local, Op, Operand};
use crate::exceptions::ExceptionClass;
use crate::front::syntax::{Handler, Statement};

/// Handlers, and what runs if there was nothing to handle.
type Handlers<'f> = (&'f [Handler], &'f [Statement]);

impl<'f> Lowering<'f, '_> {
    pub(super) fn try_statement(
        &mut self,
        body: &'f [Statement],
        handlers: Handlers<'f>,
        finally: &'f [Statement],
        place: Place,
    ) -> Result<()> {
        if finally.is_empty() {
            return self.try_except(body, handlers, place);
        }
        let (landing, handled) = (self.landing(), self.handled());
        let after = self.graph.block();
        let kind = FrameKind::Finally(finally);
        self.push(Frame { kind, landing: Some(landing), handled });
        self.try_except(body, handlers, place)?;
        self.pop();
        self.body(finally)?;
        self.graph.jump(after, place);
        self.graph.start(landing.block);
        self.finally_by_exception(finally, landing.exception, place)?;
        self.graph.start(after);
        Ok(())
    }

    fn landing(&mut self) -> Landing {
        Landing { block: self.graph.block(), exception: self.graph.temporary("exception") }
    }

    /// `finally` on the way of an exception, which goes on at its end.
    fn finally_by_exception(
        &mut self,
        finally: &'f [Statement],
        exception: Local,
        place: Place,
    ) -> Result<()> {
        let landing = self.graph.landing;
        self.push(Frame { kind: FrameKind::Plain, landing, handled: Some(exception) });
        self.body(finally)?;
        self.pop();
        self.graph.end(End::Reraise(exception), place);
        Ok(())
    }

    fn try_except(
        &mut self,
        body: &'f [Statement],
        (handlers, or_else): Handlers<'f>,
        place: Place,
    ) -> Result<()> {
        if handlers.is_empty() {
            return self.body(body);
        }
        let (landing, handled) = (self.landing(), self.handled());
        let after = self.graph.block();
        self.push(Frame { kind: FrameKind::Plain, landing: Some(landing), handled });
        self.body(body)?;
        self.pop();
        self.body(or_else)?;
        self.graph.jump(after, place);
        self.graph.start(landing.block);
        for handler in handlers {
            self.handler(handler, landing.exception, after)?;
        }
        self.graph.end(End::Reraise(landing.exception), place);
        self.graph.start(after);
        Ok(())
    }

    /// Goes on where the handler does not take the exception.
    fn handler(&mut self, handler: &'f Handler, exception: Local, after: BlockId) -> Result<()> {
        let Some(names) = &handler.classes else {
            return self.handler_body(handler, exception, after);
        };
        let classes: Option<Vec<ExceptionClass>> =
            names.iter().map(|name| self.class(name.as_deref()?)).collect();
        let Some(classes) = classes else {
            let reason = "an `except` of what is no builtin exception";
            self.graph.end(End::Leave(reason.into()), handler.place);
            return Ok(());
        };
        let (yes, no) = (self.graph.block(), self.graph.block());
        self.graph.end(End::Caught { exception, classes, yes, no }, handler.place);
        self.graph.start(yes);
        self.handler_body(handler, exception, after)?;
        self.graph.start(no);
        Ok(())
    }

    fn handler_body(
        &mut self,
        handler: &'f Handler,
        exception: Local,
        after: BlockId,
    ) -> Result<()> {
        let (place, handled) = (handler.place, Some(exception));
        let Some(name) = &handler.name else {
            let landing = self.graph.landing;
            self.push(Frame { kind: FrameKind::Plain, landing, handled });
            self.body(&handler.body)?;
            self.pop();
            self.graph.jump(after, place);
            return Ok(());
        };
        let local = self.local(name);
        self.graph.set(local, Operand::Local(exception), place);
        let landing = self.landing();
        self.push(Frame { kind: FrameKind::Named(local), landing: Some(landing), handled });
        self.body(&handler.body)?;
        self.pop();
        self.graph.step(Op::Unset { local, is_del: false }, place);
        self.graph.jump(after, place);
        self.graph.start(landing.block);
        self.graph.step(Op::Unset { local, is_del: false }, place);
        self.graph.end(End::Reraise(landing.exception), place);
        Ok(())
    }
}
