//! Expressions, from ruff's tree to ours.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::{Converter, Result, is_private, place, refused};
use crate::code::{BinaryOp, CompareOp, Constant, UnaryOp};
use crate::front::syntax::{Expression, ExpressionKind, LogicOp};

impl Converter<'_> {
    pub(super) fn expression(&mut self, value: &Expr) -> Result<Expression> {
        let kind = self.deeper(value, |it| it.kind(value))?;
        Ok(Expression { kind, place: place(value.range()) })
    }

    fn boxed(&mut self, value: &Expr) -> Result<Box<Expression>> {
        self.expression(value).map(Box::new)
    }

    fn list(&mut self, values: &[Expr]) -> Result<Vec<Expression>> {
        values.iter().map(|value| self.expression(value)).collect()
    }

    fn kind(&mut self, value: &Expr) -> Result<ExpressionKind> {
        Ok(match value {
            Expr::NoneLiteral(_) => ExpressionKind::Constant(Constant::None),
            Expr::BooleanLiteral(it) => ExpressionKind::Constant(Constant::Bool(it.value)),
            Expr::NumberLiteral(it) => ExpressionKind::Constant(number(it)?),
            Expr::Name(it) => ExpressionKind::Name(self.name(it.id.as_str())),
            Expr::UnaryOp(it) => self.unary(it)?,
            Expr::BinOp(it) => ExpressionKind::Binary {
                op: Self::operator(it.op, value)?,
                left: self.boxed(&it.left)?,
                right: self.boxed(&it.right)?,
            },
            Expr::BoolOp(it) => ExpressionKind::Logic {
                op: match it.op {
                    ast::BoolOp::And => LogicOp::And,
                    ast::BoolOp::Or => LogicOp::Or,
                },
                values: self.list(&it.values)?,
            },
            Expr::Compare(it) => self.compare(it)?,
            Expr::If(it) => ExpressionKind::Choice {
                test: self.boxed(&it.test)?,
                yes: self.boxed(&it.body)?,
                no: self.boxed(&it.orelse)?,
            },
            Expr::Named(it) => match &*it.target {
                Expr::Name(name) => ExpressionKind::Walrus {
                    name: self.name(name.id.as_str()),
                    value: self.boxed(&it.value)?,
                },
                other => return refused(other, "`:=` to what is no name"),
            },
            Expr::Call(it) => self.call(it)?,
            Expr::Tuple(it) => ExpressionKind::Tuple(self.list(&it.elts)?),
            Expr::List(it) => ExpressionKind::List(self.list(&it.elts)?),
            Expr::Subscript(it) => ExpressionKind::Item {
                value: self.boxed(&it.value)?,
                index: self.boxed(&it.slice)?,
            },
            Expr::Attribute(it) => ExpressionKind::Attribute {
                object: self.boxed(&it.value)?,
                name: self.identifier(&it.attr),
            },
            other => return refused(other, outside_of_the_subset(other)),
        })
    }

    /// A minus before a literal is part of the number.
    fn unary(&mut self, it: &ast::ExprUnaryOp) -> Result<ExpressionKind> {
        if it.op == ast::UnaryOp::USub
            && let Expr::NumberLiteral(number) = &*it.operand
            && let ast::Number::Int(int) = &number.value
            && int.as_u64() == Some(i64::MIN.unsigned_abs())
        {
            return Ok(ExpressionKind::Constant(Constant::Int(i64::MIN)));
        }
        let value = self.boxed(&it.operand)?;
        let op = match (it.op, &value.kind) {
            (ast::UnaryOp::USub, ExpressionKind::Constant(constant)) => {
                if let Some(constant) = negative(*constant) {
                    return Ok(ExpressionKind::Constant(constant));
                }
                UnaryOp::Negative
            }
            (ast::UnaryOp::USub, _) => UnaryOp::Negative,
            (ast::UnaryOp::UAdd, _) => UnaryOp::Plus,
            (ast::UnaryOp::Invert, _) => UnaryOp::Invert,
            (ast::UnaryOp::Not, _) => UnaryOp::Not,
        };
        Ok(ExpressionKind::Unary { op, value })
    }

    pub(super) fn operator(op: ast::Operator, at: &impl Ranged) -> Result<BinaryOp> {
        Ok(match op {
            ast::Operator::Add => BinaryOp::Add,
            ast::Operator::Sub => BinaryOp::Subtract,
            ast::Operator::Mult => BinaryOp::Multiply,
            ast::Operator::Div => BinaryOp::Divide,
            ast::Operator::FloorDiv => BinaryOp::FloorDivide,
            ast::Operator::Mod => BinaryOp::Modulo,
            ast::Operator::Pow => BinaryOp::Power,
            ast::Operator::LShift => BinaryOp::ShiftLeft,
            ast::Operator::RShift => BinaryOp::ShiftRight,
            ast::Operator::BitAnd => BinaryOp::And,
            ast::Operator::BitOr => BinaryOp::Or,
            ast::Operator::BitXor => BinaryOp::Xor,
            ast::Operator::MatMult => return refused(at, "a matrix product"),
        })
    }

    fn compare(&mut self, it: &ast::ExprCompare) -> Result<ExpressionKind> {
        let first = self.boxed(&it.left)?;
        let mut rest = Vec::new();
        for (op, value) in it.ops.iter().zip(&it.comparators) {
            let op = match op {
                ast::CmpOp::Eq => CompareOp::Equal,
                ast::CmpOp::NotEq => CompareOp::NotEqual,
                ast::CmpOp::Lt => CompareOp::Less,
                ast::CmpOp::LtE => CompareOp::LessEqual,
                ast::CmpOp::Gt => CompareOp::Greater,
                ast::CmpOp::GtE => CompareOp::GreaterEqual,
                ast::CmpOp::Is => CompareOp::Is,
                ast::CmpOp::IsNot => CompareOp::IsNot,
                ast::CmpOp::In => return refused(it, "`in`"),
                ast::CmpOp::NotIn => return refused(it, "`not in`"),
            };
            rest.push((op, self.expression(value)?));
        }
        Ok(ExpressionKind::Compare { first, rest })
    }

    fn call(&mut self, it: &ast::ExprCall) -> Result<ExpressionKind> {
        let function = self.boxed(&it.func)?;
        if let (ExpressionKind::Name(name), [Expr::StringLiteral(text)], []) =
            (&function.kind, &*it.arguments.args, &*it.arguments.keywords)
            && let Some(value) = float_of(text.value.to_str())
            && self.is_float(name)
        {
            let kind = ExpressionKind::Constant(Constant::Float(value.to_bits()));
            let positional = vec![Expression { kind, place: place(text.range()) }];
            return Ok(ExpressionKind::Call { function, positional, keywords: vec![] });
        }
        let positional = self.list(&it.arguments.args)?;
        let mut keywords = Vec::new();
        for keyword in &it.arguments.keywords {
            let Some(name) = &keyword.arg else {
                return refused(keyword, "`**` in a call");
            };
            // A parameter of this name would be another one.
            if self.class.is_some() && is_private(name) {
                return refused(name, format!("the private name `{name}` of an argument"));
            }
            keywords.push((self.identifier(name), self.expression(&keyword.value)?));
        }
        Ok(ExpressionKind::Call { function, positional, keywords })
    }
}

