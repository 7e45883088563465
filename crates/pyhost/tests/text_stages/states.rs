//! Stages that are classes: an object for each text, and what it says at the end.

use arrow::array::StringArray;
use arrowsmith_contract::{CallContext, TextKernel};
use pyo3::prelude::*;

use crate::support::*;
use crate::{stage, stages, texts};

const NUMBER: &str = "unit = 'line'\nclass process:\n    def __init__(self): self.count = 0\n    \
    def __call__(self, line):\n        self.count += 1\n        return f'{self.count}{line}'\n";

/// All that becomes of a text that comes in batches.
fn whole(kernel: &dyn TextKernel, batches: &[&[&str]]) -> Vec<String> {
    let context = CallContext::default();
    let mut run = kernel.begin(&context).unwrap();
    let mut all = Vec::new();
    for batch in batches {
        let applied = run.apply(&StringArray::from(batch.to_vec()), &context).unwrap();
        assert!(applied.failures.is_empty(), "{:?}", applied.failures);
        all.extend(texts(&applied.units).into_iter().map(str::to_owned));
    }
    all.extend(texts(&run.finish(&context).unwrap()).into_iter().map(str::to_owned));
    all
}

#[test]
fn each_text_has_an_object_of_its_own() {
    let kernel = stage(NUMBER);
    assert!(kernel.keeps_state());
    assert_eq!(whole(kernel.as_ref(), &[&["a", "b"], &[], &["c"]]), ["1a", "2b", "3c"]);
    let context = CallContext::default();
    let (mut one, mut other) = (kernel.begin(&context).unwrap(), kernel.begin(&context).unwrap());
    let unit = StringArray::from(vec!["x"]);
    for count in 1..4 {
        for run in [&mut one, &mut other] {
            assert_eq!(texts(&run.apply(&unit, &context).unwrap().units), [format!("{count}x")]);
        }
    }
}

#[test]
fn a_stage_that_stands_in_the_order_twice_has_two_objects() {
    let folder = crate::Folder::new(&[("n.py", NUMBER)]);
    let stages = crate::ordered(&folder, &["n", "n"]).unwrap();
    assert_eq!(whole(stages.kernels()[0].as_ref(), &[&["a", "b"]]), ["11a", "22b"]);
}

#[test]
fn what_is_said_at_the_end_goes_through_the_stages_behind() {
    let class = |finish: &str| {
        format!(
            "class process:\n    def __init__(self): self.seen = []\n    def __call__(self, text):\n        \
             self.seen.append(text)\n        return text\n    def finish(self):\n        {finish}\n"
        )
    };
    for (finish, wanted) in [
        ("return '+'.join(self.seen)", vec!["[a]", "[b]", "[a+b]", "3"]),
        (
            "yield 'end'\n        yield from self.seen",
            vec!["[a]", "[b]", "[end]", "[a]", "[b]", "5"],
        ),
        ("return ['x', 'y']", vec!["[a]", "[b]", "[x]", "[y]", "4"]),
        ("return None", vec!["[a]", "[b]", "2"]),
        ("pass", vec!["[a]", "[b]", "2"]),
    ] {
        let stages = stages(&[
            ("1.py", &class(finish)),
            ("2.py", "def process(text): return f'[{text}]'"),
            ("3.py", &class("return str(len(self.seen))")),
        ]);
        assert_eq!(whole(stages.kernels()[0].as_ref(), &[&["a"], &["b"]]), wanted, "{finish}");
    }
}

#[test]
fn the_end_of_a_generator_stage() {
    let stages = stages(&[
        (
            "1.py",
            "class process:\n    def __call__(self, text):\n        yield text\n    def finish(self):\n        yield 'a b'",
        ),
        ("2.py", "def process(text):\n    yield from text.split()"),
    ]);
    assert_eq!(whole(stages.kernels()[0].as_ref(), &[&["x y"]]), ["x", "y", "a", "b"]);
    assert!(whole(stage("def process(text): return text").as_ref(), &[]).is_empty());
}

#[test]
fn errors_of_set_up_and_end() {
    let context = CallContext::default();
    let kernel = stage(
        "class process:\n    def __init__(self): raise LookupError('no model')\n    def __call__(self, text): ...",
    );
    let Err(error) = kernel.begin(&context) else { panic!("it began") };
    assert_eq!(error.to_string(), "stage a raised LookupError: no model");
    assert!(notes_of(&error)[0].ends_with("a.py), in its set-up"), "{:?}", notes_of(&error));
    for (finish, wanted) in [
        ("raise LookupError('late')", "stage a raised LookupError: late"),
        (
            "return 5",
            "stage a: its result at the end of the text does not fit string: 5 (a generator yields strings)",
        ),
        (
            "yield 'x'\n        yield b''",
            "stage a: its result at the end of the text does not fit string: b'' (a generator yields strings)",
        ),
    ] {
        let text = format!(
            "class process:\n    def __call__(self, text): return text\n    def finish(self):\n        {finish}"
        );
        let error = stage(&text).begin(&context).unwrap().finish(&context).unwrap_err();
        assert_eq!(error.to_string(), wanted);
        if wanted.contains("late") {
            assert!(notes_of(&error)[0].ends_with("a.py), at the end of the text"));
        }
    }
}

#[test]
fn objects_go_with_their_run() {
    let kernel = stage(
        "import builtins\nbuiltins.gone = 0\nclass process:\n    def __call__(self, text): return text\n    \
         def __del__(self): builtins.gone += 1",
    );
    let gone = || -> usize { attached(|py| py.import("builtins")?.getattr("gone")?.extract()) };
    let run = kernel.begin(&CallContext::default()).unwrap();
    assert_eq!(gone(), 0);
    drop(run);
    assert_eq!(gone(), 1);
}
