//! A plain interpreter of graphs.

use super::operators;
use super::values::{Stop, Value};
use crate::code::{Code, End, Landing, Local, Op, Operand, Program};
use crate::exceptions::ExceptionClass;

/// Enough for any test; more is an endless loop.
const MOST_STEPS: usize = 100_000;

pub(super) fn run(program: &Program, mut arguments: Vec<Value>) -> Result<Value, Stop> {
    let code = &program.functions[0];
    let missing = code.parameters - arguments.len();
    let defaults = &code.defaults[code.defaults.len() - missing..];
    arguments.extend(defaults.iter().map(|constant| Value::from(*constant)));
    call(program, 0, arguments)
}

fn call(program: &Program, function: usize, arguments: Vec<Value>) -> Result<Value, Stop> {
    let code = &program.functions[function];
    let mut locals = vec![None; code.locals.len()];
    for (local, value) in locals.iter_mut().zip(arguments) {
        *local = Some(value);
    }
    Run { program, code, locals }.run()
}

struct Run<'a> {
    program: &'a Program,
    code: &'a Code,
    locals: Vec<Option<Value>>,
}

enum Next {
    Block(usize),
    Return(Value),
}

impl Run<'_> {
    fn run(mut self) -> Result<Value, Stop> {
        let mut at = 0;
        for _ in 0..MOST_STEPS {
            let code = self.code;
            let next = self.block(at);
            at = match (next, code.blocks[at].on_exception) {
                (Ok(Next::Block(next)), _) => next,
                (Ok(Next::Return(value)), _) => return Ok(value),
                (Err(Stop::Raise(class)), Some(Landing { block, exception })) => {
                    self.locals[exception.0 as usize] = Some(Value::Exception(class));
                    block.0 as usize
                }
                (Err(stop), _) => return Err(stop),
            };
        }
        Err(Stop::Leave("endless".into()))
    }

    fn block(&mut self, at: usize) -> Result<Next, Stop> {
        let code = self.code;
        for step in &code.blocks[at].steps {
            self.step(&step.op)?;
        }
        self.end(&code.blocks[at].end)
    }

    fn local(&self, local: Local) -> Result<Value, Stop> {
        let value = self.locals[local.0 as usize].clone();
        value.ok_or(Stop::Raise(ExceptionClass::UNBOUND_LOCAL))
    }

    fn value(&self, operand: Operand) -> Result<Value, Stop> {
        match operand {
            Operand::Local(local) => self.local(local),
            Operand::Constant(constant) => Ok(constant.into()),
        }
    }

    fn values(&self, operands: &[Operand]) -> Result<Vec<Value>, Stop> {
        operands.iter().map(|operand| self.value(*operand)).collect()
    }

    fn step(&mut self, op: &Op) -> Result<(), Stop> {
        let (to, value) = match op {
            Op::Unset { local, is_del } => {
                let value = self.locals[local.0 as usize].take();
                let is_wrong = *is_del && value.is_none();
                let wrong = Stop::Raise(ExceptionClass::UNBOUND_LOCAL);
                return if is_wrong { Err(wrong) } else { Ok(()) };
            }
            Op::Unpack { to, value } => return self.unpack(to, *value),
            Op::Append { list, value } => {
                let Value::List(list) = self.value(*list)? else {
                    return Err(Stop::Raise(ExceptionClass::of("AttributeError").unwrap()));
                };
                list.borrow_mut().push(self.value(*value)?);
                return Ok(());
            }
            Op::Set { to, value } => (to, self.value(*value)?),
            Op::Unary { to, op, value } => (to, operators::unary(*op, &self.value(*value)?)?),
            Op::Binary { to, op, left, right } => {
                (to, operators::binary(*op, &self.value(*left)?, &self.value(*right)?)?)
            }
            Op::Compare { to, op, left, right } => {
                (to, operators::compare(*op, &self.value(*left)?, &self.value(*right)?)?)
            }
            Op::Call { to, function, arguments } => {
                (to, operators::call(function, &self.values(arguments)?)?)
            }
            Op::CallFunction { to, function, arguments } => {
                (to, call(self.program, *function, self.values(arguments)?)?)
            }
            Op::Tuple { to, items } => (to, Value::Tuple(self.values(items)?)),
            Op::Item { to, value, index } => {
                (to, operators::item(&self.value(*value)?, &self.value(*index)?)?)
            }
            Op::NewList { to } => (to, Value::List(std::rc::Rc::default())),
            Op::Iterate { to, value } => {
                let value = self.value(*value)?;
                let is_iterator = matches!(value, Value::Iterator(_));
                (to, if is_iterator { value } else { operators::iterator(value.items()?) })
            }
            Op::Attribute { .. } | Op::SetAttribute { .. } | Op::Field { .. } => {
                return Err(Stop::Leave("an attribute".into()));
            }
        };
        self.locals[to.0 as usize] = Some(value);
        Ok(())
    }

    fn unpack(&mut self, to: &[Local], value: Operand) -> Result<(), Stop> {
        let items = self.value(value)?.items()?;
        if items.len() != to.len() {
            return Err(Stop::Raise(ExceptionClass::VALUE));
        }
        for (to, item) in to.iter().zip(items) {
            self.locals[to.0 as usize] = Some(item);
        }
        Ok(())
    }

    fn end(&mut self, end: &End) -> Result<Next, Stop> {
        let block = match end {
            End::Jump(to) => to,
            End::Branch { test, yes, no } => {
                if self.value(*test)?.is_true() {
                    yes
                } else {
                    no
                }
            }
            End::Return(value) => return Ok(Next::Return(self.value(*value)?)),
            End::Next { iterator, to, body, done } => {
                let Value::Iterator(items) = self.local(*iterator)? else {
                    panic!("no iterator");
                };
                let item = items.borrow_mut().next();
                let next = if item.is_some() { body } else { done };
                if item.is_some() {
                    self.locals[to.0 as usize] = item;
                }
                next
            }
            End::Raise(class) => return Err(Stop::Raise(*class)),
            End::Reraise(local) => {
                return Err(match self.local(*local)? {
                    Value::Exception(class) => Stop::Raise(class),
                    _ => Stop::Raise(ExceptionClass::TYPE),
                });
            }
            End::Caught { exception, classes, yes, no } => match self.local(*exception)? {
                Value::Exception(class) if classes.iter().any(|it| class.is(*it)) => yes,
                _ => no,
            },
            End::Leave(reason) => return Err(Stop::Leave(reason.to_string())),
        };
        Ok(Next::Block(block.0 as usize))
    }
}
