//! The functions that one function calls, each parsed and lowered once.

use std::rc::Rc;
use std::sync::Arc;

use arrowsmith_contract::{FunctionSource, Member};

use super::lower;
use super::ruff::Module;
use super::syntax::Function;
use crate::code::Code;
use crate::{Place, Refusal};

/// What is known about where a function came from, to look things up while it is lowered.
#[derive(Clone)]
pub(super) struct Known<'a> {
    pub(super) index: usize,
    pub(super) source: &'a FunctionSource,
    pub(super) syntax: Rc<Function>,
    /// Where it is called in the first function's text, if its own text is another one.
    elsewhere: Option<Place>,
}

/// What is known of the objects that methods get.
#[derive(Clone, Copy)]
pub(super) struct Objects<'a> {
    /// What their class has.
    pub(super) members: &'a [(Arc<str>, Member)],
    /// How many of the first function's parameters are objects of that class.
    pub(super) given: usize,
}

/// By their index in the program.
pub(super) struct Functions<'a> {
    pub(super) is_known: &'a dyn Fn(&str) -> bool,
    class: Objects<'a>,
    texts: Vec<([u8; 32], Arc<str>, Rc<Module>)>,
    known: Vec<Known<'a>>,
}

impl<'a> Functions<'a> {
    /// The graphs of the function and of all that it calls, itself first.
    pub(super) fn lower(
        source: &'a FunctionSource,
        class: Objects<'a>,
        is_known: &'a dyn Fn(&str) -> bool,
    ) -> Result<Vec<Code>, Refusal> {
        let mut functions = Self { is_known, class, texts: vec![], known: vec![] };
        functions.add(source, None)?;
        let mut codes = Vec::new();
        while let Some(next) = functions.known.get(codes.len()).cloned() {
            let lowered = lower::function(&mut functions, &next);
            codes.push(match (lowered, next.elsewhere) {
                (Err(refusal), Some(place)) => return Err(Refusal { place, ..refusal }),
                (Ok(code), Some(place)) => at_one_place(code, place),
                (lowered, None) => lowered?,
            });
        }
        Ok(codes)
    }

    /// The function that a caller's name stands for, called at the place.
    pub(super) fn of_call(
        &mut self,
        caller: &Known<'a>,
        helper: &'a FunctionSource,
        call: Place,
    ) -> Result<Known<'a>, Refusal> {
        if let Some(known) = self.known.iter().find(|it| std::ptr::eq(it.source, helper)) {
            return Ok(known.clone());
        }
        let is_elsewhere = self.known.first().is_some_and(|it| it.source.digest != helper.digest);
        let elsewhere = is_elsewhere.then_some(caller.elsewhere.unwrap_or(call));
        self.add(helper, elsewhere).map_err(|refusal| match elsewhere {
            Some(place) => Refusal { place, ..refusal },
            None => refusal,
        })
    }

    /// What objects of the class have under a name.
    pub(super) fn member(&self, name: &str) -> Option<&'a Member> {
        let mut members = self.class.members.iter();
        members.find(|(member, _)| **member == *name).map(|(_, member)| member)
    }

    /// How many of a function's first parameters are objects of the class. A method that is called
    /// by another one gets the object that it is called on; who calls it by another way gives
    /// anything.
    pub(super) fn objects(&self, function: &Known<'a>) -> usize {
        let is_function = |(_, member): &(Arc<str>, Member)| match member {
            Member::Method(source) => std::ptr::eq(Arc::as_ptr(source), function.source),
            _ => false,
        };
        match function.index {
            0 => self.class.given,
            _ => usize::from(self.class.members.iter().any(is_function)),
        }
    }

    fn add(
        &mut self,
        source: &'a FunctionSource,
        elsewhere: Option<Place>,
    ) -> Result<Known<'a>, Refusal> {
        let syntax = Rc::new(self.text(source)?.function(source)?);
        let known = Known { index: self.known.len(), source, syntax, elsewhere };
        self.known.push(known.clone());
        Ok(known)
    }

    fn text(&mut self, source: &FunctionSource) -> Result<Rc<Module>, Refusal> {
        let same = |it: &&([u8; 32], Arc<str>, Rc<Module>)| {
            it.0 == source.digest && (Arc::ptr_eq(&it.1, &source.text) || it.1 == source.text)
        };
        if let Some((.., module)) = self.texts.iter().find(same) {
            return Ok(Rc::clone(module));
        }
        let module = Rc::new(Module::parse(&source.text)?);
        self.texts.push((source.digest, Arc::clone(&source.text), Rc::clone(&module)));
        Ok(module)
    }
}

/// Places of another text would point at nothing.
pub(super) fn at_one_place(mut code: Code, place: Place) -> Code {
    for block in &mut code.blocks {
        block.place = place;
        for step in &mut block.steps {
            step.place = place;
        }
    }
    code
}
