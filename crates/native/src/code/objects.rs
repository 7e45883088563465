//! Objects taken apart: each attribute becomes a local of its own.
//!
//! That is right as long as nobody else has the object: what is not an attribute of it, or a copy
//! that is used for nothing but attributes, is refused.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Code, End, Fields, Local, Op, Operand, Program};
use crate::code::Constant;
use crate::{Place, Refusal};

/// What is known of the objects of a class.
#[derive(Debug, Clone, Default)]
pub(crate) struct Class {
    /// The attributes that its methods set, sorted.
    pub(crate) fields: Vec<Arc<str>>,
    /// What the class has itself: None for what is no number.
    pub(crate) members: HashMap<Arc<str>, Option<Constant>>,
    pub(crate) methods: Vec<Arc<str>>,
    /// The only attributes that may be set; None where all may.
    pub(crate) slots: Option<Vec<Arc<str>>>,
}

impl Class {
    /// Whether objects have a place for an attribute.
    pub(crate) fn holds(&self, name: &Arc<str>) -> bool {
        self.slots.as_ref().is_none_or(|slots| slots.contains(name))
    }
}

const NO_SLOT: &str = "which is none of its slots";

/// What a method does with its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It changes the first one; what it returns doesn't matter.
    Changes,
    /// What it returns is its result.
    Reads,
}

impl Program {
    /// The attributes that it sets.
    pub(crate) fn set_attributes(&self) -> impl Iterator<Item = &Arc<str>> {
        let blocks = self.functions.iter().flat_map(|code| &code.blocks);
        blocks.flat_map(|block| &block.steps).filter_map(|step| match &step.op {
            Op::SetAttribute { name, .. } => Some(name),
            _ => None,
        })
    }
}

/// Gives each attribute of the objects, which are the first parameters, its local.
///
/// # Errors
/// An object where it is more than its attributes.
pub(crate) fn take_apart(
    code: &mut Code,
    class: &Class,
    objects: usize,
    manner: Manner,
) -> Result<Vec<Fields>, Refusal> {
    let aliases = aliases(code, objects)?;
    let fields: Vec<Fields> = (0..objects).map(|object| fields(code, class, object)).collect();
    let apart = Apart { class, aliases, fields, manner };
    for block in &mut code.blocks {
        for step in &mut block.steps {
            apart.op(&mut step.op, step.place)?;
        }
        apart.end(&block.end, block.place)?;
    }
    if manner == Manner::Changes {
        code.leaves_behind = apart.fields.first().cloned();
    }
    Ok(apart.fields)
}

fn fields(code: &mut Code, class: &Class, object: usize) -> Fields {
    let owner = Arc::clone(&code.locals[object]);
    let field = |name: &Arc<str>| {
        code.locals.push(format!("{owner}.{name}").into());
        (Arc::clone(name), Local(code.locals.len() as u32 - 1))
    };
    class.fields.iter().map(field).collect()
}

/// Which locals are nothing but one of the objects, by the object.
pub(super) fn aliases(code: &Code, objects: usize) -> Result<HashMap<Local, usize>, Refusal> {
    let mut aliases: HashMap<Local, usize> =
        (0..objects).map(|object| (Local(object as u32), object)).collect();
    let settings = settings(code);
    for object in aliases.keys() {
        if let Some((_, place)) = settings.get(object).and_then(|all| all.first()) {
            let name = &code.locals[object.0 as usize];
            return Err(Refusal::new(*place, format!("an assignment to `{name}`, the state")));
        }
    }
    loop {
        let before = aliases.len();
        // A parameter has a value before anything sets it.
        let others = settings.iter().filter(|(local, _)| local.0 as usize >= code.parameters);
        for (local, all) in others {
            let mut of = all.iter().map(|(from, _)| from.and_then(|from| aliases.get(&from)));
            if let Some(Some(first)) = of.next()
                && of.all(|other| other == Some(first))
            {
                let first = *first;
                aliases.insert(*local, first);
            }
        }
        if aliases.len() == before {
            return Ok(aliases);
        }
    }
}

type Settings = HashMap<Local, Vec<(Option<Local>, Place)>>;

