//! Which names are local: by Python's rule those that are set anywhere in the function.

use std::sync::Arc;

use crate::front::syntax::{
    Expression, ExpressionKind, Message, Raised, Statement, StatementKind, Target,
};

/// All that sets a name, as it stands in the text.
#[derive(Default)]
pub(super) struct Names {
    /// Each time that a name is set.
    pub(super) set: Vec<Arc<str>>,
    /// Those of `except .. as name`.
    pub(super) caught: Vec<Arc<str>>,
    /// Those of `del`.
    pub(super) deleted: Vec<Arc<str>>,
}

impl Names {
    pub(super) fn of(body: &[Statement]) -> Self {
        let mut names = Self::default();
        names.body(body);
        names
    }

    fn set(&mut self, name: &Arc<str>) {
        self.set.push(Arc::clone(name));
    }

    fn body(&mut self, body: &[Statement]) {
        for statement in body {
            self.statement(&statement.kind);
        }
    }

    fn statement(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Expression(value) | StatementKind::Return(Some(value)) => {
                self.expression(value);
            }
            StatementKind::Return(None) | StatementKind::Break | StatementKind::Continue => {}
            StatementKind::Assign { targets, value } => {
                self.expression(value);
                for target in targets {
                    self.target(target);
                }
            }
            StatementKind::Declare(name) => self.set(name),
            StatementKind::Augment { target, value, .. } => {
                self.target(target);
                self.expression(value);
            }
            StatementKind::Append { list, value } => {
                self.expression(list);
                self.expression(value);
            }
            StatementKind::Delete(names) => {
                self.set.extend(names.iter().cloned());
                self.deleted.extend(names.iter().cloned());
            }
            StatementKind::If { test, yes, no } => {
                self.expression(test);
                self.body(yes);
                self.body(no);
            }
            StatementKind::While { test, body, or_else } => {
                self.expression(test);
                self.body(body);
                self.body(or_else);
            }
            StatementKind::For { target, iterable, body, or_else } => {
                self.expression(iterable);
                self.target(target);
                self.body(body);
                self.body(or_else);
            }
            StatementKind::Assert { test, message } => {
                self.expression(test);
                self.message(message);
            }
            StatementKind::Raise { exception, cause } => {
                exception.iter().chain(cause).for_each(|raised| self.raised(raised));
            }
            StatementKind::Try { body, handlers, or_else, finally } => {
                self.body(body);
                for handler in handlers {
                    handler.name.iter().for_each(|name| self.set(name));
                    self.caught.extend(handler.name.clone());
                    self.body(&handler.body);
                }
                self.body(or_else);
                self.body(finally);
            }
        }
    }

    fn target(&mut self, target: &Target) {
        match target {
            Target::Name(name, _) => self.set(name),
            Target::Attribute { object, .. } => self.expression(object),
            Target::Tuple(targets, _) => targets.iter().for_each(|target| self.target(target)),
        }
    }

    fn raised(&mut self, raised: &Raised) {
        if let Raised::Call(_, message) = raised {
            self.message(message);
        }
    }

    fn message(&mut self, message: &Message) {
        if let Message::Of(values) = message {
            for value in values {
                self.expression(value);
            }
        }
    }

    fn expression(&mut self, value: &Expression) {
        if let ExpressionKind::Walrus { name, .. } = &value.kind {
            self.set(name);
        }
        value.children().into_iter().for_each(|child| self.expression(child));
    }
}
