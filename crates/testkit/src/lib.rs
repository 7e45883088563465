//! What the tests of several crates need: kernels without an interpreter, and strategies for
//! arrays. Never published.

mod aggregates;
mod arrays;
mod kernels;
mod procedures;
mod windows;

pub use aggregates::{AggregateLog, AggregateSteps, ListKernel};
pub use arrays::{float_column, int_column, string_column};
pub use kernels::{ClosureKernel, PluginBuilder};
pub use procedures::{Pull, count_up, next_table_batch, yielded, yielded_ints};
pub use windows::{Pieces, WindowStep};
