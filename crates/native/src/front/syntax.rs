//! The subset of Python as a tree of our own: what ruff parsed, without what can't be compiled.

use std::sync::Arc;

use crate::Place;
use crate::code::{BinaryOp, CompareOp, Constant, UnaryOp};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Function {
    pub(crate) name: Arc<str>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Vec<Statement>,
    /// Of the name.
    pub(crate) place: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: Arc<str>,
    pub(crate) kind: ParameterKind,
    pub(crate) default: Option<Constant>,
    pub(crate) place: Place,
}

/// How a call may give a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParameterKind {
    PositionalOnly,
    Any,
    KeywordOnly,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    pub(crate) kind: StatementKind,
    pub(crate) place: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StatementKind {
    Expression(Expression),
    Assign {
        targets: Vec<Target>,
        value: Expression,
    },
    /// `x: int`, which only makes the name local.
    Declare(Arc<str>),
    Augment {
        target: Target,
        op: BinaryOp,
        value: Expression,
    },
    /// `x.append(v)`
    Append {
        list: Expression,
        value: Expression,
    },
    Delete(Vec<Arc<str>>),
    Return(Option<Expression>),
    If {
        test: Expression,
        yes: Vec<Statement>,
        no: Vec<Statement>,
    },
    While {
        test: Expression,
        body: Vec<Statement>,
        or_else: Vec<Statement>,
    },
    For {
        target: Target,
        iterable: Expression,
        body: Vec<Statement>,
        or_else: Vec<Statement>,
    },
    Break,
    Continue,
    Assert {
        test: Expression,
        message: Message,
    },
    /// Without an exception `raise` alone.
    Raise {
        exception: Option<Raised>,
        cause: Option<Raised>,
    },
    Try {
        body: Vec<Statement>,
        handlers: Vec<Handler>,
        or_else: Vec<Statement>,
        finally: Vec<Statement>,
    },
}

/// What an assignment sets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    Name(Arc<str>, Place),
    Attribute { object: Expression, name: Arc<str>, place: Place },
    Tuple(Vec<Target>, Place),
}

impl Target {
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Name(_, place) | Self::Attribute { place, .. } | Self::Tuple(_, place) => *place,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Handler {
    /// `except:` has none; what is no name is `None` in the list.
    pub(crate) classes: Option<Vec<Option<Arc<str>>>>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) body: Vec<Statement>,
    pub(crate) place: Place,
}

/// What stands after `raise` or `from`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Raised {
    /// `from None`
    None,
    Name(Arc<str>),
    /// `ValueError(..)`
    Call(Arc<str>, Message),
    Unknown,
}

/// Values that only an exception's reader sees. What matters is what computing them may raise.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Message {
    /// Nothing but the values of these is needed, one after the other.
    Of(Vec<Expression>),
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expression {
    pub(crate) kind: ExpressionKind,
    pub(crate) place: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ExpressionKind {
    Constant(Constant),
    Name(Arc<str>),
    Unary {
        op: UnaryOp,
        value: Box<Expression>,
    },
    Binary {
        op: BinaryOp,
        left: Box<Expression>,
        right: Box<Expression>,
    },
    Compare {
        first: Box<Expression>,
        rest: Vec<(CompareOp, Expression)>,
    },
    Logic {
        op: LogicOp,
        values: Vec<Expression>,
    },
    /// `yes if test else no`
    Choice {
        test: Box<Expression>,
        yes: Box<Expression>,
        no: Box<Expression>,
    },
    /// `(name := value)`
    Walrus {
        name: Arc<str>,
        value: Box<Expression>,
    },
    Call {
        function: Box<Expression>,
        positional: Vec<Expression>,
        keywords: Vec<(Arc<str>, Expression)>,
    },
    Tuple(Vec<Expression>),
    List(Vec<Expression>),
    Item {
        value: Box<Expression>,
        index: Box<Expression>,
    },
    Attribute {
        object: Box<Expression>,
        name: Arc<str>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogicOp {
    And,
    Or,
}

impl Expression {
    /// Whether nothing but reading a name can happen.
    pub(crate) fn is_leaf(&self) -> bool {
        matches!(self.kind, ExpressionKind::Constant(_) | ExpressionKind::Name(_))
    }

    /// The parts, in order of evaluation.
    pub(crate) fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExpressionKind::Constant(_) | ExpressionKind::Name(_) => vec![],
            ExpressionKind::Unary { value, .. } | ExpressionKind::Walrus { value, .. } => {
                vec![value]
            }
            ExpressionKind::Attribute { object, .. } => vec![object],
            ExpressionKind::Binary { left, right, .. } => vec![left, right],
            ExpressionKind::Item { value, index } => vec![value, index],
            ExpressionKind::Choice { test, yes, no } => vec![test, yes, no],
            ExpressionKind::Compare { first, rest } => {
                std::iter::once(&**first).chain(rest.iter().map(|(_, value)| value)).collect()
            }
            ExpressionKind::Logic { values, .. }
            | ExpressionKind::Tuple(values)
            | ExpressionKind::List(values) => values.iter().collect(),
            ExpressionKind::Call { function, positional, keywords } => {
                let keywords = keywords.iter().map(|(_, value)| value);
                std::iter::once(&**function).chain(positional).chain(keywords).collect()
            }
        }
    }

    /// Whether a walrus in it sets the name.
    pub(crate) fn sets(&self, name: &str) -> bool {
        matches!(&self.kind, ExpressionKind::Walrus { name: set, .. } if **set == *name)
            || self.children().into_iter().any(|child| child.sets(name))
    }
}
