//! The forms of call that a procedure has, in the parsed statement.

use std::sync::Arc;

use arrowsmith_contract::{Function, Parameter};
use datafusion::sql::sqlparser::ast::{
    self, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName, TableFactor,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use super::order_keys::has_columns;
use crate::{Error, Result};

/// The name of what a table factor calls, where it calls something.
pub(crate) fn called_name(factor: &TableFactor) -> Option<&ObjectName> {
    match factor {
        TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } => {
            Some(name)
        }
        _ => None,
    }
}

/// Refuses a procedure where a value is wanted.
pub(crate) fn refuse_in_expression(function: &Function) -> Error {
    let name = function.qualified_name();
    let message =
        format!("is a procedure, which gives rows; call it in FROM: SELECT * FROM {name}(...)");
    function.refuse(message).into()
}

/// Refuses any other function where rows are wanted.
pub(crate) fn refuse_in_from(function: &Function) -> Error {
    let (name, kind) = (function.qualified_name(), function.kind().with_article());
    let message = format!(
        "is {kind} function, which gives values; call it in SELECT, not in FROM: SELECT {name}(...)"
    );
    function.refuse(message).into()
}

/// Puts a call of a procedure into the one form that `relation` plans: its qualified name, and its
/// arguments by position. Where they name columns it is LATERAL, with or without the word.
pub(crate) fn rewrite(factor: &mut TableFactor, function: &Arc<Function>) -> Result<()> {
    let call = CallForm { function, name: function.qualified_name().to_shared() };
    let (given, alias) = match factor {
        TableFactor::Table { alias, args: Some(args), .. } if args.settings.is_none() => {
            (args.args.clone(), alias.clone())
        }
        TableFactor::Function { args, alias, .. } => (args.clone(), alias.clone()),
        _ => return call.refuse("takes no SETTINGS"),
    };
    call.check_extras(factor)?;
    let arguments = call.arguments(given)?;
    let is_lateral = |argument: &Expr| match argument {
        // Its query sees no columns but its own.
        Expr::Function(call) if is_table(call) => false,
        other => has_columns(other),
    };
    let lateral = arguments.iter().any(is_lateral);
    let args = arguments
        .into_iter()
        .map(|argument| FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)))
        .collect();
    let name = ObjectName::from(vec![Ident::with_quote('"', call.name.as_ref())]);
    *factor = TableFactor::Function { lateral, name, args, with_ordinality: false, alias };
    Ok(())
}

struct CallForm<'a> {
    function: &'a Arc<Function>,
    name: Arc<str>,
}

