//! Calls of builtins and of functions in the same plugin.

use std::sync::Arc;

use arrowsmith_contract::{Binding, Member};

use super::{Lowering, Result};
use crate::code::{Constant, End, Local, Op, Operand};
use crate::front::functions::Known;
use crate::front::syntax::{Expression, ExpressionKind, Parameter, ParameterKind};
use crate::{Place, Refusal};

/// Keywords of builtins that are the same as an argument by position: function, keyword, position.
const KEYWORDS: &[(&str, &str, usize)] =
    &[("round", "ndigits", 1), ("enumerate", "start", 1), ("sum", "start", 1), ("pow", "mod", 2)];

type Keywords = [(Arc<str>, Expression)];

impl<'f, 'a> Lowering<'f, 'a> {
    pub(super) fn call(
        &mut self,
        function: &'f Expression,
        positional: &'f [Expression],
        keywords: &'f Keywords,
        to: Local,
        place: Place,
    ) -> Result<()> {
        if let Some(builtin) = self.builtin(function) {
            return self.call_builtin(builtin, positional, keywords, to, place);
        }
        let reason = match &function.kind {
            ExpressionKind::Name(name) if self.names.contains_key(name) => {
                format!("a call of the variable `{name}`")
            }
            ExpressionKind::Name(name) => {
                if let Some(callee) = self.callee(name, place)? {
                    let positional = positional.iter().collect();
                    return self.call_function(&callee, positional, keywords, to, place);
                }
                format!("a call of {name}, which is not known to be pure")
            }
            ExpressionKind::Attribute { object, name } => {
                if let Some((callee, gets_object)) = self.method(object, name, place)? {
                    let object = gets_object.then_some(&**object);
                    let positional = object.into_iter().chain(positional).collect();
                    return self.call_function(&callee, positional, keywords, to, place);
                }
                format!("a call of the method `{name}`")
            }
            _ => "a call of what is no name".to_owned(),
        };
        Err(Refusal::new(place, reason))
    }

    fn callee(&mut self, name: &str, place: Place) -> Result<Option<Known<'a>>> {
        let callee = match self.binding(name) {
            Binding::Itself => self.known.clone(),
            Binding::Helper(_) if self.in_message => return Ok(None),
            Binding::Helper(helper) => self.functions.of_call(self.known, helper, place)?,
            _ => return Ok(None),
        };
        Ok(Some(callee))
    }

    /// A method of an object that is a parameter, and whether it gets the object.
    fn method(
        &mut self,
        object: &Expression,
        name: &str,
        place: Place,
    ) -> Result<Option<(Known<'a>, bool)>> {
        let ExpressionKind::Name(object) = &object.kind else { return Ok(None) };
        let objects = self.functions.objects(self.known);
        let mut objects = self.known.syntax.parameters.iter().take(objects);
        let is_object = objects.any(|parameter| parameter.name == *object);
        if !is_object || self.times_set(object) > 0 || self.in_message {
            return Ok(None);
        }
        let (method, gets_object) = match self.functions.member(name) {
            Some(Member::Method(method)) => (method, true),
            Some(Member::Static(function)) => (function, false),
            _ => return Ok(None),
        };
        let callee = self.functions.of_call(self.known, method, place)?;
        Ok(Some((callee, gets_object)))
    }

    fn call_builtin(
        &mut self,
        builtin: String,
        positional: &'f [Expression],
        keywords: &'f Keywords,
        to: Local,
        place: Place,
    ) -> Result<()> {
        if !(self.functions.is_known)(&builtin) {
            let reason = format!("a call of {builtin}, which is not known to be pure");
            return Err(Refusal::new(place, reason));
        }
        let mut values: Vec<_> = positional.iter().collect();
        for (keyword, value) in keywords {
            if !KEYWORDS.contains(&(&builtin, keyword, values.len())) {
                let reason = format!("the argument `{keyword}` of {builtin} by its name");
                return Err(Refusal::new(value.place, reason));
            }
            values.push(value);
        }
        let arguments = self.operands(&values)?;
        self.graph.step(Op::Call { to, function: builtin.into(), arguments }, place);
        Ok(())
    }

    /// Arguments are computed as they stand, then each goes to its parameter.
    fn call_function(
        &mut self,
        callee: &Known<'a>,
        positional: Vec<&'f Expression>,
        keywords: &'f Keywords,
        to: Local,
        place: Place,
    ) -> Result<()> {
        let count = positional.len();
        let mut values = positional;
        values.extend(keywords.iter().map(|(_, value)| value));
        let operands = self.operands(&values)?;
        let (by_position, by_name) = operands.split_at(count);
        let by_name: Vec<_> =
            keywords.iter().map(|(name, _)| &**name).zip(by_name.iter().copied()).collect();
        match arguments(&callee.syntax.parameters, by_position, &by_name) {
            Some(arguments) => {
                let function = callee.index;
                self.graph.step(Op::CallFunction { to, function, arguments }, place);
            }
            None => {
                let reason = format!("wrong arguments for {}", callee.syntax.name);
                self.graph.end(End::Leave(reason.into()), place);
            }
        }
        Ok(())
    }
}

/// One for each parameter; None if the interpreter would raise a `TypeError`.
fn arguments(
    parameters: &[Parameter],
    by_position: &[Operand],
    by_name: &[(&str, Operand)],
) -> Option<Vec<Operand>> {
    let mut arguments: Vec<Option<Operand>> = vec![None; parameters.len()];
    for (index, value) in by_position.iter().enumerate() {
        parameters.get(index).filter(|it| it.kind != ParameterKind::KeywordOnly)?;
        arguments[index] = Some(*value);
    }
    for (name, value) in by_name {
        let takes = |it: &Parameter| *it.name == **name && it.kind != ParameterKind::PositionalOnly;
        let argument = &mut arguments[parameters.iter().position(takes)?];
        if argument.replace(*value).is_some() {
            return None;
        }
    }
    let default = |constant: Option<Constant>| constant.map(Operand::Constant);
    arguments.into_iter().zip(parameters).map(|(it, of)| it.or(default(of.default))).collect()
}
