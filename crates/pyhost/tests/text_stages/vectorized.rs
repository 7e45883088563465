//! Stages that are called with arrays.

use arrow::array::{Array, StringArray};
use arrowsmith_contract::CallContext;

use crate::support::*;
use crate::{apply, apply_with, origins, shown, stage, stages, texts};

#[test]
fn arrays_in_and_out() {
    need("pyarrow");
    let kernel = stage(
        "import pyarrow as pa, pyarrow.compute as pc\nunit = 'line'\nvectorized = True\n\
         def process(lines):\n    assert isinstance(lines, pa.Array) and lines.type == pa.string()\n    return pc.utf8_upper(lines)\n",
    );
    let applied = apply(kernel.as_ref(), &["a", "é", "", "🦀"]);
    assert_eq!((texts(&applied.units), origins(&applied)), (vec!["A", "É", "", "🦀"], None));
    assert!(apply(kernel.as_ref(), &[]).units.is_empty());
}

#[test]
fn null_leaves_a_unit_out() {
    need("pyarrow");
    for returned in [
        "pa.array(values)",
        "values",
        "pa.array(values, pa.large_string())",
        "pa.chunked_array([values])",
    ] {
        let kernel = stage(&format!(
            "import pyarrow as pa\nvectorized = 'arrow'\ndef process(texts):\n    \
             values = [None if t == 'b' else t * 2 for t in texts.to_pylist()]\n    return {returned}\n"
        ));
        let applied = apply(kernel.as_ref(), &["a", "b", "c"]);
        assert_eq!(
            (texts(&applied.units), origins(&applied)),
            (vec!["aa", "cc"], Some(vec![0, 2]))
        );
    }
}

#[test]
fn a_call_that_fails_is_the_failure_of_all_its_units() {
    need("pyarrow");
    for (body, wanted) in [
        ("raise ValueError('x')", "stage a raised ValueError: x"),
        (
            "return texts[:1]",
            "stage a: result does not fit string: an array of 1 values (a batch of 2 rows needs as many values)",
        ),
        ("return [1, 2]", "stage a: row 5: result does not fit string: 1"),
        ("return 'x'", "stage a: result does not fit string: 'x' (it gave one value for 2 rows)"),
    ] {
        let kernel = stage(&format!("vectorized = True\ndef process(texts):\n    {body}"));
        let applied = apply_with(kernel.as_ref(), &["p", "q"], &starting_at(5));
        assert_eq!((texts(&applied.units), origins(&applied)), (vec![], Some(vec![])));
        let units: Vec<usize> = applied.failures.iter().map(|failure| failure.unit).collect();
        assert_eq!(units, [0, 1]);
        assert_eq!(applied.failures[1].error.to_string(), wanted);
        if body.starts_with("raise") {
            let notes = notes_of(&applied.failures[0].error);
            assert!(notes[0].ends_with("a.py), a batch of 2 units from unit 5 on"), "{notes:?}");
        }
    }
}

#[test]
fn a_vectorized_stage_is_a_kernel_by_itself_and_may_keep_state() {
    need("pyarrow");
    let row = "def process(text): return text + '!'";
    let stages = stages(&[
        ("1.py", row),
        (
            "2.py",
            "vectorized = True\nclass process:\n    def __init__(self): self.seen = 0\n    \
            def __call__(self, texts):\n        self.seen += len(texts)\n        return texts\n    \
            def finish(self): return str(self.seen)\n",
        ),
        ("3.py", row),
        ("4.py", row),
    ]);
    let names: Vec<Vec<String>> =
        stages.kernels().iter().map(|kernel| shown(&kernel.names())).collect();
    assert_eq!(names, [vec!["1"], vec!["2"], vec!["3", "4"]]);
    let context = CallContext::default();
    assert!(stages.kernels()[1].keeps_state());
    let mut run = stages.kernels()[1].begin(&context).unwrap();
    for _ in 0..2 {
        run.apply(&StringArray::from(vec!["a", "b"]), &context).unwrap();
    }
    assert_eq!(texts(&run.finish(&context).unwrap()), ["4"]);
}
