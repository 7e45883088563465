//! The engine's face, with functions made of Rust closures.

mod calls;
mod fixture;
mod guards;
mod limits;
mod names;
mod planning;
mod runs;
mod sources;
mod statements;
