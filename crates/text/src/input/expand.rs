//! From paths, folders and patterns to files.

use std::io;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use crate::{Error, Result};

/// Hidden files are meant only where a pattern says so: drafts of outputs are hidden.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// The files that are meant, sorted, each once. A folder means all files below it; `*`, `?`,
/// `[a-z]` and, for any number of folders, `**` make a pattern. What exists under that very name
/// is no pattern. Hidden files and folders are left out unless they are named.
///
/// ```no_run
/// let files = arrowsmith_text::expand(["logs/**/*.gz", "more.txt"])?;
/// # Ok::<(), arrowsmith_text::Error>(())
/// ```
///
/// # Errors
/// [`Error::NothingFound`] for each that finds no file.
pub fn expand<P: AsRef<Path>>(patterns: impl IntoIterator<Item = P>) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for pattern in patterns {
        let before = files.len();
        expand_one(pattern.as_ref(), &mut files)?;
        if files.len() == before {
            return Err(Error::NothingFound { pattern: pattern.as_ref().display().to_string() });
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn expand_one(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    match path.metadata() {
        Ok(found) if !found.is_dir() => {
            files.push(path.to_owned());
            return Ok(());
        }
        Ok(_) => return search(&below(path)?, files),
        // Only what isn't there may be a pattern.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => return Err(unreadable(path, cause)),
    }
    search(text(path)?, files)
}

fn search(pattern: &str, files: &mut Vec<PathBuf>) -> Result<()> {
    let wrong = |error: glob::PatternError| Error::FilePattern {
        pattern: pattern.to_owned(),
        reason: error.to_string(),
    };
    for found in glob::glob_with(pattern, OPTIONS).map_err(wrong)? {
        let path = found.map_err(|error| {
            let path = error.path().to_owned();
            unreadable(&path, error.into())
        })?;
        if !path.is_dir() {
            files.push(path);
        }
    }
    Ok(())
}

/// The pattern of everything below a folder.
fn below(folder: &Path) -> Result<String> {
    let folder = Pattern::escape(text(folder)?);
    let separator = if folder.ends_with('/') { "" } else { "/" };
    Ok(format!("{folder}{separator}**/*"))
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| Error::FilePattern {
        pattern: path.display().to_string(),
        reason: "it is not UTF-8; name the files one by one".to_owned(),
    })
}

fn unreadable(path: &Path, cause: io::Error) -> Error {
    Error::Open { file: path.display().to_string().into(), cause }
}
