//! The engine's face, with functions made of Rust closures.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::many_single_char_names,
    reason = "fixtures fail the test that uses them, and columns are called a to e"
)]

mod calls;
mod fixture;
mod guards;
mod limits;
mod names;
mod planning;
mod runs;
mod sources;
mod statements;
