//! `x ** 2` and other short powers without `pow`, where that is proven to give the same float.
//!
//! `pow` of the C libraries that we know (glibc since 2.28, musl) computes the power in more than 53
//! bits, off by less than 0.05 units in the last place, and rounds that once: its documented error is
//! 0.54 units. A power that a few operations give as `high + low`, off by less than 2 ** -95 of
//! itself, is compared with the midpoints between `high` and its neighbours: where `|low|` is under 0.45
//! units, what `pow` rounds lies between the same midpoints, and becomes `high`. At a power of two
//! the unit is that of the floats below, which is the smaller one. Elsewhere, for about one in ten
//! numbers, `pow` itself is asked.
//!
//! The parts are those of T. J. Dekker, "A floating-point technique for extending the available
//! precision" (1971): with a fused multiply-add, `fma(a, b, -p)` is exactly what `p`, the rounded
//! product of `a` and `b`, is off by; with the rounded root `s`, so is `fma(-s, s, x)` of `s * s`.

use crate::code::Constant;
use crate::ir::{BinaryOp, Comparison, Op, Type, UnaryOp, Var};
use crate::specialise::walk::{Stop, Walk};

/// Where `high` is below 2 ** -480, an error on the way may itself have been rounded.
const SMALL: f64 = f64::from_bits((1023 - 480) << 52);
/// 0.45 units in the last place of a number whose exponent part is one.
const ALMOST_HALF: f64 = 0.45 * f64::EPSILON;
/// The largest float below one. A product with it is a little smaller, so that the exponent part of
/// a power of two is that of the floats below, whose units are half as large.
const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;

/// An exponent that stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exponent {
    Half,
    OneAndAHalf,
    Two,
    Three,
    Four,
}

impl Exponent {
    /// One of those that need few operations.
    pub(super) fn of(constant: Constant) -> Option<Self> {
        let known = [Self::Half, Self::OneAndAHalf, Self::Two, Self::Three, Self::Four];
        let wanted = match constant {
            Constant::Int(value) => value as f64,
            Constant::Float(bits) => f64::from_bits(bits),
            Constant::None | Constant::Bool(_) => return None,
        };
        known.into_iter().find(|exponent| exponent.number() == wanted)
    }

    fn number(self) -> f64 {
        match self {
            Self::Half => 0.5,
            Self::OneAndAHalf => 1.5,
            Self::Two => 2.0,
            Self::Three => 3.0,
            Self::Four => 4.0,
        }
    }
}

/// A power as the sum of a float and a much smaller one.
#[derive(Clone, Copy)]
struct Sum {
    high: Var,
    low: Var,
}

impl Walk<'_, '_> {
    pub(super) fn near_power(&mut self, x: Var, exponent: Exponent) -> Result<Var, Stop> {
        let result = self.emit.fresh(Type::Float);
        let power = match exponent {
            Exponent::Half => self.root(x),
            Exponent::OneAndAHalf => self.times_root(x),
            Exponent::Two => self.product(x, x),
            Exponent::Three => self.cube(x),
            Exponent::Four => self.fourth(x),
        };
        self.emit.copy(result, power.high);
        let is_proven = self.is_nearest(power);
        self.unless(is_proven, |walk| {
            let exponent = walk.emit.float(exponent.number());
            let power = walk.power_of_floats(x, exponent)?;
            walk.emit.push(Op::Copy { to: result, from: power });
            Ok(())
        })?;
        Ok(result)
    }

    /// Of infinities and NaN, and of roots of negative numbers, `low` is NaN, which is not less.
    fn is_nearest(&mut self, Sum { high, low }: Sum) -> Var {
        let (off, size) = (self.absolute(low), self.absolute(high));
        let (least, almost) = (self.emit.float(SMALL), self.emit.float(ALMOST_HALF));
        let below_one = self.emit.float(BELOW_ONE);
        let below = self.times(high, below_one);
        let unit = self.emit.unary(UnaryOp::ExponentPart, below);
        let bound = self.times(unit, almost);
        let is_near = self.emit.compare_floats(Comparison::Less, off, bound);
        let is_normal = self.emit.compare_floats(Comparison::Greater, size, least);
        self.emit.binary(BinaryOp::AndBool, is_near, is_normal)
    }

    /// Exactly `a * b`.
    fn product(&mut self, a: Var, b: Var) -> Sum {
        let high = self.times(a, b);
        let negated = self.emit.unary(UnaryOp::NegateFloat, high);
        Sum { high, low: self.fused(a, b, negated) }
    }

    /// `x ** 3` is `(p + e) * x`, `p + e` the square.
    fn cube(&mut self, x: Var) -> Sum {
        let square = self.product(x, x);
        let Sum { high, low } = self.product(square.high, x);
        let low = self.fused(square.low, x, low);
        self.normal(Sum { high, low })
    }

    /// `x ** 4` is `(p + e) ** 2`, of which `e * e` is too small to be seen.
    fn fourth(&mut self, x: Var) -> Sum {
        let square = self.product(x, x);
        let Sum { high, low } = self.product(square.high, square.high);
        let twice = self.emit.binary(BinaryOp::AddFloat, square.low, square.low);
        let low = self.fused(twice, square.high, low);
        self.normal(Sum { high, low })
    }

    /// With the rounded root `s` and `e = x - s * s`, which is a float, the root is
    /// `s + e / (2 * s)`, but for what is too small to be seen.
    fn root(&mut self, x: Var) -> Sum {
        let (high, error) = self.root_and_error(x);
        let half = self.emit.float(0.5);
        let part = self.times(error, half);
        Sum { high, low: self.emit.binary(BinaryOp::DivideFloat, part, high) }
    }

    /// `x * (s + e / (2 * s))`, where `x / s` is `s` but for what is too small to be seen.
    fn times_root(&mut self, x: Var) -> Sum {
        let (root, error) = self.root_and_error(x);
        let Sum { high, low } = self.product(x, root);
        let half = self.emit.float(0.5);
        let part = self.times(root, half);
        let low = self.fused(error, part, low);
        self.normal(Sum { high, low })
    }

    fn root_and_error(&mut self, x: Var) -> (Var, Var) {
        let root = self.emit.unary(UnaryOp::SquareRoot, x);
        let negated = self.emit.unary(UnaryOp::NegateFloat, root);
        (root, self.fused(negated, root, x))
    }

    /// The same sum with the float that is nearest to it in front. It is exact, because `high` is the
    /// larger one.
    fn normal(&mut self, Sum { high, low }: Sum) -> Sum {
        let nearest = self.emit.binary(BinaryOp::AddFloat, high, low);
        let moved = self.emit.binary(BinaryOp::SubtractFloat, nearest, high);
        Sum { high: nearest, low: self.emit.binary(BinaryOp::SubtractFloat, low, moved) }
    }

    fn times(&mut self, a: Var, b: Var) -> Var {
        self.emit.binary(BinaryOp::MultiplyFloat, a, b)
    }

    fn fused(&mut self, a: Var, b: Var, c: Var) -> Var {
        let to = self.emit.fresh(Type::Float);
        self.emit.push(Op::FusedMultiplyAdd { to, a, b, c });
        to
    }

    fn absolute(&mut self, value: Var) -> Var {
        self.emit.unary(UnaryOp::AbsoluteFloat, value)
    }
}
