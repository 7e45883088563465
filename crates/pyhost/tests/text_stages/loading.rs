//! Which files of a folder are stages, their order, and what is refused.

use std::path::Path;

use arrowsmith_contract::Error;
use arrowsmith_pyhost::{load_stages, to_pyerr};
use pyo3::prelude::*;

use crate::support::*;
use crate::{Folder, names, ordered, refused, shown, stages, through};

const SAME: &str = "def process(text):\n    return text\n";

fn examples() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/03_text/stages"))
}

#[test]
fn the_examples() {
    start();
    let order = ["reverse", "capitalize"].map(str::to_owned);
    let text = "\nhello world\nthis is a test\nof our processor\n";
    let reversed_first = load_stages(examples(), Some(&order)).unwrap();
    assert_eq!(reversed_first.kernels().len(), 1);
    assert_eq!(through(&reversed_first, text), "\nDlrow olleh\nTset a si siht\nRossecorp ruo fo");
    let by_name = load_stages(examples(), None).unwrap();
    assert_eq!(names(&by_name), ["capitalize", "reverse"]);
    assert_eq!(through(&by_name, text), "\ndlrow olleH\ntset a si sihT\nrossecorp ruo fO");
}

#[test]
fn names_decide_the_order_and_numbers_before_them() {
    let files = ["b.py", "10_reverse.py", "2_trim.py", "a.py", "with-dash.py", "a.b.py", "a b.py"];
    let stages = stages(&files.map(|file| (file, SAME)));
    assert_eq!(names(&stages), ["2_trim", "10_reverse", "a", "a b", "a.b", "b", "with-dash"]);
    assert_eq!(through(&stages, "x"), "x");
}

#[test]
fn an_order_that_is_given() {
    let folder = Folder::new(&[
        ("10_reverse.py", "def process(text): return text[::-1]"),
        ("20_tail.py", "def process(text): return text[1:]"),
        ("broken.py", "1 / 0"),
    ]);
    let stages = ordered(&folder, &["tail", "reverse"]).unwrap();
    assert_eq!(names(&stages), ["20_tail", "10_reverse"]);
    assert_eq!(shown(stages.left_out()), ["broken"]);
    assert_eq!(through(&stages, "abc"), "cb");
    let twice = ordered(&folder, &["20_tail", "10_reverse", "20_tail"]).unwrap();
    assert_eq!(names(&twice), ["20_tail", "10_reverse", "20_tail"]);
    assert_eq!(through(&twice, "abc"), "b");
    for (order, wanted) in [
        (&["revers"][..], "there is no stage \"revers\"; did you mean reverse, 10_reverse?"),
        (&["zzz"], "there is no stage \"zzz\"; there are 10_reverse, 20_tail, broken"),
        (&[], "the order names no stage"),
    ] {
        let message = ordered(&folder, order).unwrap_err().to_string();
        assert!(message.ends_with(wanted), "{message}");
    }
    folder.write("30_tail.py", SAME);
    let message = ordered(&folder, &["tail"]).unwrap_err().to_string();
    assert!(message.ends_with("the stage \"tail\" could be 20_tail, 30_tail"), "{message}");
    folder.write("tail.py", SAME);
    assert_eq!(names(&ordered(&folder, &["tail"]).unwrap()), ["tail"]);
}

#[test]
fn files_without_process_are_told() {
    let files = [
        ("__init__.py", "VALUE = 1"),
        (".hidden.py", "1 / 0"),
        ("cleaning.py", "def trim(text): return text.strip()"),
        ("notes.txt", ""),
        ("z.py", SAME),
    ];
    let stages = stages(&files);
    assert_eq!(names(&stages), ["z"]);
    assert_eq!(shown(stages.without_process()), ["cleaning"]);
    assert!(stages.left_out().is_empty());
    let folder = Folder::new(&files);
    let message = ordered(&folder, &["z", "cleaning"]).unwrap_err().to_string();
    assert!(message.ends_with("cleaning.py has no process(text), so it is no stage"), "{message}");
}

#[test]
fn folders_without_stages() {
    start();
    let folder = Folder::new(&[("a.py", SAME)]);
    for (path, wanted) in [
        ("none", "none: there is no such folder"),
        ("a.py", "a.py: this is a file; text stages are the .py files of a folder"),
    ] {
        let message = load_stages(&folder.path().join(path), None).unwrap_err().to_string();
        assert!(message.ends_with(wanted), "{message}");
    }
    assert_eq!(
        refused(&[]),
        "stages: the folder is empty; text stages are .py files with a function process"
    );
    assert_eq!(
        refused(&[("a.txt", ""), ("b/c.py", SAME)]),
        "stages: the folder has no .py file, only a.txt, b; text stages are .py files with a function process"
    );
    assert_eq!(
        refused(&[("a.py", ""), ("b.py", "")]),
        "stages: none of these has a process(text), so they are no stages: a, b"
    );
}

