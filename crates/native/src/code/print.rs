//! Graphs as text, for readers and tests.

use std::fmt::{self, Display, Formatter, Result};

use super::{BinaryOp, Block, Code, CompareOp, Constant, End, Landing, Local, Op, Operand};
use super::{Program, Step, UnaryOp};

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (index, code) in self.functions.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            writeln!(f, "function {index} {code}")?;
        }
        Ok(())
    }
}

impl Display for Code {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { name, parameters, keyword_only, defaults, locals, blocks, .. } = self;
        write!(f, "{name}(")?;
        for (index, parameter) in locals[..*parameters].iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let star = if index + keyword_only == *parameters { "*, " } else { "" };
            write!(f, "{comma}{star}{parameter}")?;
            if let Some(default) = (index + defaults.len()).checked_sub(*parameters) {
                write!(f, "={}", defaults[default])?;
            }
        }
        write!(f, ")")?;
        for (index, block) in blocks.iter().enumerate() {
            write!(f, "\n{index}:{}", Shown { code: self, it: block })?;
        }
        Ok(())
    }
}

/// Something with the names of its function's locals.
struct Shown<'a, T: ?Sized> {
    code: &'a Code,
    it: &'a T,
}

impl<'a, T: ?Sized> Shown<'a, T> {
    fn of<U: ?Sized>(&self, it: &'a U) -> Shown<'a, U> {
        Shown { code: self.code, it }
    }

    fn list<U>(&self, items: &'a [U]) -> String
    where
        Shown<'a, U>: Display,
    {
        items.iter().map(|it| self.of(it).to_string()).collect::<Vec<_>>().join(", ")
    }
}

impl Display for Shown<'_, Block> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(Landing { block, exception }) = &self.it.on_exception {
            write!(f, " except {} to {}", self.of(exception), block.0)?;
        }
        for Step { op, .. } in &self.it.steps {
            write!(f, "\n  {}", self.of(op))?;
        }
        write!(f, "\n  {}", self.of(&self.it.end))
    }
}

impl Display for Shown<'_, Local> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.code.locals.get(self.it.0 as usize) {
            Some(name) => f.write_str(name),
            None => write!(f, "?{}", self.it.0),
        }
    }
}

impl Display for Shown<'_, Operand> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.it {
            Operand::Local(local) => self.of(local).fmt(f),
            Operand::Constant(constant) => constant.fmt(f),
        }
    }
}

impl Display for Shown<'_, Op> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.it {
            Op::Set { to, value } => write!(f, "{} = {}", self.of(to), self.of(value)),
            Op::Unset { local, is_del: true } => write!(f, "del {}", self.of(local)),
            Op::Unset { local, is_del: false } => write!(f, "unset {}", self.of(local)),
            Op::Unary { to, op, value } => {
                write!(f, "{} = {}{}", self.of(to), op.symbol(), self.of(value))
            }
            Op::Binary { to, op, left, right } => {
                let symbol = op.symbol();
                write!(f, "{} = {} {symbol} {}", self.of(to), self.of(left), self.of(right))
            }
            Op::Compare { to, op, left, right } => {
                let symbol = op.symbol();
                write!(f, "{} = {} {symbol} {}", self.of(to), self.of(left), self.of(right))
            }
            Op::Call { to, function, arguments } => {
                write!(f, "{} = {function}({})", self.of(to), self.list(arguments))
            }
            Op::CallFunction { to, function, arguments } => {
                write!(f, "{} = function {function}({})", self.of(to), self.list(arguments))
            }
            Op::Tuple { to, items } => write!(f, "{} = tuple({})", self.of(to), self.list(items)),
            Op::Unpack { to, value } => {
                write!(f, "unpack({}) = {}", self.list(to), self.of(value))
            }
            Op::Item { to, value, index } => {
                write!(f, "{} = {}[{}]", self.of(to), self.of(value), self.of(index))
            }
            Op::Attribute { to, object, name } => {
                write!(f, "{} = {}.{name}", self.of(to), self.of(object))
            }
            Op::Field { to, field, or_else: None } => {
                write!(f, "{} = {}", self.of(to), self.of(field))
            }
            Op::Field { to, field, or_else: Some(constant) } => {
                write!(f, "{} = {} or else {constant}", self.of(to), self.of(field))
            }
            Op::SetAttribute { object, name, value } => {
                write!(f, "{}.{name} = {}", self.of(object), self.of(value))
            }
            Op::NewList { to } => write!(f, "{} = []", self.of(to)),
            Op::Append { list, value } => {
                write!(f, "append {} to {}", self.of(value), self.of(list))
            }
            Op::Iterate { to, value } => write!(f, "{} = iterate {}", self.of(to), self.of(value)),
        }
    }
}

impl Display for Shown<'_, End> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.it {
            End::Jump(to) => write!(f, "jump {}", to.0),
            End::Branch { test, yes, no } => {
                write!(f, "if {} jump {} else {}", self.of(test), yes.0, no.0)
            }
            End::Return(value) => write!(f, "return {}", self.of(value)),
            End::Next { iterator, to, body, done } => {
                let (iterator, to) = (self.of(iterator), self.of(to));
                write!(f, "next {to} of {iterator} jump {} done {}", body.0, done.0)
            }
            End::Raise(class) => write!(f, "raise {}", class.name()),
            End::Reraise(exception) => write!(f, "raise again {}", self.of(exception)),
            End::Caught { exception, classes, yes, no } => {
                let classes: Vec<_> = classes.iter().map(|class| class.name()).collect();
                let (exception, classes) = (self.of(exception), classes.join(", "));
                write!(f, "if {exception} is ({classes}) jump {} else {}", yes.0, no.0)
            }
            End::Leave(reason) => write!(f, "leave: {reason}"),
        }
    }
}

impl Display for Constant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Int(value) => value.fmt(f),
            Self::Float(bits) => write!(f, "{:?}", f64::from_bits(*bits)),
        }
    }
}

impl UnaryOp {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Negative => "-",
            Self::Invert => "~",
            Self::Not => "not ",
        }
    }
}

impl BinaryOp {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Modulo => "%",
            Self::Power => "**",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
            Self::And => "&",
            Self::Or => "|",
            Self::Xor => "^",
        }
    }
}

impl CompareOp {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Is => "is",
            Self::IsNot => "is not",
        }
    }
}
