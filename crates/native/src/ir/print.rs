//! The typed form as text, for people: `explain`, faults and tests show it.

use std::fmt::{self, Debug, Display, Formatter};

use super::{Block, BlockId, Constant, End, Exit, ExitId, Function, FunctionId, Module, Op, Slot};
use super::{Type, Var};

impl Display for Module {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let parameters: Vec<String> = self.parameters.iter().map(Slot::to_string).collect();
        write!(f, "row({})", parameters.join(", "))?;
        if !self.state.is_empty() {
            let state: Vec<String> = self.state.iter().map(Type::to_string).collect();
            write!(f, " with ({})", state.join(", "))?;
        }
        match self.returns {
            Some(returns) => writeln!(f, " -> {returns}")?,
            None => writeln!(f)?,
        }
        for (index, exit) in self.exits.iter().enumerate() {
            writeln!(f, "{}: {exit}", ExitId(index as u32))?;
        }
        for (index, function) in self.functions.iter().enumerate() {
            write!(f, "\n{} {function}", FunctionId(index as u32))?;
        }
        Ok(())
    }
}

impl Display for Slot {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.ty, if self.nullable { "?" } else { "" })
    }
}

impl Display for Exit {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {:?}", self.reason, self.place)
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Ints => "ints",
            Self::Floats => "floats",
            Self::NewInts => "new_ints",
            Self::NewFloats => "new_floats",
        })
    }
}

impl Display for Constant {
    /// As Python writes it; floats that differ in their bits never look the same.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Int(value) => write!(f, "{value}"),
            Self::Bool(value) => f.write_str(if value { "True" } else { "False" }),
            Self::Float(bits) => match f64::from_bits(bits) {
                value if value.is_nan() => write!(f, "nan:{bits:#x}"),
                value => write!(f, "{value:?}"),
            },
        }
    }
}

macro_rules! named_by_letter {
    ($($index:ident $letter:literal)*) => {
        $(impl Display for $index {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        })*
    };
}

named_by_letter! { BlockId "b" ExitId "x" FunctionId "f" }

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let typed = |var: &Var| match self.variables.get(var.0 as usize) {
            Some(variable) => format!("{}: {}", self.named(*var), variable.ty),
            None => self.named(*var),
        };
        let parameters: Vec<String> = self.parameters.iter().map(typed).collect();
        let returns: Vec<String> = self.returns.iter().map(Type::to_string).collect();
        writeln!(f, "{}({}) -> ({})", self.name, parameters.join(", "), returns.join(", "))?;
        for (index, block) in self.blocks.iter().enumerate() {
            writeln!(f, "{}:", BlockId(index as u32))?;
            self.print_block(block, f)?;
        }
        Ok(())
    }
}

impl Function {
    /// A variable as the text calls it: its name, if it has one, and its number.
    pub(super) fn named(&self, var: Var) -> String {
        let name = self.variables.get(var.0 as usize).map_or("?", |variable| &*variable.name);
        format!("{name}.{}", var.0)
    }

    fn list(&self, vars: &[Var]) -> String {
        let names: Vec<String> = vars.iter().map(|var| self.named(*var)).collect();
        names.join(", ")
    }

    fn print_block(&self, block: &Block, f: &mut Formatter<'_>) -> fmt::Result {
        for op in &block.ops {
            writeln!(f, "    {}", self.op_text(op))?;
        }
        writeln!(f, "    {}", self.end_text(&block.end))
    }

    pub(super) fn op_text(&self, op: &Op) -> String {
        let v = |var: &Var| self.named(*var);
        match op {
            Op::Constant { to, value } => format!("{} = {value}", v(to)),
            Op::Copy { to, from } => format!("{} = {}", v(to), v(from)),
            Op::Unary { to, op, value } => format!("{} = {} {}", v(to), snake(op), v(value)),
            Op::Binary { to, op, left, right } => {
                format!("{} = {} {}, {}", v(to), snake(op), v(left), v(right))
            }
            Op::Checked { to, op, left, right, exit } => {
                format!("{} = checked_{} {}, {} else {exit}", v(to), snake(op), v(left), v(right))
            }
            Op::FusedMultiplyAdd { to, a, b, c } => {
                format!("{} = fused_multiply_add {}, {}, {}", v(to), v(a), v(b), v(c))
            }
            Op::Select { to, test, yes, no } => {
                format!("{} = select {}, {}, {}", v(to), v(test), v(yes), v(no))
            }
            Op::Guard { test, exit } => format!("guard {} else {exit}", v(test)),
            Op::Host { to, function, arguments } => {
                format!("{} = host {}({})", self.list(to), function.name(), self.list(arguments))
            }
            Op::Call { to, function, arguments, too_deep } => {
                let arguments = self.list(arguments);
                format!("{} = call {function}({arguments}) else {too_deep}", self.list(to))
            }
            Op::Length { to, array } => format!("{} = length {}", v(to), v(array)),
            Op::Item { to, array, index, exit } => {
                format!("{} = item {}[{}] else {exit}", v(to), v(array), v(index))
            }
            Op::NewList { to, exit } => format!("{} = new_list else {exit}", v(to)),
            Op::Push { list, value, exit } => {
                format!("push {}, {} else {exit}", v(list), v(value))
            }
            Op::Poll => "poll".into(),
        }
    }

    pub(super) fn end_text(&self, end: &End) -> String {
        match end {
            End::Jump(to) => format!("jump {to}"),
            End::Branch { test, yes, no } => format!("if {} {yes} else {no}", self.named(*test)),
            End::Return(values) => format!("return {}", self.list(values)).trim_end().into(),
            End::Exit(exit) => format!("exit {exit}"),
        }
    }
}

/// `CompareInt(Less)` as `compare_int.less`.
fn snake(op: &impl Debug) -> String {
    let mut text = String::new();
    for letter in format!("{op:?}").chars() {
        match letter {
            '(' => text.push('.'),
            ')' => {}
            letter if letter.is_ascii_uppercase() => {
                if !(text.is_empty() || text.ends_with('.')) {
                    text.push('_');
                }
                text.push(letter.to_ascii_lowercase());
            }
            letter => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::ir::sample;

    #[test]
    fn a_module_is_readable() {
        assert_eq!(
            sample::count_down().to_string(),
            "row(int?) -> float
x0: integer overflow at 10..15

f0 count_down(there.0: bool, n.1: int) -> (float)
b0:
    zero.2 = 0
    sum.3 = 0.0
    if there.0 b1 else b3
b1:
    more.4 = compare_int.greater n.1, zero.2
    if more.4 b2 else b3
b2:
    poll
    step.5 = 1
    n.1 = checked_subtract n.1, step.5 else x0
    f.6 = int_to_float n.1
    f.6 = host sin(f.6)
    sum.3 = add_float sum.3, f.6
    jump b1
b3:
    return sum.3
"
        );
    }
}