#[test]
fn what_raises_or_does_not_parse_has_its_place() {
    for (text, wanted) in [
        ("\n1 / 0", "stages/a.py:2: loading it raised: ZeroDivisionError: division by zero"),
        ("\nimport sys; sys.exit(3)", "stages/a.py:2: loading it raised: SystemExit: 3"),
        ("x = (\n", "stages/a.py:1: SyntaxError: '(' was never closed"),
        (
            "import none_such",
            "stages/a.py:1: an import failed: ModuleNotFoundError: No module named 'none_such'",
        ),
        ("\nfrom helper import broken", "stages/helper.py:3: an import failed: "),
    ] {
        let files = [("a.py", text), ("helper.py", "\n\nimport none_such\n")];
        let message = refused(&files);
        assert!(message.starts_with(wanted), "{message}\nwanted {wanted}");
    }
}

#[test]
fn the_stages_own_exception_is_the_cause() {
    start();
    let folder = Folder::new(&[("odd.py", "\nclass Odd(Exception): ...\nraise Odd('here')")]);
    let error = load_stages(folder.path(), None).unwrap_err();
    assert!(matches!(error, Error::Load(_)));
    attached(|py| {
        let raised = to_pyerr(py, &error);
        let cause = raised.cause(py).unwrap();
        assert_eq!(cause.to_string(), "Odd: here");
        let traceback = cause.traceback(py).unwrap().format()?;
        assert!(traceback.contains("odd.py\", line 3"), "{traceback}");
        assert!(!traceback.contains("<arrowsmith>"), "{traceback}");
        Ok(())
    });
}

/// What loading may leave behind: modules, texts of tracebacks, the search path, finders, handlers.
fn state(py: Python<'_>) -> PyResult<(Vec<String>, usize, Vec<String>, String)> {
    let sys = py.import("sys")?;
    let cached = py.import("linecache")?.getattr("cache")?.len()?;
    let handler = py.import("signal")?.call_method1("getsignal", (15,))?.to_string();
    Ok((module_names(py)?, cached, sys.getattr("path")?.extract()?, handler))
}

#[test]
fn a_failed_load_leaves_nothing_behind() {
    drop(stages(&[("a.py", SAME)]));
    let before = attached(state);
    let helper = ("helper.py", "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)");
    for text in ["import helper\n1 / 0", "import helper\nprocess = 5", "import helper", "def"] {
        refused(&[("a.py", text), helper]);
        assert_eq!(attached(state), before, "{text}");
    }
}

#[test]
fn modules_go_with_the_last_kernel() {
    drop(stages(&[("a.py", SAME)]));
    let before = attached(state);
    let loaded = stages(&[
        ("a.py", "import helper\ndef process(text): return helper.f(text)"),
        ("helper.py", "def f(x): return x"),
    ]);
    let kernel = loaded.kernels()[0].clone();
    let run = kernel.begin(&arrowsmith_contract::CallContext::default()).unwrap();
    drop(loaded);
    drop(kernel);
    let during = attached(state);
    assert_eq!((during.0.len(), during.1), (before.0.len() + 3, before.1 + 2));
    assert!(during.0[before.0.len()..].iter().all(|name| name.starts_with("_arrowsmith_plugin_")));
    drop(run);
    assert_eq!(attached(state), before);
}

#[test]
fn inspect_and_tracebacks_know_the_text() {
    let text = "import inspect\ndef process(text):\n    return inspect.getsource(process)\n";
    let folder = Folder::new(&[("a.py", text)]);
    start();
    let stages = load_stages(folder.path(), None).unwrap();
    folder.write("a.py", "changed = 1\n");
    assert_eq!(
        through(&stages, "x"),
        "def process(text):\n    return inspect.getsource(process)\n"
    );
}

#[test]
fn a_stage_has_no_db_and_another_digest_when_it_changes() {
    start();
    let folder = Folder::new(&[("a.py", "def process(text): return str('db' in globals())")]);
    let first = load_stages(folder.path(), None).unwrap();
    assert_eq!(through(&first, ""), "False");
    let again = load_stages(folder.path(), None).unwrap();
    assert_eq!(first.digest(), again.digest());
    folder.write("a.py", SAME);
    assert_ne!(load_stages(folder.path(), None).unwrap().digest(), first.digest());
}
