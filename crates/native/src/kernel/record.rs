//! What a kernel did so far, and whether it goes on. Many threads write here, without waiting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use arrowsmith_contract::{ExitCount, FunctionSource, NativeReport};

use crate::Place;
use crate::ir::{Exit, Module};
use crate::machine::{Left, UNFIT};

/// From how many rows on it is judged whether compiling was worth it.
const ENOUGH: u64 = 10_000;
/// The most rows of a hundred that may leave.
const MOST: u64 = 70;

/// Queries that are remembered at once. Others ask again, with each batch at worst.
const QUERIES: usize = 16;

#[derive(Debug)]
pub(super) struct Record {
    rows: AtomicU64,
    left: AtomicU64,
    exits: Vec<Counter>,
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
    pub(super) fn new(module: &Module, source: &FunctionSource) -> Self {
        let counter = |exit: &Exit| Counter::new(exit.place, &exit.reason, &source.text);
        let mut exits: Vec<Counter> = module.exits.iter().map(counter).collect();
        let begin = source.span.start as u32;
        let reason = Arc::from("a result that does not fit its declared type");
        exits.push(Counter::new(Place { start: begin, end: begin }, &reason, &source.text));
        Self {
            rows: AtomicU64::new(0),
            left: AtomicU64::new(0),
            unfit: exits.len() - 1,
            exits,
            given_up: OnceLock::new(),
            queries: [const { AtomicU64::new(0) }; QUERIES],
        }
    }

    fn query(&self, id: u64) -> &AtomicU64 {
        &self.queries[id as usize % QUERIES]
    }

    /// Whether this query began with code that was current.
    pub(super) fn is_known(&self, query: u64) -> bool {
        self.query(query).load(Ordering::Relaxed) == query
    }

    pub(super) fn remember(&self, query: u64) {
        self.query(query).store(query, Ordering::Relaxed);
    }

    pub(super) fn count_rows(&self, rows: usize) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    pub(super) fn count_left(&self, rows: usize) {
        self.left.fetch_add(rows as u64, Ordering::Relaxed);
    }

    pub(super) fn count_exits(&self, left: &[Left]) {
        for left in left {
            let exit = if left.exit == UNFIT { self.unfit } else { left.exit as usize };
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

    pub(super) fn report(&self, module: &Module) -> NativeReport {
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
            ir: module.to_string(),
        }
    }
}
