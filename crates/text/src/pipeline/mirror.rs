//! Which output belongs to which input, below another folder.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use crate::output::follow;
use crate::place::place;
use crate::{Error, Result};

/// For each input the output of the same name, in the same place below `out_folder` as the input
/// has below the folder that all inputs have in common.
///
/// # Errors
/// If an input would be overwritten, or two inputs have the same output.
pub(super) fn mirror(inputs: &[PathBuf], out_folder: &Path) -> Result<Vec<PathBuf>> {
    let places: Vec<PathBuf> = inputs.iter().map(|input| place(input)).collect();
    let common = common_folder(&places);
    let mut outputs = Vec::with_capacity(inputs.len());
    for place in &places {
        let relative = place.strip_prefix(&common).unwrap_or(place);
        outputs.push(out_folder.join(relative));
    }
    check(inputs, &outputs)?;
    Ok(outputs)
}

/// An input that its own output, or another's, would replace.
pub(super) fn check(inputs: &[PathBuf], outputs: &[PathBuf]) -> Result<()> {
    let read: HashSet<PathBuf> = inputs.iter().map(|input| target(input)).collect();
    let mut written: HashMap<PathBuf, &PathBuf> = HashMap::with_capacity(outputs.len());
    for (input, output) in inputs.iter().zip(outputs) {
        let target = target(output);
        if read.contains(&target) {
            return Err(Error::OverwritesInput { input: target, output: output.clone() });
        }
        if let Some(first) = written.insert(target, input) {
            return Err(Error::SameOutput {
                first: first.clone(),
                second: input.clone(),
                output: output.clone(),
            });
        }
    }
    Ok(())
}

/// Where the file really is, and if it is a symbolic link, what it points to.
fn target(path: &Path) -> PathBuf {
    let named = place(path);
    match follow(&named) {
        Ok(path) => place(&path),
        Err(_) => named,
    }
}

fn common_folder(places: &[PathBuf]) -> PathBuf {
    let mut folders = places.iter().filter_map(|place| place.parent());
    let first: Vec<Component<'_>> = folders.next().map_or(Vec::new(), |f| f.components().collect());
    let length = folders.fold(first.len(), |length, folder| {
        let same = first[..length].iter().zip(folder.components());
        same.take_while(|(left, right)| **left == *right).count()
    });
    first[..length].iter().collect()
}
