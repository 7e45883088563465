//! Walks over the graph of one function and writes the typed form.

use std::collections::HashSet;

use super::emitter::Emitter;
use super::entry::{Entry, Incoming};
use super::returns::{self, Returned, Role};
use super::shape::Shape;
use super::unit::Unit;
use super::value::Value;
use super::versions::Versions;
use crate::code::{BlockId, Code, Local, Operand};
use crate::code::{Constant, Liveness};
use crate::ir::{self, Function, Op, Var};
use crate::{Place, Refusal};

/// Why a step gives no value.
#[derive(Debug)]
pub(super) enum Stop {
    /// What follows is written elsewhere, or nothing follows.
    Ended,
    Refused(Refusal),
}

/// In front of a step of a block; behind the last step, in front of the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Point {
    pub(super) block: BlockId,
    pub(super) step: usize,
}

pub(super) struct Walk<'u, 'p> {
    pub(super) unit: &'u mut Unit<'p>,
    pub(super) code: &'p Code,
    pub(super) emit: Emitter,
    pub(super) role: Role,
    pub(super) returned: Returned,
    pub(super) versions: Versions,
    pub(super) live: Liveness,
    /// Blocks that a jump back leads to.
    loops: HashSet<BlockId>,
    pub(super) state: State,
    pub(super) at: Point,
    pub(super) place: Place,
    /// How many of the first locals have values to begin with.
    given: usize,
    pub(super) incoming: Vec<Incoming>,
    pub(super) parameters: Vec<Var>,
}

impl<'u, 'p> Walk<'u, 'p> {
    pub(super) fn new(unit: &'u mut Unit<'p>, function: usize, entry: Entry, role: Role) -> Self {
        let program = unit.program;
        let code = &program.functions[function];
        let given = entry.holders + entry.arguments.len();
        let mut walk = Self {
            unit,
            code,
            emit: Emitter::default(),
            role,
            returned: Returned::Nothing,
            versions: Versions::default(),
            live: Liveness::of(code),
            loops: code.loops(),
            state: vec![Shape::Unbound; code.locals.len()],
            at: Point { block: BlockId(0), step: 0 },
            place: Place::default(),
            given,
            incoming: Vec::new(),
            parameters: Vec::new(),
        };
        walk.take_parameters(entry);
        walk
    }

    /// Writes the whole function.
    pub(super) fn run(mut self) -> Result<(Function, Returned), Refusal> {
        let entry = self.emit.block();
        self.emit.switch_to(entry);
        self.set_defaults();
        if self.role_may_repeat() {
            self.emit.push(Op::Poll);
        }
        self.begin()?;
        while let Some((point, state, block)) = self.versions.next() {
            self.emit.switch_to(block);
            self.state = state;
            if point.step == 0 && self.loops.contains(&point.block) {
                self.emit.push(Op::Poll);
            }
            self.walk_from(point)?;
        }
        self.finish()
    }

    fn begin(&mut self) -> Result<(), Refusal> {
        if self.incoming.is_empty() {
            return self.walk_from(self.at);
        }
        match self.enter() {
            Err(Stop::Refused(refusal)) => Err(refusal),
            Ok(()) | Err(Stop::Ended) => Ok(()),
        }
    }

    /// Parameters that no column gives have their defaults.
    fn set_defaults(&mut self) {
        let given = self.given;
        for (index, default) in (0..self.code.parameters).zip(self.code.all_defaults()).skip(given)
        {
            if let Some(constant) = default {
                let value = self.constant(constant);
                self.assign(Local(index as u32), &value);
            }
        }
    }

    /// A function that is called may call itself without a loop.
    fn role_may_repeat(&self) -> bool {
        matches!(self.role, Role::Call(_))
    }

    fn finish(self) -> Result<(Function, Returned), Refusal> {
        let state = if self.role.has_state() { self.unit.layout.types() } else { vec![] };
        let flag = state.len();
        let types = [state, returns::types(&self.role, &self.returned)].concat();
        let function = self.emit.finish(self.code.name.clone(), self.parameters, types);
        let mut function = function.ok_or_else(|| {
            Refusal::new(Place::default(), "a block without an end, which is a fault of Arrowsmith")
        })?;
        if self.returned == (Returned::Answer { nullable: false }) {
            let mut ends: Vec<_> = function.blocks.iter_mut().map(|block| &mut block.end).collect();
            returns::drop_flags(&mut ends, flag);
        }
        Ok((function, self.returned))
    }

    fn walk_from(&mut self, point: Point) -> Result<(), Refusal> {
        let code = self.code;
        let block = code.block(point.block);
        for (step, done) in block.steps.iter().enumerate().skip(point.step) {
            self.at = Point { block: point.block, step };
            self.place = done.place;
            match self.step(&done.op) {
                Ok(()) => {}
                Err(Stop::Ended) => return Ok(()),
                Err(Stop::Refused(refusal)) => return Err(refusal),
            }
        }
        self.at = Point { block: point.block, step: block.steps.len() };
        self.place = block.place;
        match self.end(&block.end) {
            Ok(()) | Err(Stop::Ended) => Ok(()),
            Err(Stop::Refused(refusal)) => Err(refusal),
        }
    }

    pub(super) fn next_point(&self) -> Point {
        Point { step: self.at.step + 1, ..self.at }
    }

    pub(super) fn start_of(block: BlockId) -> Point {
        Point { block, step: 0 }
    }

    /// The variables of a local that has this shape.
    pub(super) fn homes(&mut self, local: Local, shape: &Shape) -> Vec<Var> {
        let name = &self.code.locals[local.0 as usize];
        let types = shape.types().into_iter().enumerate();
        types.map(|(part, ty)| self.emit.home(local, name, part, ty)).collect()
    }

    pub(super) fn shape_of(&self, local: Local) -> &Shape {
        &self.state[local.0 as usize]
    }

    /// The value of a local, in the variables that the local has: it is another one when the local is
    /// set.
    pub(super) fn local(&mut self, local: Local) -> Value {
        let shape = self.shape_of(local).clone();
        let vars = self.homes(local, &shape);
        Value::of(shape, vars)
    }

    pub(super) fn constant(&mut self, constant: Constant) -> Value {
        let value = match constant {
            Constant::None => Value::none(),
            Constant::Bool(value) => Value::truth(value),
            Constant::Int(value) => Value::int(self.emit.int(value)),
            Constant::Float(bits) => Value::float(self.emit.constant(ir::Constant::Float(bits))),
        };
        Value { constant: Some(constant), ..value }
    }

    pub(super) fn operand(&mut self, operand: Operand) -> Value {
        match operand {
            Operand::Local(local) => self.local(local),
            Operand::Constant(constant) => self.constant(constant),
        }
    }

    /// What is assigned may be made of the local itself, with its variables in other places.
    pub(super) fn assign(&mut self, to: Local, value: &Value) {
        let homes = self.homes(to, &value.shape);
        let is_set_before_read =
            |(at, var): (usize, &Var)| homes.get(..at).is_some_and(|set| set.contains(var));
        let vars = if value.vars.iter().enumerate().any(is_set_before_read) {
            self.copies(&value.vars, &value.shape)
        } else {
            value.vars.clone()
        };
        for (home, var) in homes.into_iter().zip(vars) {
            self.emit.copy(home, var);
        }
        self.state[to.0 as usize] = value.shape.clone();
    }
}

/// The shapes of all locals.
pub(super) type State = Vec<Shape>;
