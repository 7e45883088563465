//! What a kernel did so far, and whether it goes on. Many threads write here, without waiting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use arrowsmith_contract::{CallContext, ExitCount, FunctionSource, LiveCode, NativeReport};

use crate::Place;
use crate::ir::{Exit, Module};
use crate::machine::{AWAY, Left};

/// The exit of values that have no place in the declared type.
pub(super) const UNFIT: u32 = u32::MAX;
pub(super) const UNFIT_REASON: &str = "a result that does not fit its declared type";

/// From how many rows on it is judged whether compiling was worth it.
const ENOUGH: u64 = 10_000;
/// The most rows of a hundred that may leave.
const MOST: u64 = 70;

/// Queries that are remembered at once. Others ask again, with each batch at worst.
const QUERIES: usize = 16;

/// A module with the text that it was made of.
pub(super) type Part<'a> = (&'a Module, &'a FunctionSource);

#[derive(Debug)]
pub(super) struct Record {
    live: Arc<dyn LiveCode>,
    rows: AtomicU64,
    left: AtomicU64,
    /// Of all parts, one part behind the other.
    exits: Vec<Counter>,
    /// For each part, its first one of `exits`.
    first_exits: Vec<usize>,
    /// The last one of `exits`.
    unfit: usize,
    given_up: OnceLock<String>,
    /// By the number of their token, each in the place that its last bits say.
    queries: [AtomicU64; QUERIES],
}

#[derive(Debug)]
struct Counter {
    line: u32,
    column: u32,
    reason: Arc<str>,
    rows: AtomicU64,
}

impl Counter {
    fn new(place: Place, reason: &Arc<str>, text: &str) -> Self {
        let (line, column) = place.line_and_column(text);
        Self { line, column, reason: Arc::clone(reason), rows: AtomicU64::new(0) }
    }
}

impl Record {
    /// What does not fit is counted at the begin of the last part. Some may not be there.
    pub(super) fn new(parts: &[Option<Part<'_>>], live: Arc<dyn LiveCode>) -> Self {
        let (mut exits, mut first_exits) = (Vec::new(), Vec::new());
        for part in parts {
            first_exits.push(exits.len());
            let Some((module, source)) = part else { continue };
            let counter = |exit: &Exit| Counter::new(exit.place, &exit.reason, &source.text);
            exits.extend(module.exits.iter().map(counter));
        }
        let (begin, text) = parts
            .iter()
            .flatten()
            .last()
            .map_or((0, ""), |(_, source)| (source.span.start as u32, &*source.text));
        exits.push(Counter::new(Place { start: begin, end: begin }, &UNFIT_REASON.into(), text));
        Self {
            live,
            rows: AtomicU64::new(0),
            left: AtomicU64::new(0),
            unfit: exits.len() - 1,
            exits,
            first_exits,
            given_up: OnceLock::new(),
            queries: [const { AtomicU64::new(0) }; QUERIES],
        }
    }

    /// Whether the code may run, in a query that has this token. What is found out holds for all of
    /// the query, until a row leaves.
    pub(super) fn may_run(&self, context: &CallContext) -> bool {
        if self.has_given_up() {
            return false;
        }
        let query = context.token.id();
        if self.is_known(query) {
            return true;
        }
        self.is_current() && {
            self.remember(query);
            true
        }
    }

    /// Asks the interpreter whether the code is still that of the live function.
    pub(super) fn is_current(&self) -> bool {
        match self.live.changed() {
            Some(why) => {
                self.give_up(why);
                false
            }
            None => !self.has_given_up(),
        }
    }

    fn query(&self, id: u64) -> &AtomicU64 {
        &self.queries[id as usize % QUERIES]
    }

    /// Whether this query began with code that was current.
    fn is_known(&self, query: u64) -> bool {
        self.query(query).load(Ordering::Relaxed) == query
    }

    fn remember(&self, query: u64) {
        self.query(query).store(query, Ordering::Relaxed);
    }

    pub(super) fn count_rows(&self, rows: usize) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    pub(super) fn count_left(&self, rows: usize) {
        self.left.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// Of a part; what followed others out is not counted again.
    pub(super) fn count_exits(&self, part: usize, left: &[Left]) {
        for left in left {
            let first = self.first_exits.get(part).copied().unwrap_or(self.unfit);
            let exit = match left.exit {
                UNFIT => self.unfit,
                AWAY => continue,
                exit => first + exit as usize,
            };
            if let Some(exit) = self.exits.get(exit) {
                exit.rows.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(super) fn has_given_up(&self) -> bool {
        self.given_up.get().is_some()
    }

    /// The first reason counts.
    pub(super) fn give_up(&self, why: String) {
        let _ = self.given_up.set(why);
    }

    /// Gives up where most rows leave: then the code only costs.
    pub(super) fn judge(&self) {
        let rows = self.rows.load(Ordering::Relaxed);
        let left = self.left.load(Ordering::Relaxed);
        if rows < ENOUGH || left * 100 <= rows * MOST || self.has_given_up() {
            return;
        }
        let most = self.exits.iter().max_by_key(|exit| exit.rows.load(Ordering::Relaxed));
        let most = most.map_or_else(String::new, |exit| {
            let rows = exit.rows.load(Ordering::Relaxed);
            format!("; {rows} at line {}, column {}: {}", exit.line, exit.column, exit.reason)
        });
        self.give_up(format!("{left} of {rows} rows left{most}"));
    }

    /// With the typed form as text.
    pub(super) fn report(&self, ir: String) -> NativeReport {
        let is_shown = |(index, exit): &(usize, &Counter)| {
            *index != self.unfit || exit.rows.load(Ordering::Relaxed) > 0
        };
        let count = |exit: &Counter| ExitCount {
            line: exit.line,
            column: exit.column,
            reason: Arc::clone(&exit.reason),
            rows: exit.rows.load(Ordering::Relaxed),
        };
        let shown = self.exits.iter().enumerate().filter(is_shown);
        let mut exits: Vec<ExitCount> = shown.map(|(_, exit)| count(exit)).collect();
        exits.sort_by_key(|exit| (exit.line, exit.column));
        NativeReport {
            rows: self.rows.load(Ordering::Relaxed),
            left: self.left.load(Ordering::Relaxed),
            exits,
            given_up: self.given_up.get().cloned(),
            ir,
        }
    }
}
