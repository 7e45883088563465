//! The versions of blocks: one for each combination of shapes.

use std::collections::HashMap;

use super::shape::Shape;
use super::value::Value;
use super::walk::{Point, State, Stop, Walk};
use crate::code::Local;
use crate::ir::{BlockId, End};

/// From so many versions of a point on, a bool is not known to be True or False any more.
const MANY: usize = 8;
/// So many are too many: the types of locals go on changing.
const TOO_MANY: usize = 64;
/// So many blocks of a function take too long to compile.
const TOO_LONG: usize = 8_000;

#[derive(Debug, Default)]
pub(super) struct Versions {
    known: HashMap<Point, Vec<(State, BlockId)>>,
    queue: Vec<(Point, State, BlockId)>,
}

impl Versions {
    /// What is still to be written.
    pub(super) fn next(&mut self) -> Option<(Point, State, BlockId)> {
        self.queue.pop()
    }
}

impl Walk<'_, '_> {
    /// Ends the current block by going on at another point with the shapes of now.
    pub(super) fn go_to(&mut self, point: Point) -> Result<(), Stop> {
        self.forget_dead(point);
        let count = self.versions.known.get(&point).map_or(0, Vec::len);
        if count >= TOO_MANY || self.emit.len() > TOO_LONG {
            return self.refuse("locals of too many combinations of types");
        }
        if count >= MANY {
            self.widen_all();
        }
        let block = self.version(point);
        self.emit.end(End::Jump(block));
        Err(Stop::Ended)
    }

    fn forget_dead(&mut self, point: Point) {
        for index in 0..self.state.len() {
            if !self.live.is_live(point.block, point.step, Local(index as u32)) {
                self.state[index] = Shape::Dead;
            }
        }
    }

    fn widen_all(&mut self) {
        for index in 0..self.state.len() {
            let local = Local(index as u32);
            if self.state[index].widened() == self.state[index] {
                continue;
            }
            let value: Value = self.local(local);
            let value = self.widen(&value);
            self.assign(local, &value);
        }
    }

    fn version(&mut self, point: Point) -> BlockId {
        let known = self.versions.known.entry(point).or_default();
        if let Some((_, block)) = known.iter().find(|(state, _)| *state == self.state) {
            return *block;
        }
        let block = self.emit.block();
        known.push((self.state.clone(), block));
        self.versions.queue.push((point, self.state.clone(), block));
        block
    }

    /// Goes two ways by a test; each way has the shapes of now to begin with, and ends its block.
    pub(super) fn fork(
        &mut self,
        test: crate::ir::Var,
        yes: impl FnOnce(&mut Self) -> Result<(), Stop>,
        no: impl FnOnce(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let (yes_block, no_block) = (self.emit.block(), self.emit.block());
        self.emit.end(End::Branch { test, yes: yes_block, no: no_block });
        let state = self.state.clone();
        self.emit.switch_to(yes_block);
        ended(yes(self))?;
        self.state = state;
        self.emit.switch_to(no_block);
        ended(no(self))?;
        Err(Stop::Ended)
    }

    /// Runs one way only where the test holds, then goes on with the current block.
    pub(super) fn unless(
        &mut self,
        test: crate::ir::Var,
        otherwise: impl FnOnce(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let (on, aside) = (self.emit.block(), self.emit.block());
        self.emit.end(End::Branch { test, yes: on, no: aside });
        let state = self.state.clone();
        self.emit.switch_to(aside);
        let outcome = otherwise(self);
        match outcome {
            Ok(()) => self.emit.end(End::Jump(on)),
            Err(Stop::Ended) => {}
            Err(refused) => return Err(refused),
        }
        self.state = state;
        self.emit.switch_to(on);
        Ok(())
    }
}

fn ended(outcome: Result<(), Stop>) -> Result<(), Stop> {
    match outcome {
        Ok(()) | Err(Stop::Ended) => Ok(()),
        refused => refused,
    }
}
