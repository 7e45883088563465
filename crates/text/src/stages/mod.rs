//! Stages that need no other language.

mod normalise;
mod trim;

pub use normalise::Normalise;
pub use trim::Trim;
