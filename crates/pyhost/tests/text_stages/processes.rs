//! What `process` may be, units, and what a module may say besides.

use arrow::array::Array;
use arrowsmith_contract::TextUnit;

use crate::{Folder, apply, ordered, origins, refused, stage, stages, texts, through};

#[test]
fn whatever_takes_one_string_and_returns_one() {
    for text in [
        "def process(text): return text.upper()",
        "def process(text, times=1, *rest, **more): return text.upper() * times",
        "process = str.upper",
        "process = lambda text, /: text.upper()",
        "import functools\nprocess = functools.partial(lambda how, text: how(text), str.upper)",
        "class C:\n    def __call__(self, text): return text.upper()\nprocess = C()",
        "class C:\n    def up(self, text): return text.upper()\nprocess = C().up",
        "class process:\n    def __call__(self, text): return text.upper()",
        "class process:\n    @staticmethod\n    def __call__(text): return text.upper()",
        "class Base:\n    def __call__(self, text): return text.upper()\nclass process(Base):\n    def __init__(self, x=1): pass",
        "class S(str): pass\ndef process(text): return S(text.upper())",
        "if True:\n    def process(text): return text.upper()",
    ] {
        let kernel = stage(text);
        let applied = apply(kernel.as_ref(), &["a", "", "straße", "🦀x"]);
        assert_eq!(texts(&applied.units), ["A", "", "STRASSE", "🦀X"], "{text}");
        assert!(applied.failures.is_empty() && applied.origins.is_none(), "{text}");
    }
}

#[test]
fn what_can_not_be_called_with_one_string_is_refused_with_its_line() {
    let can_not = "process of the stage a can't be called with one string";
    for (text, wanted) in [
        ("\ndef process(): ...", format!("stages/a.py:2: {can_not}: (): too many positional arguments")),
        ("def process(a, b): ...", format!("stages/a.py:1: {can_not}: (a, b): missing a required argument: 'b'")),
        ("def process(*, text): ...", format!("stages/a.py:1: {can_not}: (*, text): too many")),
        ("def process(text, *, flag): ...", format!("stages/a.py:1: {can_not}: (text, *, flag): missing")),
        ("x = 1\nprocess = lambda: 1", format!("stages/a.py:2: {can_not}: ()")),
        ("\n\nprocess = 'text'", "stages/a.py:3: process of the stage a is 'text'; it must be a function".into()),
        ("process = None", "stages/a.py:1: process of the stage a is None; it must be".into()),
        ("\nasync def process(text): ...", "stages/a.py:2: process of the stage a is async; a stage gives its answer at once".into()),
        ("async def process(text): yield text", "stages/a.py:1: process of the stage a is async".into()),
        ("class process:\n    async def __call__(self, text): ...", "stages/a.py:1: process of the stage a is async".into()),
        ("class C:\n    async def __call__(self, text): ...\nprocess = C()", "stages/a.py:3: process of the stage a is async".into()),
        ("class process: ...", "stages/a.py:1: process of the stage a is a class whose objects can't be called; give it __call__(self, text)".into()),
        ("class process:\n    def __call__(self): ...", format!("stages/a.py:1: {can_not}: (self)")),
        ("class process:\n    def __init__(self, path): ...\n    def __call__(self, text): ...", "stages/a.py:1: process of the stage a can't be made without arguments, once for each text: (path)".into()),
        ("class process:\n    def __call__(self, text): ...\n    def finish(self, x): ...", "stages/a.py:1: finish of process of the stage a can't be called without arguments: (self, x)".into()),
        ("from other import process", "stages/a.py:1: process of the stage a is 5".into()),
    ] {
        let message = refused(&[("a.py", text), ("other.py", "def f(): ...\nprocess = 5")]);
        assert!(message.starts_with(&wanted), "{text}\n{message}\nwanted {wanted}");
    }
}

#[test]
fn attributes_that_make_no_sense_are_refused_with_their_line() {
    const UNITS: &str = "it is one of 'text', 'line', 'paragraph', 'regex:<pattern>'";
    for (line, wanted) in [
        ("unit = 'lines'", format!("unit of the stage a is 'lines'; {UNITS}")),
        ("unit = 'regex:'", format!("unit of the stage a is 'regex:'; {UNITS}")),
        ("unit = 5", format!("unit of the stage a is 5; {UNITS}")),
        ("unit = None", format!("unit of the stage a is None; {UNITS}")),
        ("vectorized = 'numpy'", "vectorized of the stage a is 'numpy'; it is one of False, True, 'arrow'".into()),
        ("vectorized = []", "vectorized of the stage a is []; it is one of".into()),
        ("timeout = -1", "timeout of the stage a is -1, which is no time limit; it is a number of seconds above 0, or None".into()),
        ("timeout = 'x'", "timeout of the stage a is 'x', which is no time limit".into()),
        ("vectorized = True\ndef process(texts): yield 1", "process of the stage a is a generator; a vectorized stage returns one array".into()),
    ] {
        let message = refused(&[("a.py", &format!("def process(text): ...\n{line}"))]);
        let place = if line.contains("yield") { 3 } else { 2 };
        let wanted = format!("stages/a.py:{place}: {wanted}");
        assert!(message.starts_with(&wanted), "{message}\nwanted {wanted}");
    }
}