/// All that sets each local: a copy of another one, or anything else.
fn settings(code: &Code) -> Settings {
    let mut settings = Settings::new();
    let mut add = |local: Local, from: Option<Local>, place: Place| {
        settings.entry(local).or_default().push((from, place));
    };
    for block in &code.blocks {
        for step in &block.steps {
            match &step.op {
                Op::Set { to, value: Operand::Local(from) } => add(*to, Some(*from), step.place),
                Op::Unset { is_del: false, .. } => {}
                op => op.sets().into_iter().for_each(|local| add(local, None, step.place)),
            }
        }
        if let End::Next { to, .. } = block.end {
            add(to, None, block.place);
        }
        if let Some(landing) = block.on_exception {
            add(landing.exception, None, block.place);
        }
    }
    settings
}

struct Apart<'a> {
    class: &'a Class,
    aliases: HashMap<Local, usize>,
    fields: Vec<Fields>,
    manner: Manner,
}

impl Apart<'_> {
    fn alias(&self, operand: Operand) -> Option<usize> {
        match operand {
            Operand::Local(local) => self.aliases.get(&local).copied(),
            Operand::Constant(_) => None,
        }
    }

    fn op(&self, op: &mut Op, place: Place) -> Result<(), Refusal> {
        match op {
            Op::Set { to, value }
                if self.aliases.contains_key(to) || self.alias(*value).is_none() => {}
            Op::Attribute { to, object, name } => {
                if let Some(object) = self.alias(*object) {
                    *op = self.read(*to, object, name, place)?;
                }
            }
            Op::SetAttribute { object, name, value } if self.alias(*value).is_none() => {
                if let Some(object) = self.alias(*object) {
                    let to = self.changed(object, name, place)?;
                    *op = Op::Set { to, value: *value };
                }
            }
            other => {
                if other.operands().into_iter().any(|operand| self.alias(operand).is_some()) {
                    let is_call = matches!(other, Op::CallFunction { .. });
                    return Err(if is_call { not_in_its_place(place) } else { as_a_value(place) });
                }
            }
        }
        Ok(())
    }

    fn end(&self, end: &End, place: Place) -> Result<(), Refusal> {
        let value = match end {
            End::Return(value) if self.manner == Manner::Reads => *value,
            End::Branch { test, .. } => *test,
            _ => return Ok(()),
        };
        if self.alias(value).is_some() { Err(as_a_value(place)) } else { Ok(()) }
    }

    fn field(&self, object: usize, name: &str) -> Option<Local> {
        let fields = &self.fields[object];
        fields.iter().find(|(known, _)| **known == *name).map(|(_, field)| *field)
    }

    fn read(&self, to: Local, object: usize, name: &Arc<str>, place: Place) -> Result<Op, Refusal> {
        let member = self.class.members.get(name);
        let reason = match (self.field(object, name), member) {
            (Some(field), member) if member != Some(&None) => {
                return Ok(Op::Field { to, field, or_else: member.copied().flatten() });
            }
            (None, Some(Some(constant))) => {
                return Ok(Op::Set { to, value: Operand::Constant(*constant) });
            }
            _ if self.class.methods.contains(name) => "which is a method",
            (_, Some(_)) => "which is no number, bool or None of the class",
            _ if !self.class.holds(name) => NO_SLOT,
            _ => "which no method sets",
        };
        Err(Refusal::new(place, format!("the attribute `{name}`, {reason}")))
    }

    fn changed(&self, object: usize, name: &Arc<str>, place: Place) -> Result<Local, Refusal> {
        let reason = if object > 0 {
            "of a state that is only read"
        } else if self.manner == Manner::Reads {
            "where the state is only read"
        } else if self.class.members.get(name) == Some(&None) {
            "which the class has, too"
        } else if self.class.methods.contains(name) || name.starts_with("__") {
            "which means something to Python"
        } else if let Some(field) = self.field(object, name) {
            return Ok(field);
        } else if !self.class.holds(name) {
            NO_SLOT
        } else {
            "which is not known"
        };
        Err(Refusal::new(place, format!("an assignment to the attribute `{name}`, {reason}")))
    }
}

/// Calls that are left stand where the function could not be put.
fn not_in_its_place(place: Place) -> Refusal {
    let reason = "a call with the state of a function that calls itself, or is too long";
    Refusal::new(place, reason)
}

fn as_a_value(place: Place) -> Refusal {
    Refusal::new(place, "the state itself as a value, not one of its attributes")
}
