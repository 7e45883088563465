//! Decimals: values in both directions, digits at their limits, what is refused.

#![expect(clippy::unwrap_used, reason = "clippy sees no test in what tests share")]

mod support;

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Decimal256Array};
use arrow::datatypes::i256;
use arrowsmith_contract::{Function, Type};
use proptest::prelude::*;
use support::*;

fn same(column: &ArrayRef) -> ArrayRef {
    let ty = Type::from(column.data_type().clone());
    let same = format!("@db.scalar_fn(args=['{ty}?'], returns='{ty}')\ndef same(x): return x");
    call(&function(&same), &[Arc::clone(column)]).unwrap()
}

fn giving(expression: &str, ty: &str) -> Arc<Function> {
    function(&format!(
        "from decimal import Decimal\n@db.scalar_fn(args=[], returns='{ty}')\ndef f(): return {expression}"
    ))
}

fn decimals<const N: usize>(values: [Option<i128>; N], precision: u8, scale: i8) -> ArrayRef {
    let array = Decimal128Array::from(values.to_vec());
    Arc::new(array.with_precision_and_scale(precision, scale).unwrap())
}

const MOST: i128 = 99_999_999_999_999_999_999_999_999_999_999_999_999;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn decimals_come_back(
        values in prop::collection::vec(prop::option::of(-MOST..=MOST), 20),
        scale in -38_i8..=38,
    ) {
        let array = Decimal128Array::from(values);
        let column: ArrayRef = Arc::new(array.with_precision_and_scale(38, scale).unwrap());
        prop_assert_eq!(&same(&column), &column);
    }
}

#[test]
fn the_widest_come_back() {
    for scale in [-38, -1, 0, 1, 38] {
        let column = decimals([Some(MOST), None, Some(-MOST), Some(0), Some(1)], 38, scale);
        assert_eq!(&same(&column), &column, "{scale}");
    }
    let most = i256::from_string(&"9".repeat(76)).unwrap();
    for scale in [-76, 0, 76] {
        let array = Decimal256Array::from(vec![Some(most), None, Some(-most)]);
        let column: ArrayRef = Arc::new(array.with_precision_and_scale(76, scale).unwrap());
        assert_eq!(&same(&column), &column, "{scale}");
    }
}

#[test]
fn what_fits_is_taken() {
    for (expression, ty, wanted) in [
        ("Decimal('1.50')", "decimal(4,1)", decimals([Some(15)], 4, 1)),
        ("Decimal('1E+2')", "decimal(5,2)", decimals([Some(10_000)], 5, 2)),
        ("Decimal('12300')", "decimal(3,-2)", decimals([Some(123)], 3, -2)),
        ("Decimal('-0')", "decimal(3,1)", decimals([Some(0)], 3, 1)),
        ("7", "decimal(3,2)", decimals([Some(700)], 3, 2)),
        ("-(10**37)", "decimal(38,0)", decimals([Some(-(10_i128.pow(37)))], 38, 0)),
        ("True", "decimal(3,2)", decimals([Some(100)], 3, 2)),
        (
            "type('D', (Decimal,), {'__str__': lambda s: 'no'})('1.5')",
            "decimal(3,2)",
            decimals([Some(150)], 3, 2),
        ),
        (
            "type('I', (), {'__index__': lambda s: 7})()",
            "decimal(3,2)",
            decimals([Some(700)], 3, 2),
        ),
        ("None", "decimal(3,2)", decimals([None], 3, 2)),
    ] {
        assert_eq!(&call(&giving(expression, ty), &[]).unwrap(), &wanted, "{expression}");
    }
}

#[test]
fn what_would_lose_something_is_refused() {
    for (expression, ty, wanted) in [
        (
            "Decimal('1.005')",
            "decimal(5,2)",
            "plugin.f: row 0: result does not fit decimal(5,2): Decimal('1.005') (it has more digits behind the point than the declared scale)",
        ),
        ("Decimal('1000')", "decimal(5,2)", "(it has more digits than the declared precision)"),
        (
            "Decimal('12345')",
            "decimal(3,-2)",
            "(it has more digits behind the point than the declared scale)",
        ),
        ("Decimal('NaN')", "decimal(5,2)", "(a decimal column has no NaN and no infinity)"),
        ("Decimal('-Infinity')", "decimal(5,2)", "(a decimal column has no NaN and no infinity)"),
        (
            "1.5",
            "decimal(5,2)",
            "does not fit decimal(5,2): 1.5 (a float is no decimal; round it yourself",
        ),
        (
            "10**5000 * 0 + 10**400",
            "decimal(38,0)",
            "(it has more digits than the declared precision)",
        ),
        ("1000", "decimal(5,2)", "(it has more digits than the declared precision)"),
        ("'1.5'", "decimal(5,2)", "does not fit decimal(5,2): '1.5'"),
        ("1j", "decimal(5,2)", "does not fit decimal(5,2): 1j"),
        (
            "type('I', (), {'__index__': lambda s: 1 / 0})()",
            "decimal(3,2)",
            "raised ZeroDivisionError",
        ),
    ] {
        let message = failure(&giving(expression, ty), &[]);
        assert!(message.contains(wanted), "{expression}: {message}");
    }
}

#[test]
fn the_context_of_the_plugin_changes_nothing() {
    let text = "import decimal\n@db.scalar_fn(args=['decimal(38,10)'], returns='decimal(38,10)')\n\
        def f(x):\n    decimal.getcontext().prec = 2\n    decimal.getcontext().capitals = 0\n    return x";
    let column = decimals([Some(MOST), Some(-1), Some(1)], 38, 10);
    assert_eq!(&call(&function(text), &[Arc::clone(&column)]).unwrap(), &column);
}

#[test]
fn arrow_functions_take_and_give_them() {
    need("pyarrow");
    let text = "@db.scalar_fn(args=['decimal(10,2)'], returns='decimal(4,1)', vectorized='arrow')\ndef f(x): return x";
    let answer = call(&function(text), &[decimals([Some(150)], 10, 2)]).unwrap();
    assert_eq!(&answer, &decimals([Some(15)], 4, 1));
    assert_eq!(
        failure(&function(text), &[decimals([Some(155)], 10, 2)]),
        "plugin.f: row 0: result does not fit decimal(4,1): 1.55"
    );
}
