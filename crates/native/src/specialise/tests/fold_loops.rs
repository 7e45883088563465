//! What stands in the loop of a fold: as much as one would write by hand.

use super::parts::compiled;
use super::state_texts::{SCORE, of_float};

/// The loop of a fold is as fast as this is short.
#[test]
fn a_float_that_stays_one_is_one_column_and_never_converted() {
    let modules = compiled(SCORE, &of_float()).unwrap();
    assert_eq!(modules.layout.shapes().len(), 1);
    assert_eq!(modules.layout.types(), [crate::ir::Type::Int, crate::ir::Type::Float]);
    let expected = "\
f0 add(tag.0: int, state.1: float, v.2: float) -> (int, float)
b0:
    self.total.3 = state.1
    .4 = 0
    .5 = 0.0
    .6 = compare_float.less .5, v.2
    %2.7 = .6
    if %2.7 b1 else b3
b1:
    %3.9 = self.total.3
    .10 = 1.5
    .12 = square_root v.2
    .13 = negate_float .12
    .14 = fused_multiply_add .13, .12, v.2
    .15 = multiply_float v.2, .12
    .16 = negate_float .15
    .17 = fused_multiply_add v.2, .12, .16
    .18 = 0.5
    .19 = multiply_float .12, .18
    .20 = fused_multiply_add .14, .19, .17
    .21 = add_float .15, .20
    .22 = subtract_float .21, .15
    .23 = subtract_float .20, .22
    .11 = .21
    .24 = absolute_float .23
    .25 = absolute_float .21
    .26 = 3.2033329522929615e-145
    .27 = 9.992007221626409e-17
    .28 = 0.9999999999999999
    .29 = multiply_float .21, .28
    .30 = exponent_part .29
    .31 = multiply_float .30, .27
    .32 = compare_float.less .24, .31
    .33 = compare_float.greater .25, .26
    .34 = and_bool .32, .33
    if .34 b2 else b4
b2:
    %4.46 = .11
    .47 = add_float %3.9, %4.46
    %3.9 = .47
    self.total.3 = %3.9
    jump b3
b3:
    .8 = 0
    return .8, self.total.3
b4:
";
    let step = modules.step.to_string();
    assert!(step.contains(expected), "{step}");
}

/// An int until the first row, then a float: the tag decides once, and each side is straight.
#[test]
fn an_int_that_becomes_a_float_has_a_side_of_its_own() {
    let text = "\
def init():
    return 0
def accumulate(state, v):
    return state + v
def merge(a, b):
    return a + b
def finalize(state):
    return state
";
    let modules = compiled(text, &of_float()).unwrap();
    let expected = "\
f0 accumulate(tag.0: int, state.1: int, state.2: float, v.3: float) -> (int, int, float)
b0:
    .4 = 1
    .5 = compare_int.less tag.0, .4
    if .5 b1 else b2
b1:
    state.6 = state.1
    .11 = int_to_float state.6
    .12 = add_float .11, v.3
    %2.9 = .12
    .13 = 1
    return .13, state.1, %2.9
b2:
    state.7 = state.2
    .8 = add_float state.7, v.3
    %2.9 = .8
    .10 = 1
    return .10, state.1, %2.9
";
    let step = modules.step.to_string();
    assert!(step.contains(expected), "{step}");
}
