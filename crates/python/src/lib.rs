//! The extension module `arrowsmith._native`: what the Python package is made of.
//!
//! It composes the engine with the Python host and holds no logic of its own beyond turning
//! arguments and answers. Users meet the Python package, not this module.

mod boundary;
mod column;
mod database;
mod error;
mod explanation;
mod function;
mod listing;
mod lists;
mod plugins;
mod progress;
mod relation;
mod session;
mod table;
mod tiers;

use pyo3::prelude::*;

#[pymodule(name = "_native")]
mod native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::boundary::boundary;
    #[pymodule_export]
    use crate::column::Column;
    #[pymodule_export]
    use crate::database::Database;
    #[pymodule_export]
    use crate::function::Function;
    #[pymodule_export]
    use crate::plugins::Plugins;
    #[pymodule_export]
    use crate::progress::{Progress, Stage};
    #[pymodule_export]
    use crate::relation::{Batches, Relation};
    #[pymodule_export]
    use crate::session::Session;
    #[pymodule_export]
    use crate::table::table_from_columns;
    #[pymodule_export]
    use arrowsmith_pyhost::StandIn;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        arrowsmith_pyhost::logging::install();
        crate::add_host_classes(module)
    }
}

/// The version, and the classes that the Python host defines: `Plugin` and the exceptions.
fn add_host_classes(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    for (name, class) in arrowsmith_pyhost::public_classes(module.py())? {
        module.add(name, class)?;
    }
    Ok(())
}
