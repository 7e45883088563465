//! Statements, from ruff's tree to ours.

use std::sync::Arc;

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::{Converter, Result, place, refused};
use crate::Place;
use crate::front::syntax::{Expression, Handler, Message, Statement, StatementKind, Target};

impl Converter<'_> {
    pub(super) fn body(&mut self, statements: &[Stmt]) -> Result<Vec<Statement>> {
        let mut body = Vec::new();
        for statement in statements {
            let kind = self.deeper(statement, |it| it.statement(statement))?;
            body.extend(kind.map(|kind| Statement { kind, place: place(statement.range()) }));
        }
        Ok(body)
    }

    /// None for what does nothing.
    fn statement(&mut self, statement: &Stmt) -> Result<Option<StatementKind>> {
        Ok(Some(match statement {
            Stmt::Pass(_) => return Ok(None),
            Stmt::Expr(it) if it.value.is_literal_expr() => return Ok(None),
            Stmt::Expr(it) => self.expression_statement(&it.value)?,
            Stmt::Assign(it) => StatementKind::Assign {
                targets: it.targets.iter().map(|to| self.target(to)).collect::<Result<_>>()?,
                value: self.expression(&it.value)?,
            },
            Stmt::AugAssign(it) => StatementKind::Augment {
                target: self.target(&it.target)?,
                op: Self::operator(it.op, statement)?,
                value: self.expression(&it.value)?,
            },
            Stmt::AnnAssign(it) => return self.annotated(it),
            Stmt::Delete(it) => StatementKind::Delete(self.deleted(&it.targets)?),
            Stmt::Return(it) => StatementKind::Return(self.optional(it.value.as_deref())?),
            Stmt::If(it) => self.choice(it)?,
            Stmt::While(it) => StatementKind::While {
                test: self.expression(&it.test)?,
                body: self.body(&it.body)?,
                or_else: self.body(&it.orelse)?,
            },
            Stmt::For(it) if it.is_async => return refused(it, "`async for`"),
            Stmt::For(it) => StatementKind::For {
                target: self.target(&it.target)?,
                iterable: self.expression(&it.iter)?,
                body: self.body(&it.body)?,
                or_else: self.body(&it.orelse)?,
            },
            Stmt::Break(_) => StatementKind::Break,
            Stmt::Continue(_) => StatementKind::Continue,
            Stmt::Assert(it) => StatementKind::Assert {
                test: self.expression(&it.test)?,
                message: match it.msg.as_deref() {
                    Some(message) => self.message(std::slice::from_ref(message))?,
                    None => Message::Of(vec![]),
                },
            },
            Stmt::Raise(it) => StatementKind::Raise {
                exception: it.exc.as_deref().map(|value| self.raised(value)).transpose()?,
                cause: it.cause.as_deref().map(|value| self.raised(value)).transpose()?,
            },
            Stmt::Try(it) => self.try_statement(it)?,
            other => return refused(other, outside_of_the_subset(other)),
        }))
    }

    fn optional(&mut self, value: Option<&Expr>) -> Result<Option<Expression>> {
        value.map(|value| self.expression(value)).transpose()
    }

    fn expression_statement(&mut self, value: &Expr) -> Result<StatementKind> {
        if let Expr::Call(call) = value
            && let Expr::Attribute(method) = &*call.func
            && method.attr.as_str() == "append"
            && let (Expr::Name(_), [item]) = (&*method.value, &*call.arguments.args)
            && call.arguments.keywords.is_empty()
            && !item.is_starred_expr()
        {
            let list = self.expression(&method.value)?;
            return Ok(StatementKind::Append { list, value: self.expression(item)? });
        }
        Ok(StatementKind::Expression(self.expression(value)?))
    }

    /// The annotations of a function's own variables are never evaluated.
    fn annotated(&mut self, it: &ast::StmtAnnAssign) -> Result<Option<StatementKind>> {
        let target = self.target(&it.target)?;
        Ok(match (self.optional(it.value.as_deref())?, target) {
            (Some(value), target) => Some(StatementKind::Assign { targets: vec![target], value }),
            (None, Target::Name(name, _)) => it.simple.then_some(StatementKind::Declare(name)),
            (None, Target::Attribute { object, .. }) => Some(StatementKind::Expression(object)),
            (None, Target::Tuple(..)) => None,
        })
    }

    fn target(&mut self, target: &Expr) -> Result<Target> {
        let at = place(target.range());
        self.deeper(target, |it| match target {
            Expr::Name(name) => Ok(Target::Name(it.name(name.id.as_str()), at)),
            Expr::Attribute(attribute) => Ok(Target::Attribute {
                object: it.expression(&attribute.value)?,
                name: it.identifier(&attribute.attr),
                place: at,
            }),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                let targets = elts.iter().map(|target| it.target(target)).collect::<Result<_>>()?;
                Ok(Target::Tuple(targets, at))
            }
            Expr::Subscript(_) => refused(target, "an assignment to an item"),
            Expr::Starred(_) => refused(target, "an assignment to `*name`"),
            _ => refused(target, "an assignment to what is no name"),
        })
    }

    fn deleted(&mut self, targets: &[Expr]) -> Result<Vec<Arc<str>>> {
        let mut names = Vec::new();
        for target in targets {
            match target {
                Expr::Name(name) => names.push(self.name(name.id.as_str())),
                Expr::Tuple(ast::ExprTuple { elts, .. })
                | Expr::List(ast::ExprList { elts, .. }) => {
                    names.extend(self.deeper(target, |it| it.deleted(elts))?);
                }
                _ => return refused(target, "`del` of what is no name"),
            }
        }
        Ok(names)
    }

    /// `elif` is an `if` in the `else`.
    fn choice(&mut self, it: &ast::StmtIf) -> Result<StatementKind> {
        let test = self.expression(&it.test)?;
        let yes = self.body(&it.body)?;
        Ok(StatementKind::If { test, yes, no: self.otherwise(&it.elif_else_clauses)? })
    }

    fn otherwise(&mut self, clauses: &[ast::ElifElseClause]) -> Result<Vec<Statement>> {
        let Some((clause, rest)) = clauses.split_first() else {
            return Ok(vec![]);
        };
        let Some(test) = &clause.test else {
            return self.body(&clause.body);
        };
        let test = self.expression(test)?;
        let yes = self.body(&clause.body)?;
        let no = self.deeper(clause, |it| it.otherwise(rest))?;
        let place = place(clause.range());
        Ok(vec![Statement { kind: StatementKind::If { test, yes, no }, place }])
    }

    fn try_statement(&mut self, it: &ast::StmtTry) -> Result<StatementKind> {
        if it.is_star {
            return refused(it, "`except*`");
        }
        let body = self.body(&it.body)?;
        let handlers = it.handlers.iter().map(|handler| {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            self.handler(handler)
        });
        let handlers = handlers.collect::<Result<_>>()?;
        let or_else = self.body(&it.orelse)?;
        Ok(StatementKind::Try { body, handlers, or_else, finally: self.body(&it.finalbody)? })
    }

    fn handler(&mut self, it: &ast::ExceptHandlerExceptHandler) -> Result<Handler> {
        let classes = it.type_.as_deref();
        let end = classes.map_or(it.range.start().to_u32() + 6, |value| value.end().to_u32());
        Ok(Handler {
            classes: classes.map(Self::classes).transpose()?,
            name: it.name.as_ref().map(|name| self.identifier(name)),
            body: self.body(&it.body)?,
            place: Place { start: it.range.start().to_u32(), end },
        })
    }
}

/// In a user's words.
fn outside_of_the_subset(statement: &Stmt) -> &'static str {
    match statement {
        Stmt::FunctionDef(_) => "a function in the function",
        Stmt::ClassDef(_) => "a class in the function",
        Stmt::TypeAlias(_) => "a `type` statement",
        Stmt::With(_) => "a `with` statement",
        Stmt::Match(_) => "a `match` statement",
        Stmt::Import(_) | Stmt::ImportFrom(_) => "an `import` in the function",
        Stmt::Global(_) => "`global`",
        Stmt::Nonlocal(_) => "`nonlocal`",
        _ => "a statement that is not known here",
    }
}
