//! The one place that knows ruff: from its tree to ours.
//!
//! ruff accepts newer grammar than the interpreter; the text was compiled by the interpreter before
//! it came here, so that does no harm.

mod expressions;
mod messages;
mod statements;

use std::sync::Arc;

use arrowsmith_contract::{Binding, FunctionSource};
use ruff_python_ast::{self as ast, Stmt};
use ruff_python_parser::parse_module;
use ruff_text_size::{Ranged, TextRange};

use super::constants::number;
use super::syntax::{Expression, ExpressionKind, Function, Parameter, ParameterKind};
use crate::code::Constant;
use crate::{Place, Refusal};

type Result<T> = std::result::Result<T, Refusal>;

/// Deeper trees would need too much of a thread's stack.
const DEEPEST: usize = 200;

/// A whole text, parsed.
#[derive(Debug)]
pub(super) struct Module(ast::ModModule);

impl Module {
    pub(super) fn parse(text: &str) -> Result<Self> {
        match parse_module(text) {
            Ok(parsed) => Ok(Self(parsed.into_syntax())),
            Err(error) => {
                let reason = format!("a text that can't be parsed: {}", error.error);
                Err(Refusal::new(place(error.location), reason))
            }
        }
    }

    /// The function whose decorators or `def` begin the span.
    pub(super) fn function(&self, source: &FunctionSource) -> Result<Function> {
        let span = &source.span;
        let nowhere = Place { start: span.start as u32, end: span.end as u32 };
        let (def, class) = find(&self.0.body, span.start, None)
            .ok_or_else(|| Refusal::new(nowhere, "a function without a `def` of its own"))?;
        Converter { source, class, depth: 0 }.function(def)
    }
}

/// The `def` that begins here, and the name of the class that it stands in.
fn find<'a>(
    statements: &'a [Stmt],
    start: usize,
    class: Option<&'a str>,
) -> Option<(&'a ast::StmtFunctionDef, Option<&'a str>)> {
    for statement in statements {
        let range = statement.range();
        if start < range.start().to_usize() || range.end().to_usize() <= start {
            continue;
        }
        if let Stmt::FunctionDef(def) = statement
            && start <= def.name.start().to_usize()
        {
            return Some((def, class));
        }
        let class = match statement {
            Stmt::ClassDef(inner) => Some(inner.name.as_str()),
            _ => class,
        };
        return bodies(statement).into_iter().find_map(|body| find(body, start, class));
    }
    None
}

fn bodies(statement: &Stmt) -> Vec<&[Stmt]> {
    match statement {
        Stmt::FunctionDef(it) => vec![&it.body],
        Stmt::ClassDef(it) => vec![&it.body],
        Stmt::For(it) => vec![&it.body, &it.orelse],
        Stmt::While(it) => vec![&it.body, &it.orelse],
        Stmt::With(it) => vec![&it.body],
        Stmt::If(it) => {
            let clauses = it.elif_else_clauses.iter().map(|clause| &clause.body[..]);
            std::iter::once(&it.body[..]).chain(clauses).collect()
        }
        Stmt::Match(it) => it.cases.iter().map(|case| &case.body[..]).collect(),
        Stmt::Try(it) => {
            let handlers = it.handlers.iter().map(|handler| {
                let ast::ExceptHandler::ExceptHandler(handler) = handler;
                &handler.body[..]
            });
            let rest = [&it.orelse[..], &it.finalbody[..]];
            std::iter::once(&it.body[..]).chain(handlers).chain(rest).collect()
        }
        _ => vec![],
    }
}

fn place(range: TextRange) -> Place {
    Place { start: range.start().to_u32(), end: range.end().to_u32() }
}

fn is_private(name: &str) -> bool {
    name.starts_with("__") && !name.ends_with("__")
}

/// A refusal of what stands there.
fn refused<T>(at: &impl Ranged, reason: impl Into<String>) -> Result<T> {
    Err(Refusal::new(place(at.range()), reason))
}

struct Converter<'a> {
    source: &'a FunctionSource,
    /// The class that it stands in, by which private names become others.
    class: Option<&'a str>,
    depth: usize,
}

impl Converter<'_> {
    fn function(mut self, def: &ast::StmtFunctionDef) -> Result<Function> {
        if def.is_async {
            return refused(&def.name, "an `async` function");
        }
        Ok(Function {
            name: Arc::from(def.name.as_str()),
            parameters: self.parameters(&def.parameters)?,
            body: self.body(&def.body)?,
            place: place(def.name.range()),
        })
    }

    fn parameters(&mut self, all: &ast::Parameters) -> Result<Vec<Parameter>> {
        if let Some(rest) = all.vararg.as_ref().or(all.kwarg.as_ref()) {
            let stars = if all.vararg.is_some() { "*" } else { "**" };
            return refused(&**rest, format!("`{stars}{}`", rest.name));
        }
        let of = [
            (ParameterKind::PositionalOnly, &all.posonlyargs),
            (ParameterKind::Any, &all.args),
            (ParameterKind::KeywordOnly, &all.kwonlyargs),
        ];
        let mut parameters = Vec::new();
        for (kind, list) in of {
            for parameter in list {
                parameters.push(self.parameter(parameter, kind)?);
            }
        }
        Ok(parameters)
    }

    fn parameter(
        &mut self,
        parameter: &ast::ParameterWithDefault,
        kind: ParameterKind,
    ) -> Result<Parameter> {
        let name = self.identifier(&parameter.parameter.name);
        let default = parameter.default.as_deref();
        let default = default.map(|value| self.default(&name, value)).transpose()?;
        Ok(Parameter { name, kind, default, place: place(parameter.parameter.name.range()) })
    }

    /// What the function holds, which the text need not say.
    fn default(&mut self, parameter: &str, value: &ast::Expr) -> Result<Constant> {
        let mut defaults = self.source.defaults.iter();
        let held = defaults.find(|(name, _)| **name == *parameter);
        let constant = match (held, self.expression(value)) {
            (Some((_, Binding::Constant(constant))), _) => number(constant),
            (None, Ok(Expression { kind: ExpressionKind::Constant(constant), .. })) => {
                Some(constant)
            }
            _ => None,
        };
        constant.map_or_else(|| refused(value, "a default that is no number, bool or None"), Ok)
    }

    /// Whether a global name stands for the builtin.
    fn is_float(&self, name: &str) -> bool {
        let float = Binding::Builtin("float".into());
        self.source.bindings.iter().any(|(bound, binding)| **bound == *name && *binding == float)
    }

    fn identifier(&self, name: &ast::Identifier) -> Arc<str> {
        self.name(name.as_str())
    }

    /// What a name stands for: `_C__x` for `__x` in a class `C`, or `_C`.
    fn name(&self, name: &str) -> Arc<str> {
        match self.class.map(|class| class.trim_start_matches('_')) {
            Some(class) if is_private(name) && !class.is_empty() => {
                format!("_{class}{name}").into()
            }
            _ => Arc::from(name),
        }
    }

    /// Goes one level down the tree.
    fn deeper<T>(
        &mut self,
        at: &impl Ranged,
        convert: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        if self.depth == DEEPEST {
            return refused(at, format!("code that is nested more than {DEEPEST} levels deep"));
        }
        self.depth += 1;
        let converted = convert(self);
        self.depth -= 1;
        converted
    }
}
