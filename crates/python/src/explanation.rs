//! A function's text with what became of each line of it: compiled, left so far, refused.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrowsmith_contract::{
    Binding, ExitCount, Function, FunctionSource, Kernel, NativeReport, Refusal, TierReason,
};

/// The whole explanation; with the typed form where `ir` and there is one.
pub(crate) fn explain(function: &Function, ir: bool) -> String {
    let report = report(function);
    let mut text = format!("{function}\n{}\n", verdict(function, report.as_ref()));
    let remarks = Remarks::of(function, report.as_ref());
    for source in texts(function) {
        text.push('\n');
        remarks.write(source, &mut text);
    }
    match report {
        Some(report) if ir => {
            text.push('\n');
            text.push_str(report.ir.trim_end());
            text.push('\n');
        }
        _ => {}
    }
    text
}

/// What its compiled kernel did, if it has one.
pub(crate) fn report(function: &Function) -> Option<NativeReport> {
    match &function.kernel {
        Kernel::Scalar(kernel) => kernel.report(),
        Kernel::Aggregate(kernel) => kernel.report(),
        Kernel::Window(kernel) => kernel.report(),
        Kernel::Procedure(_) => None,
    }
}

/// Why it runs where it runs now.
pub(crate) fn reason(function: &Function, report: Option<&NativeReport>) -> Option<String> {
    let given_up = report.and_then(|report| report.given_up.clone());
    given_up.or_else(|| function.tier_reason.as_ref().map(ToString::to_string))
}

/// `native: compiled; 2 of 10 rows left for the interpreter`
fn verdict(function: &Function, report: Option<&NativeReport>) -> String {
    let mut text = function.tier().as_str().to_owned();
    if let Some(reason) = reason(function, report) {
        text = format!("{text}: {reason}");
    }
    if let Some(report) = report {
        let (left, rows) = (report.left, report.rows);
        text = format!("{text}; {left} of {rows} rows left for the interpreter");
    }
    text
}

/// The function's own text, its parts where they stand elsewhere, then each helper; once each.
fn texts(function: &Function) -> Vec<&FunctionSource> {
    let mut found: Vec<&FunctionSource> = function.source.as_deref().into_iter().collect();
    let mut add = |source| {
        if !found.iter().any(|known| is_within(source, known)) {
            found.push(source);
        }
    };
    let mut sources: Vec<_> = function.source.iter().chain(&function.parts).collect();
    for source in &sources {
        add(source);
    }
    let mut next = 0;
    while let Some(source) = sources.get(next).copied() {
        next += 1;
        for (_, binding) in &source.bindings {
            if let Binding::Helper(helper) = binding
                && !sources.contains(&helper)
            {
                add(helper);
                sources.push(helper);
            }
        }
    }
    found
}

fn is_within(inner: &FunctionSource, outer: &FunctionSource) -> bool {
    inner.file == outer.file
        && outer.span.start <= inner.span.start
        && inner.span.end <= outer.span.end
}

/// Each line of a function's text with its number. The first one is there from its begin on.
fn lines(source: &FunctionSource) -> impl Iterator<Item = (u32, &str)> {
    let begin = source.text.get(..source.span.start).and_then(|before| before.rfind('\n'));
    let begin = begin.map_or(0, |newline| newline + 1);
    let text = source.text.get(begin..source.span.end).unwrap_or_default();
    (source.span.first_line..).zip(text.lines())
}

/// The lines from a function's `def` on.
fn code(source: &FunctionSource) -> RangeInclusive<u32> {
    let first = lines(source).find(|(_, line)| line.trim_start().starts_with("def "));
    let last = lines(source).last().map_or(0, |(number, _)| number);
    first.map_or(last + 1, |(number, _)| number)..=last
}

/// What is said of the lines of a text.
#[derive(Default)]
struct Remarks<'a> {
    is_compiled: bool,
    parts: &'a [Arc<FunctionSource>],
    refusal: Option<&'a Refusal>,
    exits: BTreeMap<u32, Vec<&'a ExitCount>>,
}

impl<'a> Remarks<'a> {
    fn of(function: &'a Function, report: Option<&'a NativeReport>) -> Self {
        let is_compiled = report.is_some();
        let mut remarks = Self { is_compiled, parts: &function.parts, ..Self::default() };
        if let Some(TierReason::Refused(refusal)) = &function.tier_reason {
            remarks.refusal = Some(refusal);
        }
        for exit in report.iter().flat_map(|report| &report.exits) {
            remarks.exits.entry(exit.line).or_default().push(exit);
        }
        remarks
    }

    /// Each line with its number and mark, and below it what there is to say.
    fn write(&self, source: &FunctionSource, text: &mut String) {
        let parts = self.parts.iter().filter(|part| is_within(part, source));
        let mut code: Vec<_> = parts.map(|part| code(part)).collect();
        if code.is_empty() {
            code.push(self::code(source));
        }
        for (number, line) in lines(source) {
            let is_text = !matches!(line.trim_start().chars().next(), None | Some('#'));
            let is_code = is_text && code.iter().any(|lines| lines.contains(&number));
            let remarks = self.of_line(source, number);
            let mark = self.mark(number, &remarks, is_code);
            // Text cannot fail to be written to.
            let _ = writeln!(text, "{}", format!("{number:>5} {mark} {line}").trim_end());
            for (column, remark) in remarks {
                let indent = usize::try_from(column).unwrap_or_default() + 7;
                let _ = writeln!(text, "{:>indent$} {remark}", "^");
            }
        }
    }

    /// `|` compiled, `!` compiled and left by rows, `x` the reason of a refusal. Decorators and comments
    /// are no code.
    fn mark(&self, number: u32, remarks: &[(u32, String)], is_code: bool) -> char {
        let left = self.exits.get(&number).is_some_and(|exits| exits.iter().any(|e| e.rows > 0));
        match (self.is_compiled, left) {
            (true, true) => '!',
            (true, false) if is_code => '|',
            (false, _) if !remarks.is_empty() => 'x',
            _ => ' ',
        }
    }

    /// By column. Places that no row left at so far are no remark.
    fn of_line(&self, source: &FunctionSource, number: u32) -> Vec<(u32, String)> {
        let exits = self.exits.get(&number).into_iter().flatten().filter(|exit| exit.rows > 0);
        let mut remarks: Vec<(u32, String)> = exits
            .map(|exit| {
                let rows = if exit.rows == 1 { "row" } else { "rows" };
                (exit.column, format!("{} {rows} left: {}", exit.rows, exit.reason))
            })
            .collect();
        if let Some(refusal) = self.refusal
            && refusal.line == number
            && refusal.file == source.file
        {
            remarks.push((refusal.column, refusal.reason.clone()));
        }
        remarks.sort();
        remarks
    }
}
