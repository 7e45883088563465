//! Where a file of some name is, so that two names of one place can be told.

use std::path::{Component, Path, PathBuf};

/// The place that a file of this name has, whether it is there or not. Its folders are what they
/// lead to; `..` behind a folder that isn't there yet is the folder before that.
pub(crate) fn place(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match absolute.parent().zip(absolute.file_name()) {
        Some((folder, name)) => resolve(folder).join(name),
        None => absolute,
    }
}

fn resolve(folder: &Path) -> PathBuf {
    if let Ok(real) = folder.canonicalize() {
        return real;
    }
    let mut resolved = PathBuf::new();
    for part in folder.components() {
        match part {
            Component::ParentDir => {
                resolved.pop();
            }
            part => resolved.push(part),
        }
        // Behind `..` there may be a link again.
        if let Ok(real) = resolved.canonicalize() {
            resolved = real;
        }
    }
    resolved
}
