//! What the real interpreter gives.

use std::io::Write;
use std::process::{Command, Stdio};

use super::values::Value;

/// Runs the last function of each text with all arguments out of the pool; a line for each call.
const SCRIPT: &str = r#"
import itertools, struct, sys

def show(value):
    if isinstance(value, tuple):
        return "(" + ",".join(map(show, value)) + ")"
    if isinstance(value, list):
        return "[" + ",".join(map(show, value)) + "]"
    if isinstance(value, float):
        return "f" + struct.pack(">d", value).hex()
    if isinstance(value, BaseException):
        return "?"
    return repr(value)

pool = [None, True, -2, 0, 1, 3, 2.5]
for text in sys.stdin.read().split("\n%%%\n"):
    names = {}
    exec(text, names)
    function = list(names.values())[-1]
    for arguments in itertools.product(pool, repeat=function.__code__.co_argcount):
        try:
            print(show(function(*arguments)))
        except Exception as error:
            print("raise", type(error).__name__)
    print("%%%")
"#;

const POOL: [Value; 7] = [
    Value::None,
    Value::Bool(true),
    Value::Int(-2),
    Value::Int(0),
    Value::Int(1),
    Value::Int(3),
    Value::Float(2.5),
];

/// All arguments for so many parameters, in the script's order.
pub(super) fn arguments(parameters: usize) -> Vec<Vec<Value>> {
    let mut all = vec![vec![]];
    for _ in 0..parameters {
        let longer = |row: &Vec<Value>| {
            let row = row.clone();
            POOL.into_iter().map(move |value| [row.clone(), vec![value]].concat())
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

/// For each text the lines of its calls.
pub(super) fn answers(texts: &[&str]) -> Vec<Vec<String>> {
    let python = std::env::var("PYO3_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut child = Command::new(python)
        .args(["-W", "ignore", "-c", SCRIPT])
        .env_remove("PYTHONOPTIMIZE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(texts.join("\n%%%\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).unwrap();
    let cases: Vec<_> = lines.split("%%%\n").collect();
    cases[..cases.len() - 1].iter().map(|case| case.lines().map(str::to_owned).collect()).collect()
}
