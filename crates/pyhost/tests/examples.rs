//! The functions of the example plugins, through the contract.

mod support;

use std::path::Path;

use arrowsmith_contract::{CallContext, Kernel};
use arrowsmith_pyhost::{Loading, load_path};
use support::*;

#[test]
fn scores() {
    start();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/02_score/score.py");
    let manifest = load_path(&file, &Loading::default()).unwrap();
    let context = CallContext::default();
    let [series, score] = manifest.functions() else { panic!("{manifest:?}") };
    let (Kernel::Window(series), Kernel::Aggregate(score)) = (&series.kernel, &score.kernel) else {
        panic!("{series} {score}")
    };
    let values = floats([Some(2.0), None, Some(1.0), Some(3.0), Some(4.0)]);
    let answer =
        series.evaluator(&context).unwrap().evaluate(&[values], 5, &[0, 4], &context).unwrap();
    let wanted = [Some(2.0), None, Some(1.0), Some(1.0 * 0.9 + 3.0), Some(4.0)];
    assert_eq!(&answer, &floats(wanted));
    let mut accumulator = score.begin(&context).unwrap().accumulator().unwrap();
    let values = floats([Some(4.0), Some(-4.0), None, Some(9.0)]);
    accumulator.update(&[0; 4], 1, &[values], &context).unwrap();
    assert_eq!(&accumulator.results(2, &context).unwrap(), &floats([Some(35.0), Some(0.0)]));
}
