//! Text stages: loading a folder of them, what they may be, errors, state, stopping.

#![expect(clippy::unwrap_used, reason = "clippy sees no test in what tests share")]

mod endings;
mod failures;
mod loading;
mod neighbours;
mod processes;
mod speed;
mod states;
#[path = "../support/mod.rs"]
mod support;
mod vectorized;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::{Array, StringArray};
use arrowsmith_contract::{AppliedText, CallContext, TextKernel};
use arrowsmith_pyhost::{Stages, load_stages};
use support::*;

/// A folder of files that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("arrowsmith-stages-{}-{count}", std::process::id());
        let folder = Self(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&folder.0).unwrap();
        for (file, text) in files {
            folder.write(file, text);
        }
        folder
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn ordered(folder: &Folder, order: &[&str]) -> arrowsmith_contract::Result<Stages> {
    start();
    let order: Vec<String> = order.iter().map(ToString::to_string).collect();
    load_stages(folder.path(), Some(&order))
}

/// Loads stages from files, in the order of their names.
fn stages(files: &[(&str, &str)]) -> Stages {
    start();
    load_stages(Folder::new(files).path(), None).unwrap()
}

/// The message of the error that loading gives, without the folder's own path.
fn refused(files: &[(&str, &str)]) -> String {
    start();
    let folder = Folder::new(files);
    let message = load_stages(folder.path(), None).unwrap_err().to_string();
    message.replace(folder.path().to_str().unwrap(), "stages")
}

fn names(stages: &Stages) -> Vec<String> {
    shown(&stages.names())
}

fn shown(names: &[Arc<str>]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

/// The only kernel of one stage.
fn stage(text: &str) -> Arc<dyn TextKernel> {
    let [kernel] = stages(&[("a.py", text)]).kernels().to_vec().try_into().unwrap();
    kernel
}

fn apply_with(kernel: &dyn TextKernel, units: &[&str], context: &CallContext) -> AppliedText {
    let units = StringArray::from(units.to_vec());
    kernel.begin(context).unwrap().apply(&units, context).unwrap()
}

fn apply(kernel: &dyn TextKernel, units: &[&str]) -> AppliedText {
    apply_with(kernel, units, &CallContext::default())
}

fn texts(array: &StringArray) -> Vec<&str> {
    assert_eq!(array.null_count(), 0);
    array.iter().flatten().collect()
}

/// Where the units of an answer come from.
fn origins(applied: &AppliedText) -> Option<Vec<u32>> {
    let origins = applied.origins.as_ref().map(|origins| origins.values().to_vec());
    if let Some(origins) = &origins {
        assert_eq!(origins.len(), applied.units.len());
    }
    origins
}

/// One text through all kernels.
fn through(stages: &Stages, text: &str) -> String {
    let mut units = vec![text.to_owned()];
    for kernel in stages.kernels() {
        let given: Vec<&str> = units.iter().map(String::as_str).collect();
        let applied = apply(kernel.as_ref(), &given);
        assert!(applied.failures.is_empty(), "{:?}", applied.failures);
        units = texts(&applied.units).into_iter().map(str::to_owned).collect();
    }
    units.join("|")
}
