//! The one place where a name in a statement becomes a plugin function.
//!
//! The parsed statement is walked. A name that means a plugin function is replaced by its
//! qualified name as one quoted identifier, which DataFusion looks up as it is; what the user
//! wrote stays the name of the column.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use arrowsmith_contract::{Error as ContractError, Function, Kind, NamePart, Snapshot, nearest};
use datafusion::execution::SessionState;
use datafusion::sql::parser::{CopyToSource, Statement};
use datafusion::sql::sqlparser::ast::{
    self, Expr, FunctionArg, FunctionArgumentClause, FunctionArguments, Ident, ObjectName, OrderBy,
    OrderByKind, Query, Select, SelectItem, SetExpr, TableFactor, VisitMut, VisitorMut,
};

use crate::{Error, Result, procedures, windows};

/// The functions that a statement calls, by qualified name.
pub(crate) type Called = BTreeMap<Arc<str>, Arc<Function>>;

/// Resolves all names of functions in a statement, in place.
///
/// # Errors
/// Ambiguous, denied and unknown names, and forms of call that a function does not have.
pub(crate) fn resolve(
    statement: &mut Statement,
    snapshot: &Snapshot,
    state: &SessionState,
) -> Result<Called> {
    let mut resolver = Resolver { snapshot, state, called: Called::new() };
    let flow = resolver.walk(statement);
    match flow {
        ControlFlow::Continue(()) => Ok(resolver.called),
        ControlFlow::Break(error) => Err(error),
    }
}

struct Resolver<'a> {
    snapshot: &'a Snapshot,
    state: &'a SessionState,
    called: Called,
}

impl Resolver<'_> {
    fn walk(&mut self, statement: &mut Statement) -> ControlFlow<Error> {
        match statement {
            Statement::Statement(statement) => statement.visit(self),
            Statement::Explain(explain) => self.walk(&mut explain.statement),
            Statement::CopyTo(copy) => match &mut copy.source {
                CopyToSource::Query(query) => query.visit(self),
                CopyToSource::Relation(_) => ControlFlow::Continue(()),
            },
            Statement::CreateExternalTable(_) | Statement::Reset(_) => ControlFlow::Continue(()),
        }
    }

    fn function(&self, name: &ObjectName) -> Result<Option<Arc<Function>>> {
        let Some(parts) = parts(name) else {
            return Ok(None);
        };
        if let Some(function) = self.snapshot.resolve(&parts)? {
            return Ok(Some(function));
        }
        match parts.as_slice() {
            [part] if !self.is_builtin(part) => Err(self.unknown(&part.text)),
            _ => Ok(None),
        }
    }

    fn is_builtin(&self, part: &NamePart) -> bool {
        // Planned by DataFusion without an entry in its tables.
        const SPECIAL: &[&str] = &["unnest", "map", "make_map", "table"];
        let name = if part.quoted { part.text.clone() } else { part.text.to_lowercase() };
        SPECIAL.contains(&name.as_str()) || self.builtins().any(|builtin| *builtin == name)
    }

    fn builtins(&self) -> impl Iterator<Item = &String> {
        self.state
            .scalar_functions()
            .keys()
            .chain(self.state.aggregate_functions().keys())
            .chain(self.state.window_functions().keys())
            .chain(self.state.higher_order_functions().keys())
    }

    fn unknown(&self, name: &str) -> Error {
        let candidates = self.snapshot.spellings().chain(self.builtins().cloned());
        Error::Contract(ContractError::UnknownFunction {
            name: name.to_owned(),
            nearest: nearest(name, candidates),
        })
    }

    fn call(&mut self, call: &mut ast::Function) -> Result<()> {
        let Some(function) = self.function(&call.name)? else {
            return Ok(());
        };
        check_form(call, &function)?;
        let name = function.qualified_name().to_shared();
        call.name = ObjectName::from(vec![Ident::with_quote('"', name.as_ref())]);
        self.called.insert(name, function);
        Ok(())
    }

    /// A call in FROM.
    fn relation(&mut self, factor: &mut TableFactor) -> Result<()> {
        let Some(name) = procedures::called_name(factor) else {
            return Ok(());
        };
        let Some(function) = self.procedure(name)? else {
            return Ok(());
        };
        procedures::rewrite(factor, &function)?;
        self.called.insert(function.qualified_name().to_shared(), function);
        Ok(())
    }

    fn procedure(&self, name: &ObjectName) -> Result<Option<Arc<Function>>> {
        let Some(parts) = parts(name) else {
            return Ok(None);
        };
        match self.snapshot.resolve(&parts) {
            Ok(Some(function)) if function.kind() == Kind::Procedure => Ok(Some(function)),
            Ok(Some(function)) => Err(procedures::refuse_in_from(&function)),
            Ok(None) if self.is_table_function(&parts) => Ok(None),
            Ok(None) | Err(ContractError::UnknownFunction { .. }) => {
                Err(self.unknown_procedure(&name.to_string()))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn is_table_function(&self, parts: &[NamePart]) -> bool {
        let functions = self.state.table_functions();
        matches!(parts, [part] if functions.contains_key(&part.text.to_lowercase()))
    }

    fn unknown_procedure(&self, name: &str) -> Error {
        let is_procedure = |spelling: &String| {
            self.snapshot.function(spelling).is_ok_and(|f| f.kind() == Kind::Procedure)
        };
        let builtins = self.state.table_functions().keys().cloned();
        let candidates = self.snapshot.spellings().filter(is_procedure).chain(builtins);
        let nearest = nearest(name, candidates);
        ContractError::UnknownFunction { name: name.to_owned(), nearest }.into()
    }

    /// Gives unnamed columns that hold a plugin call the name that the user wrote. Each column
    /// with a call is noted under its expression, for ORDER BY.
    fn keep_names(&self, select: &mut Select, named: &mut Vec<(Expr, Ident)>) {
        for item in &mut select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) if self.holds_call(expr) => {
                    let alias = Ident::with_quote('"', expr.to_string());
                    let expr = expr.clone();
                    named.push((expr.clone(), alias.clone()));
                    *item = SelectItem::ExprWithAlias { expr, alias };
                }
                SelectItem::ExprWithAlias { expr, alias } if self.holds_call(expr) => {
                    named.push((expr.clone(), alias.clone()));
                }
                _ => {}
            }
        }
    }

    fn holds_call(&self, expr: &Expr) -> bool {
        ast::visit_expressions(expr, |expr| match expr {
            Expr::Function(call) if matches!(self.function(&call.name), Ok(Some(_))) => {
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        })
        .is_break()
    }

    fn keep_names_in(&self, body: &mut SetExpr, named: &mut Vec<(Expr, Ident)>) {
        match body {
            SetExpr::Select(select) => self.keep_names(select, named),
            SetExpr::SetOperation { left, right, .. } => {
                self.keep_names_in(left, named);
                // The columns of a set operation have the names of its left side.
                self.keep_names_in(right, &mut Vec::new());
            }
            // A nested query is visited on its own.
            _ => {}
        }
    }
}