/// `float("inf")` and its like, which is what `float` gives for the number that they name, too.
fn float_of(text: &str) -> Option<f64> {
    let text = text.trim_matches([' ', '\t', '\n']).to_ascii_lowercase();
    let (sign, name) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(&text)),
    };
    match name {
        "inf" | "infinity" => Some(f64::INFINITY.copysign(sign)),
        "nan" => Some(f64::NAN.copysign(sign)),
        _ => None,
    }
}

fn number(it: &ast::ExprNumberLiteral) -> Result<Constant> {
    match &it.value {
        ast::Number::Int(int) => match int.as_i64() {
            Some(int) => Ok(Constant::Int(int)),
            None => refused(it, "an int of more than 64 bits"),
        },
        ast::Number::Float(float) => Ok(Constant::Float(float.to_bits())),
        ast::Number::Complex { .. } => refused(it, "a complex number"),
    }
}

fn negative(constant: Constant) -> Option<Constant> {
    match constant {
        Constant::Int(int) => int.checked_neg().map(Constant::Int),
        Constant::Float(bits) => Some(Constant::Float((-f64::from_bits(bits)).to_bits())),
        Constant::None | Constant::Bool(_) => None,
    }
}

/// In a user's words.
fn outside_of_the_subset(value: &Expr) -> &'static str {
    match value {
        Expr::StringLiteral(_) => "a string",
        Expr::BytesLiteral(_) => "a bytes object",
        Expr::EllipsisLiteral(_) => "`...`",
        Expr::FString(_) | Expr::TString(_) => "an f-string",
        Expr::Lambda(_) => "a lambda",
        Expr::ListComp(_) => "a list comprehension",
        Expr::SetComp(_) => "a set comprehension",
        Expr::DictComp(_) => "a dict comprehension",
        Expr::Generator(_) => "a generator expression",
        Expr::Dict(_) => "a dict",
        Expr::Set(_) => "a set",
        Expr::Await(_) => "`await`",
        Expr::Yield(_) | Expr::YieldFrom(_) => "`yield`",
        Expr::Starred(_) => "`*` before a value",
        Expr::Slice(_) => "a slice",
        _ => "an expression that is not known here",
    }
}
