//! Laws of pipelines: the number of threads and the size of chunks never change an answer.

mod stages;

use std::sync::Arc;

use arrowsmith_text::{
    OnError, Options, Pipeline, Source, Stage, Summary, Target, Trim, Unit, Whitespace,
};
use proptest::prelude::*;
use stages::{Choosy, Counting, Marking, Memory, Nothing, Picky};

fn options() -> Options {
    Options::default().jobs(1)
}

/// The text that a pipeline gives, and what it tells; or the error.
fn run(pipeline: &Pipeline, text: &str) -> Result<(String, Summary), String> {
    let memory = Memory::default();
    let source = Source::text("the text", text);
    let summary = pipeline.run(source, Target::writer("memory", memory.clone()));
    summary.map(|summary| (memory.text(), summary)).map_err(|error| error.to_string())
}

fn shown(answer: &Result<(String, Summary), String>) -> String {
    match answer {
        Err(error) => error.clone(),
        Ok((text, summary)) => format!("{text:?} {summary:?}"),
    }
}

#[expect(clippy::unwrap_used, reason = "patterns of these tests are right")]
fn record(separator: &str) -> Unit {
    Unit::record(separator).unwrap()
}

type Make = fn() -> Vec<Arc<dyn Stage>>;

/// Pipelines of every kind: cut anywhere, nowhere, at lines, paragraphs and records; in order or not.
const PIPELINES: &[Make] = &[
    || vec![],
    || vec![Arc::new(Trim::default())],
    || vec![Arc::new(Choosy(Unit::Line))],
    || vec![Arc::new(Marking(Unit::Line)), Arc::new(Choosy(Unit::Line))],
    || vec![Arc::new(Choosy(Unit::Line)), Arc::new(Picky(Unit::Line))],
    || vec![Arc::new(Choosy(Unit::Paragraph)), Arc::new(Picky(Unit::Line))],
    || vec![Arc::new(Choosy(Unit::Paragraph))],
    || vec![Arc::new(Choosy(Unit::Paragraph)), Arc::new(Choosy(Unit::Line))],
    || vec![Arc::new(Nothing(Unit::Paragraph)), Arc::new(Marking(Unit::Line))],
    || vec![Arc::new(Choosy(Unit::Line)), Arc::new(Choosy(Unit::Paragraph))],
    || vec![Arc::new(Choosy(Unit::Line)), Arc::new(Marking(Unit::Whole))],
    || vec![Arc::new(Choosy(record(";|b\n?")))],
    || vec![Arc::new(Choosy(record("b+"))), Arc::new(Marking(Unit::Line))],
    || vec![Arc::new(Counting(Unit::Line))],
    || {
        vec![
            Arc::new(Choosy(Unit::Line)),
            Arc::new(Counting(Unit::Line)),
            Arc::new(Marking(Unit::Line)),
        ]
    },
    || vec![Arc::new(Counting(Unit::Paragraph)), Arc::new(Choosy(Unit::Line))],
    || vec![Arc::new(Counting(record(";")))],
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn chunks_and_threads_do_not_change_the_answer(
        text in "[abd;!\n\r é]{0,60}",
        pipeline in proptest::sample::select(PIPELINES),
        on_error in proptest::sample::select(vec![OnError::Raise, OnError::Skip, OnError::Collect]),
        chunk_bytes in 1_usize..40,
        jobs in 1_usize..5,
    ) {
        let make = || Pipeline::new(pipeline());
        let whole = run(&make().options(options().on_error(on_error)), &text);
        let cut = options().jobs(jobs).chunk_bytes(chunk_bytes).on_error(on_error);
        let pieces = run(&make().options(cut.clone()), &text);
        prop_assert_eq!(shown(&pieces), shown(&whole));
        let applied = make().options(cut).apply_named("the text", &text);
        prop_assert_eq!(shown(&applied.map_err(|error| error.to_string())), shown(&whole));
    }

    #[test]
    fn chunks_do_not_change_what_comes_before_bytes_that_are_no_text(
        text in "[abd;!\n\r é]{0,60}",
        pipeline in proptest::sample::select(PIPELINES),
        chunk_bytes in 1_usize..40,
    ) {
        let bytes = [text.as_bytes(), b"\xffa\n\nb"].concat();
        let outcome = |chunk_bytes| {
            let memory = Memory::default();
            let skip = options().chunk_bytes(chunk_bytes).on_error(OnError::Skip);
            let target = Target::writer("memory", memory.clone());
            let source = Source::bytes("t", bytes.clone());
            let error = Pipeline::new(pipeline()).options(skip).run(source, target).unwrap_err();
            let raise = Pipeline::new(pipeline()).options(options().chunk_bytes(chunk_bytes));
            let raised = raise.run(Source::bytes("t", bytes.clone()), Target::null()).unwrap_err();
            (memory.text(), error.to_string(), raised.to_string())
        };
        prop_assert_eq!(outcome(chunk_bytes), outcome(1 << 20));
    }

    #[test]
    fn stages_that_change_nothing_give_the_input(
        text in "[ab;\n\r é]{0,60}",
        chunk_bytes in 1_usize..40,
        jobs in 1_usize..5,
    ) {
        let options = options().jobs(jobs).chunk_bytes(chunk_bytes);
        let run = |pipeline: Pipeline| run(&pipeline.options(options.clone()), &text).unwrap().0;
        prop_assert_eq!(run(Pipeline::default()), text.as_str());
        for unit in [Unit::Whole, Unit::Paragraph, Unit::record(";\n?").unwrap()] {
            prop_assert_eq!(run(Pipeline::new([stages::Nothing(unit)])), text.as_str());
        }
        let lines = text.replace("\r\n", "\n");
        prop_assert_eq!(run(Pipeline::new([stages::Nothing(Unit::Line)])), lines);
    }

    #[test]
    fn trimming_is_trimming_each_line(text in "[a\n\r\t é]{0,60}", chunk_bytes in 1_usize..40) {
        let pipeline = Pipeline::new([Trim::default()]).options(options().chunk_bytes(chunk_bytes));
        let mut expected: String =
            text.lines().map(|line| Whitespace::Unicode.trim(line).to_owned() + "\n").collect();
        if !text.ends_with('\n') {
            expected.pop();
        }
        prop_assert_eq!(run(&pipeline, &text).unwrap().0, expected);
    }
}

#[test]
fn small_chunks_really_are_many() {
    let text = "ab\n".repeat(100);
    let pipeline = Pipeline::new([stages::Calls::default()]);
    let calls = |pipeline: Pipeline, stage: &stages::Calls| {
        run(&pipeline, &text).unwrap();
        stage.count()
    };
    drop(pipeline);
    let stage = stages::Calls::default();
    let many = Pipeline::new([stage.clone()]).options(options().chunk_bytes(8).jobs(2));
    assert!(calls(many, &stage) > 20);
    let stage = stages::Calls::default();
    assert_eq!(calls(Pipeline::new([stage.clone()]), &stage), 1);
}
