//! The functions of an aggregate or a window, each as a program of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrowsmith_contract::{FunctionSource, Member, StateForm, StateParts};

use super::constants::number;
use super::functions::{Objects, at_one_place};
use crate::code::{
    Block, Class, Code, Constant, End, Holder, Local, Manner, Operand, Part, Program, take_apart,
};
use crate::{Place, Refusal};

/// The programs of the parts. All places are those of the first part's text.
pub(crate) fn parts(
    parts: &StateParts,
    is_known: &dyn Fn(&str) -> bool,
) -> Result<Vec<Part>, Refusal> {
    let members = members(parts);
    let mut made = Vec::new();
    for (name, source) in &parts.sources {
        made.push(Made { parts, members: &members, name, source }.part(is_known)?);
    }
    if let StateForm::Object { slots, .. } = &parts.form {
        if !made.iter().any(|part| &*part.name == "init") {
            made.extend(made.first().map(without_init));
        }
        let class = class(&members, slots.as_deref(), &made);
        for part in &mut made {
            take_state_apart(part, &class).map_err(|refusal| refusal.or_at(part.place))?;
        }
    }
    Ok(made)
}

/// A part in the making.
struct Made<'a> {
    parts: &'a StateParts,
    members: &'a [(Arc<str>, Member)],
    name: &'a Arc<str>,
    source: &'a Arc<FunctionSource>,
}

impl Made<'_> {
    fn part(&self, is_known: &dyn Fn(&str) -> bool) -> Result<Part, Refusal> {
        let is_object = matches!(self.parts.form, StateForm::Object { .. });
        let states = match &**self.name {
            "init" => usize::from(is_object),
            "merge" => 2,
            _ => 1,
        };
        let given = match self.parts.form {
            StateForm::Functions => 0,
            StateForm::Methods { .. } => 1,
            StateForm::Object { .. } => states,
        };
        let class = Objects { members: self.members, given };
        let program = super::method(self.source, class, is_known);
        let mut program = program.map_err(|refusal| self.at_home(refusal))?;
        if given > 0
            && let Some(place) = program.call_of_the_first()
        {
            return Err(self.at_home(Refusal::new(place, "a method that calls itself")));
        }
        if self.is_elsewhere() {
            let functions = program.functions.into_iter();
            let functions = functions.map(|code| at_one_place(code, self.place())).collect();
            program = Program { functions };
        }
        if matches!(self.parts.form, StateForm::Methods { .. }) {
            self.take_object_away(&mut program)?;
        }
        if program.functions[0].parameters < states {
            let reason = format!("`{}` without a parameter for the state", self.name);
            return Err(self.at_home(Refusal::new(Place::default(), reason)));
        }
        let takes = if is_object { 0 } else { states as u32 };
        Ok(Part {
            name: Arc::clone(self.name),
            place: self.place(),
            program,
            takes: (0..takes).map(|state| Holder::Local(Local(state))).collect(),
            states,
        })
    }

    fn take_object_away(&self, program: &mut Program) -> Result<(), Refusal> {
        let method = &mut program.functions[0];
        if method.parameters == 0 {
            return Err(self.at_home(Refusal::new(Place::default(), "a method without its object")));
        }
        let constant = |name: &str| match self.members.iter().find(|(own, _)| **own == *name) {
            Some((_, Member::Constant(constant))) => number(constant),
            _ => None,
        };
        method.take_object_away(constant).map_err(|refusal| self.at_home(refusal))
    }

    fn is_elsewhere(&self) -> bool {
        let first = self.parts.sources.first();
        first.is_some_and(|(_, first)| first.text != self.source.text)
    }

    /// Where the function begins, or where the first one does if they are of different texts.
    fn place(&self) -> Place {
        let source = match self.parts.sources.first() {
            Some((_, first)) if self.is_elsewhere() => first,
            _ => self.source,
        };
        let start = source.span.start as u32;
        Place { start, end: start }
    }

    /// A refusal with a place in the first part's text.
    fn at_home(&self, refusal: Refusal) -> Refusal {
        if self.is_elsewhere() {
            let (line, column) = refusal.place.line_and_column(&self.source.text);
            let (name, file, reason) = (self.name, &self.source.file, refusal.reason);
            let reason = format!("{reason}, in `{name}` at {file}:{line}:{column}");
            return Refusal { place: self.place(), reason };
        }
        refusal.or_at(self.place())
    }
}

/// What a class calls a part of an aggregate, where that is something else.
const METHODS: &[(&str, &str)] =
    &[("init", "__init__"), ("accumulate", "add"), ("finalize", "result")];

/// What objects have of their class: the parts, too.
fn members(parts: &StateParts) -> Vec<(Arc<str>, Member)> {
    let (members, names) = match &parts.form {
        StateForm::Object { members, .. } => (members, METHODS),
        StateForm::Methods { members } => (members, &[][..]),
        StateForm::Functions => return vec![],
    };
    let own = parts.sources.iter().map(|(part, source)| {
        let method = names.iter().find(|(known, _)| **known == **part);
        let name = method.map_or(Arc::clone(part), |(_, name)| Arc::from(*name));
        (name, Member::Method(Arc::clone(source)))
    });
    own.chain(members.iter().cloned()).collect()
}

/// The `__init__` of a class that has none.
fn without_init(part: &Part) -> Part {
    let end = End::Return(Operand::Constant(Constant::None));
    let block = Block { steps: vec![], end, place: part.place, on_exception: None };
    let code = Code {
        name: "__init__".into(),
        parameters: 1,
        keyword_only: 0,
        defaults: vec![],
        locals: vec!["self".into()],
        leaves_behind: None,
        blocks: vec![block],
    };
    Part {
        name: "init".into(),
        place: part.place,
        program: Program { functions: vec![code] },
        takes: vec![],
        states: 1,
    }
}

fn class(members: &[(Arc<str>, Member)], slots: Option<&[Arc<str>]>, parts: &[Part]) -> Class {
    let mut class = Class { slots: slots.map(<[_]>::to_vec), ..Class::default() };
    let names = ["__init__", "add", "merge", "result", "retract"];
    class.methods = names.map(Arc::from).to_vec();
    for (name, member) in members {
        let constant = match member {
            Member::Method(_) | Member::Static(_) => {
                class.methods.push(Arc::clone(name));
                continue;
            }
            Member::Constant(constant) => number(constant),
            Member::Opaque => None,
        };
        class.members.insert(Arc::clone(name), constant);
    }
    let fields = parts.iter().flat_map(|part| part.program.set_attributes());
    let fields: BTreeSet<_> = fields.filter(|name| class.holds(name)).cloned().collect();
    class.fields = fields.into_iter().collect();
    class
}

/// Python wants nothing of an `__init__`.
fn check_init(code: &Code) -> Result<(), Refusal> {
    let nothing = End::Return(Operand::Constant(Constant::None));
    let returns = |block: &&Block| matches!(block.end, End::Return(_)) && block.end != nothing;
    match code.blocks.iter().find(returns) {
        Some(block) => Err(Refusal::new(block.place, "an `__init__` that returns a value")),
        None => Ok(()),
    }
}

fn take_state_apart(part: &mut Part, class: &Class) -> Result<(), Refusal> {
    if &*part.name == "init" {
        check_init(&part.program.functions[0])?;
    }
    let manner = if &*part.name == "finalize" { Manner::Reads } else { Manner::Changes };
    let fields = take_apart(&mut part.program.functions[0], class, part.states, manner)?;
    // An `__init__` gets an object without attributes.
    if &*part.name != "init" {
        part.takes = fields.into_iter().map(Holder::Fields).collect();
    }
    Ok(())
}
