//! Everything that needs a Python interpreter: loading plugins and calling their functions.
//!
//! - [`load_source`], [`load_path`], [`load_object`] and [`load_function`] turn Python into a
//!   [`Manifest`](arrowsmith_contract::Manifest) whose kernels live here.
//! - [`load_stages`] turns a folder of Python files into kernels that make texts of texts.
//! - [`door`] is the only way between Rust and Python, in each direction.
//! - [`to_pyerr`] gives errors back to Python, a plugin's own exceptions as themselves.
//!
//! The interpreter must be running: a Rust host calls [`pyo3::Python::initialize`] first.

pub mod door;
mod embedded;
mod errors;
pub mod exchange;
mod gate;
mod interrupt;
mod kernel;
pub mod layout;
mod live;
mod loader;
pub mod logging;
mod manifest;
mod math_reference;
mod processor_time;
mod source;
mod stages;
mod stand_in;

pub use embedded::{install, public_classes};
pub use errors::{ErrorClass, new_error, to_pyerr};
pub use loader::{
    FunctionTerms, Loading, load_again, load_function, load_object, load_path, load_source,
};
pub use stages::{Stages, load_stages};
pub use stand_in::StandIn;
