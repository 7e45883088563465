//! The engine's face, with functions made of Rust closures.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::many_single_char_names,
    reason = "fixtures fail the test that uses them, and columns are called a to e"
)]

mod aggregates;
mod calls;
mod errors;
mod fixture;
mod frames;
mod guards;
mod latency;
mod levels;
mod limits;
mod names;
mod planning;
mod procedures;
mod progress;
mod row_numbers;
mod runs;
mod short;
mod sources;
mod statements;
mod stopping;
mod stuck;
mod summing;
mod windows;
