//! Loading the text stages of a folder. The work in Python is done in `stages.py`.
//!
//! - `order.rs` finds the files and puts them in order.
//! - `fuse.rs` makes kernels of what was found.

mod fuse;
mod order;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrowsmith_contract::{Error, LoadError, Location, Result, TextKernel, TextUnit};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::kernel::{Life, Stage};
use crate::{door, embedded, errors, manifest};
use order::Files;

/// The stages of one folder, in the order in which they run. Their modules go when nobody holds this
/// or one of its kernels any more.
#[derive(Debug)]
pub struct Stages {
    kernels: Vec<Arc<dyn TextKernel>>,
    left_out: Vec<Arc<str>>,
    without_process: Vec<Arc<str>>,
    digest: [u8; 32],
}

impl Stages {
    /// The stages, in their order. Those that follow each other, work on the same unit and have the
    /// same time limit are one kernel, which goes into Python once for all of them; a vectorized stage
    /// is one by itself.
    pub fn kernels(&self) -> &[Arc<dyn TextKernel>] {
        &self.kernels
    }

    /// The names of the stages, in their order; one that stands in the order twice is there twice.
    pub fn names(&self) -> Vec<Arc<str>> {
        self.kernels.iter().flat_map(|kernel| kernel.names()).collect()
    }

    /// The names of the files that are not in the order that was asked for. They are no stages then,
    /// and were not run, unless a stage imported them.
    pub fn left_out(&self) -> &[Arc<str>] {
        &self.left_out
    }

    /// The names of the files that have no `process`, so that they are no stages. They were run.
    pub fn without_process(&self) -> &[Arc<str>] {
        &self.without_process
    }

    /// SHA-256 over all texts that were read.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

#[derive(FromPyObject)]
struct FoundStages<'py> {
    stages: Vec<Option<FoundStage<'py>>>,
    digest: [u8; 32],
    life: Bound<'py, PyAny>,
}

#[derive(FromPyObject)]
#[expect(clippy::struct_excessive_bools, reason = "the fields of a class in processes.py")]
struct FoundStage<'py> {
    process: Bound<'py, PyAny>,
    is_class: bool,
    gives_many: bool,
    has_finish: bool,
    vectorized: bool,
    unit: String,
    timeout: Option<f64>,
    line: Option<u32>,
}

/// Loads the text stages of a folder: its `.py` files that have a `process`. Without `order` they run
/// in the order of their names, those that begin with a number first and by it (`2_` before `10_`).
///
/// `order` has the names of files without `.py`; `reverse` also stands for `10_reverse` where that is
/// the only one. A name may stand there twice, and its stage runs twice then, with a state each. Files
/// that are not in it are not read, unless the others import them.
///
/// # Errors
/// A load error with the place in the text, if there is one; nothing of the stages stays behind.
pub fn load_stages(folder: &Path, order: Option<&[String]>) -> Result<Stages> {
    let Some(place) = folder.to_str() else {
        return Err(in_folder(folder, "the path is no valid text".to_owned()));
    };
    let files = Files::find(folder)?;
    let names = files.ordered(order)?;
    door::enter(|py| {
        let found = load(py, place, &names)?;
        let life = Life::new(found.life.clone().unbind());
        let (mut stages, mut without_process) = (Vec::new(), Vec::new());
        for (name, stage) in names.iter().zip(&found.stages) {
            match stage {
                Some(stage) => stages.push(Declared::new(stage, name, &files)?),
                None => without_process.push(Arc::clone(name)),
            }
        }
        let is_wrong =
            if order.is_some() { !without_process.is_empty() } else { stages.is_empty() };
        if is_wrong {
            return Err(files.no_stages(&without_process));
        }
        Ok(Stages {
            kernels: fuse::kernels(stages, &life)?,
            left_out: files.others(&names),
            without_process,
            digest: found.digest,
        })
    })
}

fn load<'py>(py: Python<'py>, folder: &str, names: &[Arc<str>]) -> Result<FoundStages<'py>> {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let load = || -> PyResult<FoundStages<'py>> {
        let load = embedded::module(py, "stages")?.getattr("load_stages")?;
        let arguments: Bound<'py, PyTuple> = (folder, names).into_pyobject(py)?;
        door::call(&load, &arguments, None)?.extract()
    };
    load().map_err(|exception| errors::from_loader(py, exception))
}

/// A stage with what it declares besides.
struct Declared {
    stage: Stage,
    unit: TextUnit,
    is_vectorized: bool,
    timeout: Option<Duration>,
}

impl Declared {
    fn new(found: &FoundStage<'_>, name: &Arc<str>, files: &Files) -> Result<Self> {
        let file = files.path_of(name);
        let timeout = found.timeout.map(Duration::try_from_secs_f64).transpose();
        let timeout = timeout.map_err(|error| LoadError {
            location: Some(Location { file: Arc::clone(&file), line: found.line }),
            message: format!("the timeout of the stage {name} is no time: {error}"),
            cause: None,
        })?;
        if found.vectorized {
            manifest::import(found.process.py(), "pyarrow")?;
        }
        let stage = Stage {
            name: Arc::clone(name),
            label: format!("stage {name}").into(),
            file,
            process: found.process.clone().unbind(),
            is_class: found.is_class,
            gives_many: found.gives_many,
            has_finish: found.has_finish,
        };
        let (unit, is_vectorized) = (unit(&found.unit), found.vectorized);
        Ok(Self { stage, unit, is_vectorized, timeout })
    }
}

/// `processes.py` lets no other texts through.
fn unit(text: &str) -> TextUnit {
    match (text, text.strip_prefix("regex:")) {
        (_, Some(pattern)) => TextUnit::Record(pattern.into()),
        ("line", _) => TextUnit::Line,
        ("paragraph", _) => TextUnit::Paragraph,
        _ => TextUnit::Whole,
    }
}

fn in_folder(folder: &Path, message: String) -> Error {
    let file = Arc::from(folder.to_string_lossy());
    LoadError { location: Some(Location { file, line: None }), message, cause: None }.into()
}
