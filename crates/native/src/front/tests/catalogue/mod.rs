//! Small functions, each with a turn of the language in it, run by the interpreter and as graphs.

mod assignments;
mod exceptions;
mod expressions;
mod functions;
mod loops;

use super::interpreter;
use super::oracle;
use super::sources::lowered;
use super::values::Stop;

/// How many calls were left to the interpreter for reasons that may be, and how many there were.
pub(super) fn compare(texts: &[&str], may_leave: impl Fn(&str, &str) -> bool) -> (usize, usize) {
    let mut counts = (0, 0);
    for (text, answers) in texts.iter().zip(oracle::answers(texts)) {
        let program = lowered(text).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"));
        let code = &program.functions[0];
        let arguments = oracle::arguments(code.parameters - code.keyword_only);
        assert_eq!(answers.len(), arguments.len(), "{text}");
        for (arguments, expected) in arguments.into_iter().zip(answers) {
            let shown = format!("{arguments:?}");
            let got = match interpreter::run(&program, arguments) {
                Ok(value) => value.shown(),
                Err(Stop::Raise(class)) => format!("raise {}", class.name()),
                Err(Stop::Leave(reason)) => {
                    assert!(may_leave(text, &reason), "{reason} in\n{text}");
                    counts.0 += 1;
                    expected.clone()
                }
            };
            counts.1 += 1;
            assert_eq!(got, expected, "for {shown} of\n{text}\n{program}");
        }
    }
    counts
}

/// Texts say at their end for which reason calls may be left.
fn check(texts: &[&str]) {
    compare(texts, |text, reason| text.ends_with(&format!("# {reason}")));
}