impl CallForm<'_> {
    fn refuse<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(self.function.refuse(message).into())
    }

    fn check_extras(&self, factor: &TableFactor) -> Result<()> {
        let (has_ordinality, has_others) = match factor {
            TableFactor::Table {
                with_hints,
                version,
                with_ordinality,
                partitions,
                sample,
                index_hints,
                ..
            } => {
                let lists = with_hints.len() + partitions.len() + index_hints.len();
                (*with_ordinality, lists > 0 || version.is_some() || sample.is_some())
            }
            TableFactor::Function { with_ordinality, .. } => (*with_ordinality, false),
            _ => (false, false),
        };
        if has_ordinality {
            return self.refuse("cannot be called with WITH ORDINALITY; yield a counter");
        }
        if has_others {
            return self.refuse("takes no hints, versions, partitions or samples");
        }
        Ok(())
    }

    /// The arguments in the order of the parameters; defaults are left out at the end only.
    fn arguments(&self, given: Vec<FunctionArg>) -> Result<Vec<Expr>> {
        let signature = &self.function.signature;
        let mut slots: Vec<Option<Expr>> = Vec::new();
        let mut is_named = false;
        for argument in given {
            let (name, value) = self.part(argument)?;
            let Some(name) = name else {
                if is_named {
                    return self.refuse("takes arguments by position before those by name");
                }
                slots.push(Some(value));
                continue;
            };
            is_named = true;
            let index = self.position(&name)?;
            if slots.len() <= index {
                slots.resize(index + 1, None);
            }
            if slots[index].replace(value).is_some() {
                return self.refuse(format!("got the argument {:?} twice", name.value));
            }
        }
        if let Some(missing) = slots.iter().position(Option::is_none) {
            let name = signature.parameter(missing).map_or("", |parameter| &parameter.name);
            return self.refuse(format!(
                "misses the argument {name:?}; only arguments behind all others can be left out"
            ));
        }
        signature.check_count(&self.name, slots.len())?;
        slots.into_iter().flatten().enumerate().map(|(i, value)| self.table(i, value)).collect()
    }

    fn part(&self, argument: FunctionArg) -> Result<(Option<Ident>, Expr)> {
        let (name, value) = match argument {
            FunctionArg::Unnamed(value) => (None, value),
            FunctionArg::Named { name, arg, .. }
            | FunctionArg::ExprNamed { name: Expr::Identifier(name), arg, .. } => (Some(name), arg),
            FunctionArg::ExprNamed { name, .. } => {
                return self.refuse(format!("has no parameter called {name}"));
            }
        };
        match value {
            FunctionArgExpr::Expr(value) => Ok((name, value)),
            _ => self.refuse("cannot be called with *"),
        }
    }

    /// Exact case, else folded case where nothing was quoted.
    fn position(&self, name: &Ident) -> Result<usize> {
        let parameters = self.function.signature.parameters();
        let find = |is: &dyn Fn(&Parameter) -> bool| parameters.iter().position(is);
        let exact = find(&|parameter| *parameter.name == name.value);
        let folded = || match name.quote_style {
            None => find(&|parameter| parameter.name.eq_ignore_ascii_case(&name.value)),
            Some(_) => None,
        };
        if let Some(index) = exact.or_else(folded) {
            return Ok(index);
        }
        let names: Vec<&str> = parameters.iter().map(|parameter| &*parameter.name).collect();
        self.refuse(format!(
            "has no parameter called {:?}; it has {}",
            name.value,
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        ))
    }

    /// Whether a table is given where one is wanted, with a query within TABLE(...).
    fn table(&self, index: usize, value: Expr) -> Result<Expr> {
        let Some(parameter) = self.function.signature.parameter(index) else {
            return Ok(value);
        };
        match (parameter.ty.is_table(), value) {
            (true, Expr::Function(call)) if is_table(&call) => self.query(call),
            (true, _) => self.refuse(format!(
                "argument {:?} is a table; write TABLE(SELECT ...) or TABLE(name)",
                parameter.name
            )),
            (false, Expr::Function(call)) if is_table(&call) => self.refuse(format!(
                "argument {:?} is {}, but got a table",
                parameter.name, parameter.ty
            )),
            (false, value) => Ok(value),
        }
    }

    fn query(&self, mut call: ast::Function) -> Result<Expr> {
        let wrong = "takes one query or name within TABLE(...)";
        let FunctionArguments::List(list) = &mut call.args else {
            return self.refuse(wrong);
        };
        let [FunctionArg::Unnamed(FunctionArgExpr::Expr(source))] = list.args.as_mut_slice() else {
            return self.refuse(wrong);
        };
        match source {
            Expr::Subquery(_) => {}
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
                let text = format!("SELECT * FROM {source}");
                let query = Parser::new(&GenericDialect {})
                    .try_with_sql(&text)
                    .and_then(|mut parser| parser.parse_query());
                match query {
                    Ok(query) => *source = Expr::Subquery(query),
                    Err(_) => return self.refuse(wrong),
                }
            }
            _ => return self.refuse(wrong),
        }
        Ok(Expr::Function(call))
    }
}

/// Whether an expression is `TABLE(...)`.
pub(super) fn is_table(call: &ast::Function) -> bool {
    matches!(call.name.0.as_slice(), [part] if part.as_ident().is_some_and(|ident|
        ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("table")))
}