#[test]
fn units_and_what_is_fused() {
    let line = "unit = 'line'\ndef process(text): return text";
    let stages = stages(&[
        ("1.py", "def process(text): return text"),
        ("2.py", "unit = 'text'\ndef process(text): return text"),
        ("3.py", line),
        ("4.py", line),
        ("5.py", "unit = 'line'\ntimeout = 5\ndef process(text): return text"),
        ("6.py", "unit = 'paragraph'\ndef process(text): return text"),
        ("7.py", "unit = 'regex:\\n--+\\n'\ndef process(text): return text"),
        ("8.py", "unit = 'regex:x'\ndef process(text): return text"),
    ]);
    let found: Vec<(Vec<String>, TextUnit)> = stages
        .kernels()
        .iter()
        .map(|kernel| (crate::shown(&kernel.names()), kernel.unit().clone()))
        .collect();
    let wanted = [
        (vec!["1", "2"], TextUnit::Whole),
        (vec!["3", "4"], TextUnit::Line),
        (vec!["5"], TextUnit::Line),
        (vec!["6"], TextUnit::Paragraph),
        (vec!["7"], TextUnit::Record("\n--+\n".into())),
        (vec!["8"], TextUnit::Record("x".into())),
    ];
    let wanted = wanted.map(|(names, unit)| (names.into_iter().map(str::to_owned).collect(), unit));
    assert_eq!(found, wanted);
    assert_eq!(format!("{:?}", stages.kernels()[1]), "PythonText(stages 3, 4 of each line)");
    assert!(!stages.kernels().iter().any(|kernel| kernel.keeps_state()));
}

#[test]
fn generators_drop_and_multiply() {
    let kernel = stage(
        "unit = 'line'\ndef process(line):\n    for word in line.split():\n        yield word\n",
    );
    let applied = apply(kernel.as_ref(), &["a b", "", "c", "d e f"]);
    assert_eq!(texts(&applied.units), ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(origins(&applied), Some(vec![0, 0, 2, 3, 3, 3]));
    let applied = apply(kernel.as_ref(), &["", " "]);
    assert!(applied.units.is_empty() && origins(&applied) == Some(vec![]));
    // Wrapped as decorators wrap.
    let decorated = "import functools\ndef wrap(f):\n    @functools.wraps(f)\n    def g(text): return {}\n    return g\n@wrap\ndef process(text):\n    yield text\n    yield text\n";
    for (body, wanted) in [("f(text)", "ab|ab"), ("''.join(f(text))", "abab")] {
        let stages = stages(&[("a.py", &decorated.replace("{}", body))]);
        assert_eq!(through(&stages, "ab"), wanted);
    }
}

#[test]
fn generators_among_other_stages() {
    let stages = stages(&[
        ("1.py", "def process(text): return text + '!'"),
        ("2.py", "def process(text):\n    yield from text.split()"),
        ("3.py", "def process(text): return text.upper()"),
        (
            "4.py",
            "class process:\n    def __call__(self, text):\n        if text != 'B':\n            yield text\n            yield text.lower()",
        ),
    ]);
    let [kernel] = stages.kernels() else { panic!("{stages:?}") };
    let applied = apply(kernel.as_ref(), &["a b", "b", "c"]);
    assert_eq!(texts(&applied.units), ["A", "a", "B!", "b!", "B!", "b!", "C!", "c!"]);
    assert_eq!(origins(&applied), Some(vec![0, 0, 0, 0, 1, 1, 2, 2]));
}

#[test]
fn an_answer_is_the_same_whether_stages_are_fused_or_not() {
    let files = [
        (
            "1",
            "def process(text):\n    if text == 'b': raise ValueError(text)\n    return text.upper()",
        ),
        (
            "2",
            "def process(text):\n    for word in text.split():\n        if word == 'BAD': raise KeyError(word)\n        yield word",
        ),
        (
            "3",
            "class process:\n    def __init__(self): self.count = 0\n    def __call__(self, text):\n        \
             self.count += 1\n        return f'{text}{self.count}' if self.count != 5 else '\\udc80'",
        ),
        ("4", "def process(text): return text.encode('utf-8', 'replace').decode() + '.'"),
    ];
    let named = files.map(|(name, text)| (format!("{name}.py"), text));
    let named: Vec<(&str, &str)> =
        named.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let folder = Folder::new(&named);
    let units = ["a b", "b", "c bad d", "", "e f", "g h i"];

    let fused = ordered(&folder, &["1", "2", "3", "4"]).unwrap();
    let [kernel] = fused.kernels() else { panic!("{fused:?}") };
    let together = apply(kernel.as_ref(), &units);

    let mut texts_now: Vec<String> = units.iter().map(ToString::to_string).collect();
    let mut units_now: Vec<u32> = (0..units.len() as u32).collect();
    let mut failed = Vec::new();
    for (name, _) in files {
        let alone = ordered(&folder, &[name]).unwrap();
        let given: Vec<&str> = texts_now.iter().map(String::as_str).collect();
        let applied = apply(alone.kernels()[0].as_ref(), &given);
        failed.extend(applied.failures.iter().map(|f| (units_now[f.unit], f.stage.to_string())));
        if let Some(origins) = origins(&applied) {
            units_now = origins.iter().map(|origin| units_now[*origin as usize]).collect();
        }
        texts_now = texts(&applied.units).into_iter().map(str::to_owned).collect();
    }
    // Of a unit that failed nothing is left, whatever came of its other strings.
    let kept = |unit: &u32| !failed.iter().any(|(failed, _)| failed == unit);
    let mut left = texts_now.into_iter().zip(units_now.iter().copied());
    let left: (Vec<String>, Vec<u32>) = left.by_ref().filter(|(_, unit)| kept(unit)).unzip();
    assert_eq!(texts(&together.units), left.0);
    assert_eq!(origins(&together), Some(left.1));
    failed.sort();
    let told: Vec<(u32, String)> =
        together.failures.iter().map(|f| (f.unit as u32, f.stage.to_string())).collect();
    assert_eq!(told, failed);
    assert_eq!(failed.len(), 3);
}
