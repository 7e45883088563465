//! The operations over numbers, with the types that they take and give.

use serde::{Deserialize, Serialize};

use super::Type;

/// Of one value, always defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UnaryOp {
    InvertInt,
    Not,
    NegateFloat,
    AbsoluteFloat,
    /// Of a negative number NaN.
    SquareRoot,
    Floor,
    Ceiling,
    Truncate,
    /// The power of two at or below a positive number, by its exponent bits: all others are cleared.
    ExponentPart,
    /// To nearest, ties to even.
    IntToFloat,
    /// Towards zero; what is out of range becomes the nearest bound, NaN zero.
    FloatToInt,
    BoolToInt,
    /// Neither NaN nor infinite.
    IsFinite,
    IsNan,
}

impl UnaryOp {
    /// What it takes and gives.
    pub fn types(self) -> (Type, Type) {
        match self {
            Self::InvertInt => (Type::Int, Type::Int),
            Self::Not => (Type::Bool, Type::Bool),
            Self::NegateFloat
            | Self::AbsoluteFloat
            | Self::SquareRoot
            | Self::Floor
            | Self::Ceiling
            | Self::Truncate
            | Self::ExponentPart => (Type::Float, Type::Float),
            Self::IntToFloat => (Type::Int, Type::Float),
            Self::FloatToInt => (Type::Float, Type::Int),
            Self::BoolToInt => (Type::Bool, Type::Int),
            Self::IsFinite | Self::IsNan => (Type::Float, Type::Bool),
        }
    }
}

/// Of floats, comparisons with NaN are false but for `NotEqual`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Of two values, always defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BinaryOp {
    AddWrapping,
    SubtractWrapping,
    MultiplyWrapping,
    AndInt,
    OrInt,
    XorInt,
    CompareInt(Comparison),
    AddFloat,
    SubtractFloat,
    MultiplyFloat,
    DivideFloat,
    CopySign,
    CompareFloat(Comparison),
    AndBool,
    OrBool,
    XorBool,
}

impl BinaryOp {
    /// What it takes, twice, and gives.
    pub fn types(self) -> (Type, Type) {
        match self {
            Self::AddWrapping
            | Self::SubtractWrapping
            | Self::MultiplyWrapping
            | Self::AndInt
            | Self::OrInt
            | Self::XorInt => (Type::Int, Type::Int),
            Self::CompareInt(_) => (Type::Int, Type::Bool),
            Self::AddFloat
            | Self::SubtractFloat
            | Self::MultiplyFloat
            | Self::DivideFloat
            | Self::CopySign => (Type::Float, Type::Float),
            Self::CompareFloat(_) => (Type::Float, Type::Bool),
            Self::AndBool | Self::OrBool | Self::XorBool => (Type::Bool, Type::Bool),
        }
    }
}

/// Of two ints, by Python's rules, where the result is an int of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CheckedOp {
    Add,
    Subtract,
    Multiply,
    /// Towards minus infinity; exits for a zero divisor, and for the least int by -1.
    FloorDivide,
    /// With the divisor's sign; exits for a zero divisor.
    Modulo,
    /// Exits for a negative count, and where bits get lost.
    ShiftLeft,
    /// Exits for a negative count; counts of 64 and more give 0 or -1.
    ShiftRight,
}
