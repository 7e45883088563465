//! `x ** 2` without `pow`, where that is proven to give the same float.

use crate::ir::{BinaryOp, Comparison, Op, Type, UnaryOp, Var};
use crate::specialise::walk::{Stop, Walk};

/// Below this, the error of the product may itself be rounded: 2 ** -960.
const SMALL: f64 = f64::from_bits((1023 - 960) << 52);
/// 0.45 units in the last place of a number whose exponent part is one.
const ALMOST_HALF: f64 = 0.45 * f64::EPSILON;

impl Walk<'_, '_> {
    /// With `p = x * x` rounded and `e = fma(x, x, -p)`, the square is exactly `p + e`. `pow` of the
    /// C libraries that we know is off by less than 0.55 units in the last place (glibc since 2.28,
    /// musl: their `pow` documents 0.52 and less), so where `|e|` is under 0.45 units no float but `p`
    /// is near enough. The exponent part of `p` times 2 ** -52 is its unit. Else `pow` is asked.
    pub(super) fn square(&mut self, x: Var) -> Result<Var, Stop> {
        let result = self.emit.fresh(Type::Float);
        let product = self.emit.binary(BinaryOp::MultiplyFloat, x, x);
        self.emit.copy(result, product);
        let is_proven = self.is_square(x, product);
        self.unless(is_proven, |walk| {
            let two = walk.emit.float(2.0);
            let power = walk.power_of_floats(x, two)?;
            walk.emit.push(Op::Copy { to: result, from: power });
            Ok(())
        })?;
        Ok(result)
    }

    fn is_square(&mut self, x: Var, product: Var) -> Var {
        let negated = self.emit.unary(UnaryOp::NegateFloat, product);
        let error = self.emit.fresh(Type::Float);
        self.emit.push(Op::FusedMultiplyAdd { to: error, a: x, b: x, c: negated });
        let size = self.emit.unary(UnaryOp::AbsoluteFloat, error);
        let (least, almost) = (self.emit.float(SMALL), self.emit.float(ALMOST_HALF));
        let unit = self.emit.unary(UnaryOp::ExponentPart, product);
        let bound = self.emit.binary(BinaryOp::MultiplyFloat, unit, almost);
        // Of an infinity or NaN the error is NaN, which is not less.
        let is_near = self.emit.compare_floats(Comparison::Less, size, bound);
        let is_normal = self.emit.compare_floats(Comparison::Greater, product, least);
        self.emit.binary(BinaryOp::AndBool, is_near, is_normal)
    }
}
