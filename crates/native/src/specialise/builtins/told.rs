//! What others read of the table of builtins is written from it: `tests/native/builtins.json`, by which
//! random programs call them, and the table of `docs/native.md`.

use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde_json::json;

use super::{Builtin, all};

const RENEW: &str = "ARROWSMITH_RENEW";
const BEGIN: &str = "<!-- builtins -->\n";
const END: &str = "<!-- end of builtins -->\n";

fn sorted() -> Vec<&'static Builtin> {
    let mut rows: Vec<_> = all().collect();
    rows.sort_by_key(|builtin| (builtin.name.contains('.'), builtin.name));
    rows
}

fn count(arguments: &RangeInclusive<usize>) -> String {
    match (*arguments.start(), *arguments.end()) {
        (0, usize::MAX) => "any number".into(),
        (least, usize::MAX) => format!("{least} or more"),
        (least, most) if least == most => least.to_string(),
        (least, most) => format!("{least} to {most}"),
    }
}

/// One builtin a line, so that differences are read easily.
fn for_tests() -> String {
    let rows: Vec<String> = sorted()
        .into_iter()
        .map(|builtin| {
            let most = Some(*builtin.arguments.end()).filter(|most| *most != usize::MAX);
            let arguments = json!([builtin.arguments.start(), most]);
            let calls = json!(builtin.about.calls);
            format!(r#"{{"name": "{}", "arguments": {arguments}, "calls": {calls}}}"#, builtin.name)
        })
        .collect();
    format!("[\n{}\n]\n", rows.join(",\n"))
}

fn for_readers() -> String {
    let mut text = String::from(
        "| builtin | arguments | types | rows leave for |\n| --- | --- | --- | --- |\n",
    );
    for Builtin { name, arguments, about, .. } in sorted() {
        let (count, types, leaves) = (count(arguments), about.types, about.leaves);
        writeln!(text, "| `{name}` | {count} | {types} | {leaves} |").unwrap();
    }
    text
}

/// Compares a file with what it should hold, or writes it.
fn check(path: &str, expected: impl Fn(&str) -> String) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    let expected = expected(&there);
    if std::env::var_os(RENEW).is_some() {
        std::fs::write(&path, expected).unwrap();
        return;
    }
    assert!(
        there == expected,
        "{} is not what the table of builtins says; renew it by\n\
         {RENEW}=1 cargo test -p arrowsmith-native --lib builtins::told",
        path.display()
    );
}

#[test]
fn random_programs_know_each_row() {
    check("tests/native/builtins.json", |_| for_tests());
}

#[test]
fn the_docs_list_each_row() {
    check("docs/native.md", |there| {
        let (before, rest) = there.split_once(BEGIN).unwrap();
        let (_, behind) = rest.split_once(END).unwrap();
        format!("{before}{BEGIN}{}{END}{behind}", for_readers())
    });
}

#[test]
fn each_row_says_what_it_takes_and_how_it_is_called() {
    // These are called where a loop begins.
    let in_loops = ["enumerate", "range", "zip"];
    for Builtin { name, about, .. } in all() {
        assert!(about.types.contains(" -> "), "{name}");
        assert_eq!(about.calls.is_empty(), in_loops.contains(name), "{name}");
        let short = name.rsplit('.').next().unwrap();
        assert!(
            about
                .calls
                .iter()
                .all(|call| call.contains(&format!("{short}(")) || *name == "math.sin"),
            "{name}"
        );
    }
}