fn parts(name: &ObjectName) -> Option<Vec<NamePart>> {
    name.0
        .iter()
        .map(|part| {
            part.as_ident().map(|ident| NamePart {
                text: ident.value.clone(),
                quoted: ident.quote_style.is_some(),
            })
        })
        .collect()
}

/// Sorting by an expression of the SELECT list is sorting by its column.
fn sort_by_columns(query: &mut Query, named: &[(Expr, Ident)]) {
    let Some(OrderBy { kind: OrderByKind::Expressions(exprs), .. }) = &mut query.order_by else {
        return;
    };
    for order in exprs {
        if let Some((_, alias)) = named.iter().find(|(expr, _)| *expr == order.expr) {
            order.expr = Expr::Identifier(alias.clone());
        }
    }
}

impl VisitorMut for Resolver<'_> {
    type Break = Error;

    /// Before the names below change.
    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Error> {
        let mut named = Vec::new();
        self.keep_names_in(&mut query.body, &mut named);
        sort_by_columns(query, &named);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Error> {
        match self.relation(factor) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Error> {
        match expr {
            Expr::Function(call) => match self.call(call) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => ControlFlow::Break(error),
            },
            _ => ControlFlow::Continue(()),
        }
    }
}

/// Refuses what functions of the kind do not have.
fn check_form(call: &ast::Function, function: &Arc<Function>) -> Result<()> {
    let refuse = |what: &str| {
        let kind = function.kind().with_article();
        Err(function.refuse(format!("{what}; it is {kind} function")).into())
    };
    let aggregates = function.kind() == Kind::Aggregate;
    match function.kind() {
        Kind::Window => windows::check_call(call, function)?,
        Kind::Procedure => return Err(procedures::refuse_in_expression(function)),
        Kind::Scalar if call.over.is_some() => return refuse("cannot be called with OVER"),
        Kind::Scalar | Kind::Aggregate => {}
    }
    if !aggregates && call.filter.is_some() {
        return refuse("cannot be called with FILTER");
    }
    if call.null_treatment.is_some() || !call.within_group.is_empty() {
        return refuse("cannot be called with IGNORE NULLS, RESPECT NULLS or WITHIN GROUP");
    }
    let list = match &call.args {
        FunctionArguments::List(list) => list,
        FunctionArguments::None => return refuse("must be called with parentheses"),
        FunctionArguments::Subquery(_) => return refuse("cannot take a bare query"),
    };
    if !aggregates && list.duplicate_treatment.is_some() {
        return refuse("cannot be called with DISTINCT or ALL");
    }
    for clause in &list.clauses {
        match clause {
            FunctionArgumentClause::OrderBy(_) if aggregates && call.over.is_none() => {}
            FunctionArgumentClause::OrderBy(_) if aggregates => {
                return refuse("cannot be called with ORDER BY among its arguments and with OVER");
            }
            _ if aggregates => {
                return refuse("cannot be called with clauses among its arguments but ORDER BY");
            }
            _ => return refuse("cannot be called with clauses among its arguments"),
        }
    }
    for argument in &list.args {
        match argument {
            FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(_)) => {}
            FunctionArg::Unnamed(_) => return refuse("cannot be called with *"),
            FunctionArg::Named { .. } | FunctionArg::ExprNamed { .. } => {
                return refuse("takes its arguments by position, not by name");
            }
        }
    }
    Ok(())
}
