//! The ends of blocks.

use super::shape::Shape;
use super::walk::{Stop, Walk};
use crate::code::{End, Local, Operand};

impl Walk<'_, '_> {
    pub(super) fn end(&mut self, end: &End) -> Result<(), Stop> {
        match end {
            End::Jump(to) => self.go_to(Self::start_of(*to)),
            End::Branch { test, yes, no } => {
                self.look_at_end(*test)?;
                let test = self.operand(*test);
                let (yes, no) = (Self::start_of(*yes), Self::start_of(*no));
                let truth = self.truth(&test)?;
                match truth.shape {
                    Shape::True => self.go_to(yes),
                    Shape::False => self.go_to(no),
                    _ => self.fork(truth.vars[0], |walk| walk.go_to(yes), |walk| walk.go_to(no)),
                }
            }
            End::Return(value) => {
                self.look_at_end(*value)?;
                let value = self.operand(*value);
                self.end_return(&value)
            }
            End::Next { iterator, to, body, done } => self.next_item(*iterator, *to, *body, *done),
            End::Raise(class) => self.raise(*class, &format!("{} is raised", class.name())),
            End::Reraise(exception) => match *self.shape_of(*exception) {
                Shape::Exception(class) => self.raise(class, &format!("{} goes on", class.name())),
                _ => self.leave("an exception goes on"),
            },
            End::Caught { exception, classes, yes, no } => {
                let Shape::Exception(class) = *self.shape_of(*exception) else {
                    return self.leave("an exception is looked at");
                };
                let is_caught = classes.iter().any(|base| class.is(*base));
                self.go_to(Self::start_of(if is_caught { *yes } else { *no }))
            }
            End::Leave(reason) => self.leave(reason),
        }
    }

    fn look_at_end(&mut self, operand: Operand) -> Result<(), Stop> {
        if let Operand::Local(local) = operand {
            self.check_local(local)?;
        }
        self.look_at_nullables(&[operand])
    }

    fn next_item(
        &mut self,
        iterator: Local,
        to: Local,
        body: crate::code::BlockId,
        done: crate::code::BlockId,
    ) -> Result<(), Stop> {
        let (body, done) = (Self::start_of(body), Self::start_of(done));
        let now = self.local(iterator);
        let next = self.advance(&now)?;
        let Some(step) = next else {
            return self.go_to(done);
        };
        match step.test {
            None => {
                self.take(iterator, to, &step);
                self.go_to(body)
            }
            Some(test) => self.fork(
                test,
                |walk| {
                    walk.take(iterator, to, &step);
                    walk.go_to(body)
                },
                |walk| {
                    walk.exhaust(iterator);
                    walk.go_to(done)
                },
            ),
        }
    }
}
