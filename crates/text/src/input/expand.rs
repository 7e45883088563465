//! From paths, folders and patterns to files.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use crate::place::place;
use crate::{Error, Result};

/// Hidden files are meant only where a pattern says so: drafts of outputs are hidden.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// The files that are meant, sorted, each once. A folder means all files below it; `*`, `?`,
/// `[a-z]` and, for any number of folders, `**` make a pattern. What exists under that very name
/// is no pattern. Hidden files and folders are left out unless they are named. Folders and patterns
/// find only regular files, and follow links to files, not to folders.
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
    // Of several names of one place the first that was given is kept.
    let mut places = HashSet::with_capacity(files.len());
    files.retain(|file| places.insert(place(file)));
    files.sort();
    Ok(files)
}

fn expand_one(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    match path.metadata() {
        Ok(found) if !found.is_dir() => {
            files.push(path.to_owned());
            return Ok(());
        }
        Ok(_) => return search(path, &[Part::Folders], files),
        // Only what isn't there may be a pattern.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => return Err(unreadable(path, cause)),
    }
    let parts = path.iter().map(|name| part(path, name)).collect::<Result<Vec<_>>>()?;
    search(Path::new(""), &parts, files)
}

/// What one name of a pattern means.
enum Part<'a> {
    /// `**`: any number of folders; at the end, all files below them.
    Folders,
    Name(&'a OsStr),
    Pattern(Pattern),
}

fn part<'a>(pattern: &Path, name: &'a OsStr) -> Result<Part<'a>> {
    if !name.as_encoded_bytes().iter().any(|byte| b"*?[".contains(byte)) {
        return Ok(Part::Name(name));
    }
    if name == "**" {
        return Ok(Part::Folders);
    }
    let wrong =
        |reason: String| Error::FilePattern { pattern: pattern.display().to_string(), reason };
    let Some(name) = name.to_str() else {
        return Err(wrong("it is not UTF-8; name the files one by one".to_owned()));
    };
    Pattern::new(name).map(Part::Pattern).map_err(|error| wrong(error.to_string()))
}

fn search(folder: &Path, parts: &[Part<'_>], files: &mut Vec<PathBuf>) -> Result<()> {
    match parts {
        [] => {
            if folder.is_file() {
                files.push(folder.to_owned());
            }
            Ok(())
        }
        [Part::Name(name), rest @ ..] => search(&folder.join(name), rest, files),
        [Part::Pattern(pattern), rest @ ..] => {
            for (path, is_folder) in entries(folder, Some(pattern))? {
                if is_folder != rest.is_empty() {
                    search(&path, rest, files)?;
                }
            }
            Ok(())
        }
        [Part::Folders, rest @ ..] => {
            if !rest.is_empty() {
                search(folder, rest, files)?;
            }
            for (path, is_folder) in entries(folder, None)? {
                if is_folder {
                    search(&path, parts, files)?;
                } else if rest.is_empty() {
                    search(&path, &[], files)?;
                }
            }
            Ok(())
        }
    }
}

/// What a folder has under names that are meant, and whether it is a folder; links never are.
fn entries(folder: &Path, pattern: Option<&Pattern>) -> Result<Vec<(PathBuf, bool)>> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if !here.is_dir() {
        return Ok(Vec::new());
    }
    let failed = |cause| unreadable(here, cause);
    let mut found = Vec::new();
    for entry in fs::read_dir(here).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        // What isn't UTF-8 in a name is some character, which `*` finds.
        let shown = name.to_string_lossy();
        let is_meant = pattern.map_or(!shown.starts_with('.'), |p| p.matches_with(&shown, OPTIONS));
        if is_meant {
            found.push((folder.join(&name), entry.file_type().map_err(failed)?.is_dir()));
        }
    }
    Ok(found)
}

fn unreadable(path: &Path, cause: io::Error) -> Error {
    Error::Open { file: path.display().to_string().into(), cause }
}
