//! Powers that are computed without `pow` against the C library's.

use std::sync::Arc;

use arrow::array::{AsArray, Float64Array};
use arrow::datatypes::Float64Type;
use arrowsmith_contract::{NullPolicy, Type};
use proptest::prelude::*;

use super::{answers, compiled, run};
use crate::ir::HostFunction;
use crate::machine;

const EXPONENTS: [&str; 6] = ["0.5", "1.5", "2", "2.0", "3", "4.0"];

/// A xorshift generator: millions of numbers, the same ones each time.
struct Bits(u64);

impl Bits {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Any float, subnormal ones, infinities and NaN too.
    fn float(&mut self) -> f64 {
        f64::from_bits(self.next())
    }

    /// From -100 to 300.
    fn ordinary(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64 * 400.0 - 100.0
    }

    /// Next to a number whose power is a power of two, or to the bound below which nothing is proven.
    fn at_an_edge(&mut self, exponent: f64) -> f64 {
        let range = (self.next() % 2400) as i64 - 1200;
        let power = (range as f64 / exponent).exp2();
        let off = (self.next() % 9) as i64 - 4;
        f64::from_bits(power.to_bits().saturating_add_signed(off))
    }
}

/// The first numbers for which the machine code gives other bits than libm's `pow`; NaN is NaN.
fn wrong(exponent: &str, numbers: Vec<f64>) -> Vec<(f64, f64, f64)> {
    let text = format!("def f(x):\n    return x ** {exponent}\n");
    let module = compiled(&text, &[("x", Type::FLOAT64, NullPolicy::Skip)], Type::FLOAT64);
    let pow = machine::libm(HostFunction::Pow).unwrap();
    let power: f64 = exponent.parse().unwrap();
    let answer = run(&module, &[Arc::new(Float64Array::from(numbers.clone()))]);
    let mut left = answer.left.iter().map(|left| left.row as usize).peekable();
    let values = answer.values.as_primitive::<Float64Type>().values();
    let mut wrong = Vec::new();
    for (row, (x, given)) in numbers.into_iter().zip(values).enumerate() {
        let expected = pow(&[x, power]);
        // Python raises, or gives a complex number.
        let leaves = x.is_finite() && !expected.is_finite();
        assert_eq!(left.next_if_eq(&row).is_some(), leaves, "{x:e} ** {exponent}");
        let is_same = expected.to_bits() == given.to_bits() || expected.is_nan() && given.is_nan();
        if !leaves && !is_same {
            wrong.push((x, *given, expected));
        }
    }
    wrong.truncate(3);
    wrong
}

#[test]
fn powers_have_the_bits_of_pow() {
    const COUNT: usize = 400_000;
    let mut bits = Bits(88_172_645_463_325_252);
    for exponent in EXPONENTS {
        let power = exponent.parse().unwrap();
        let numbers = [
            (0..COUNT).map(|_| bits.float()).collect(),
            (0..COUNT).map(|_| bits.ordinary()).collect(),
            (0..COUNT).map(|_| bits.at_an_edge(power)).collect(),
            vec![0.0, -0.0, 1.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 5e-324],
        ];
        for numbers in numbers {
            assert_eq!(wrong(exponent, numbers), [], "** {exponent}");
        }
    }
}

type Naive = fn(f64) -> f64;

/// What stands there without `pow` would be wrong; so the numbers above are such that show it.
#[test]
fn products_and_roots_alone_are_not_powers() {
    let pow = machine::libm(HostFunction::Pow).unwrap();
    let naive: [(f64, Naive); 5] = [
        (0.5, f64::sqrt),
        (1.5, |x| x * x.sqrt()),
        (2.0, |x| x * x),
        (3.0, |x| x * x * x),
        (4.0, |x| (x * x) * (x * x)),
    ];
    let mut bits = Bits(1);
    for (exponent, naive) in naive {
        let numbers: Vec<f64> = (0..400_000).map(|_| bits.ordinary().abs()).collect();
        let differ = numbers.iter().filter(|x| naive(**x) != pow(&[**x, exponent])).count();
        assert!(differ > 0, "{exponent}");
    }
}

#[test]
fn short_powers_of_ints_are_products_and_leave_where_these_do_not_fit() {
    let ints = [0, 1, -1, 7, -7, 55_108, -55_109, 2_097_151, 2_097_152, -2_097_152, i64::MIN];
    for exponent in [2, 3, 4] {
        let text = format!("def f(a):\n    return a ** {exponent}\n");
        let expected = ints.map(|int| int.checked_pow(exponent));
        assert_eq!(answers(&text, &ints), expected, "** {exponent}");
    }
}

proptest! {
    #[test]
    fn powers_of_any_number_have_the_bits_of_pow(x in any::<f64>(), at in 0..EXPONENTS.len()) {
        prop_assert_eq!(wrong(EXPONENTS[at], vec![x]), []);
    }
}
