//! From the syntax tree to the graph, in the interpreter's order of evaluation.

mod assignments;
mod calls;
mod conditions;
mod exceptions;
mod expressions;
mod frames;
mod globals;
mod graph;
mod loops;
mod names;
mod raises;
mod statements;

use std::collections::HashMap;
use std::sync::Arc;

use frames::Frame;
use graph::Graph;
use names::Names;

use super::functions::{Functions, Known};
use super::syntax::{Function, Parameter, ParameterKind};
use crate::Refusal;
use crate::code::{Code, Constant, End, Local, Operand};

type Result<T> = std::result::Result<T, Refusal>;

/// A function is refused if it gets more steps and blocks: `finally` within `finally` doubles them.
const LARGEST: usize = 20_000;

struct Lowering<'f, 'a> {
    functions: &'f mut Functions<'a>,
    known: &'f Known<'a>,
    graph: Graph,
    names: HashMap<Arc<str>, Local>,
    settings: Names,
    frames: Vec<Frame<'f>>,
    /// What an exception is made of may be left out, a function that it calls may not.
    in_message: bool,
}

/// The graph of a function, its helpers as calls.
pub(super) fn function<'a>(functions: &mut Functions<'a>, known: &Known<'a>) -> Result<Code> {
    let syntax = &*known.syntax;
    if known.index == 0 {
        check_entry(syntax)?;
    }
    let mut it = Lowering {
        functions,
        known,
        graph: Graph::new(),
        names: HashMap::new(),
        settings: Names::of(&syntax.body),
        frames: vec![],
        in_message: false,
    };
    it.declare(syntax);
    it.body(&syntax.body)?;
    it.graph.end(End::Return(Operand::Constant(Constant::None)), syntax.place);
    let (locals, blocks) = it.graph.into_parts();
    let parameters = &syntax.parameters;
    let is_keyword_only = |it: &&Parameter| it.kind == ParameterKind::KeywordOnly;
    Ok(Code {
        name: Arc::clone(&syntax.name),
        parameters: parameters.len(),
        keyword_only: parameters.iter().filter(is_keyword_only).count(),
        defaults: defaults(parameters),
        locals,
        leaves_behind: None,
        blocks,
    })
}

/// A query gives values by position.
fn check_entry(syntax: &Function) -> Result<()> {
    for parameter in &syntax.parameters {
        if parameter.kind == ParameterKind::KeywordOnly && parameter.default.is_none() {
            let reason = format!("the keyword-only parameter `{}` without default", parameter.name);
            return Err(Refusal::new(parameter.place, reason));
        }
    }
    Ok(())
}

/// Of the last parameters, up to one that has none.
fn defaults(parameters: &[Parameter]) -> Vec<Constant> {
    let mut defaults: Vec<_> = parameters.iter().rev().map_while(|it| it.default).collect();
    defaults.reverse();
    defaults
}

impl Lowering<'_, '_> {
    fn declare(&mut self, syntax: &Function) {
        let parameters = syntax.parameters.iter().map(|it| &it.name);
        for name in parameters.chain(&self.settings.set) {
            if !self.names.contains_key(name) {
                let local = self.graph.local(name);
                self.names.insert(Arc::clone(name), local);
            }
        }
    }

    /// How often the function sets the name, beside the call for a parameter.
    fn times_set(&self, name: &str) -> usize {
        self.settings.set.iter().filter(|set| ***set == *name).count()
    }

    fn parameter(&self, name: &str) -> Option<Local> {
        let is_parameter = self.known.syntax.parameters.iter().any(|it| *it.name == *name);
        self.names.get(name).copied().filter(|_| is_parameter)
    }

    /// Whether reading it raises nothing, whatever came before.
    fn is_always_bound(&self, name: &str) -> bool {
        let Names { caught, deleted, .. } = &self.settings;
        let loses_its_value = caught.iter().chain(deleted).any(|it| **it == *name);
        self.parameter(name).is_some() && !loses_its_value
    }
}
