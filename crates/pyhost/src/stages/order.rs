//! The files of a folder of stages, and the order in which they run.

use std::cmp::Ordering;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrowsmith_contract::{Error, Result, nearest};

use super::in_folder;

/// What runs before the others, where the folder is a package, and is no stage.
const START: &str = "__init__";

/// The Python files of a folder.
pub(super) struct Files {
    folder: PathBuf,
    /// Without `.py`, in the order in which they run.
    names: Vec<Arc<str>>,
    /// What else is there.
    others: Vec<String>,
}

impl Files {
    /// # Errors
    /// A load error for what is no folder that can be read, and for one without Python files.
    pub(super) fn find(folder: &Path) -> Result<Self> {
        if folder.is_file() {
            let message = "this is a file; text stages are the .py files of a folder".to_owned();
            return Err(in_folder(folder, message));
        }
        let unread = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => in_folder(folder, "there is no such folder".to_owned()),
            _ => in_folder(folder, format!("cannot read the folder: {error}")),
        };
        let (mut names, mut others) = (Vec::new(), Vec::new());
        for entry in folder.read_dir().map_err(unread)? {
            let path = entry.map_err(unread)?.path();
            let shown = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let stem = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".py"));
            match stem {
                Some(START) => {}
                // What begins with a dot is hidden, as what editors leave beside a file.
                Some(stem) if !stem.starts_with('.') && !stem.is_empty() && path.is_file() => {
                    names.push(Arc::from(stem));
                }
                _ => others.push(shown),
            }
        }
        names.sort_by(|left, right| compare(left, right));
        others.sort();
        let files = Self { folder: folder.to_owned(), names, others };
        if files.names.is_empty() { Err(files.no_stages(&[])) } else { Ok(files) }
    }

    /// The names in the order that is wanted, or in their own.
    ///
    /// # Errors
    /// A load error for a name that no file has, or that several have, and for an empty order.
    pub(super) fn ordered(&self, order: Option<&[String]>) -> Result<Vec<Arc<str>>> {
        match order {
            None => Ok(self.names.clone()),
            Some([]) => Err(in_folder(&self.folder, "the order names no stage".to_owned())),
            Some(order) => order.iter().map(|wanted| self.named(wanted)).collect(),
        }
    }

    fn named(&self, wanted: &str) -> Result<Arc<str>> {
        if let Some(name) = self.names.iter().find(|name| name.as_ref() == wanted) {
            return Ok(Arc::clone(name));
        }
        let behind: Vec<&Arc<str>> = self
            .names
            .iter()
            .filter(|name| numbered(name).is_some_and(|(_, rest)| rest == wanted))
            .collect();
        let message = match behind.as_slice() {
            [only] => return Ok(Arc::clone(only)),
            [] => format!("there is no stage {wanted:?}{}", self.hint(wanted)),
            many => format!("the stage {wanted:?} could be {}", listed(many)),
        };
        Err(in_folder(&self.folder, message))
    }

    fn hint(&self, wanted: &str) -> String {
        let short = |name: &Arc<str>| numbered(name).map(|(_, rest)| rest.to_owned());
        let all = self.names.iter().map(ToString::to_string);
        let nearest = nearest(wanted, all.chain(self.names.iter().filter_map(short)));
        if nearest.is_empty() {
            return format!("; there are {}", listed(&self.names));
        }
        format!("; did you mean {}?", nearest.join(", "))
    }

    /// The files whose names are not among these.
    pub(super) fn others(&self, names: &[Arc<str>]) -> Vec<Arc<str>> {
        self.names.iter().filter(|name| !names.contains(name)).cloned().collect()
    }

    /// As Python names the file, too.
    pub(super) fn path_of(&self, name: &str) -> Arc<str> {
        self.folder.join(format!("{name}.py")).to_string_lossy().into()
    }

    /// What is wrong with a folder without stages, or with an order of files that are none.
    pub(super) fn no_stages(&self, without_process: &[Arc<str>]) -> Error {
        let message = match without_process {
            [] if self.others.is_empty() => {
                "the folder is empty; text stages are .py files with a function process".to_owned()
            }
            [] => format!(
                "the folder has no .py file, only {}; text stages are .py files with a function process",
                listed(&self.others)
            ),
            [one] => format!("{one}.py has no process(text), so it is no stage"),
            many => format!(
                "none of these has a process(text), so they are no stages: {}",
                listed(many)
            ),
        };
        in_folder(&self.folder, message)
    }
}

fn listed<T: ToString>(names: &[T]) -> String {
    const SHOWN: usize = 10;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(T::to_string).collect();
    if names.len() > SHOWN {
        shown.push(format!("and {} more", names.len() - SHOWN));
    }
    shown.join(", ")
}

/// The digits that a name begins with, without leading zeros, and what is behind them and a separator.
fn numbered(name: &str) -> Option<(&str, &str)> {
    let rest = name.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = &name[..name.len() - rest.len()];
    let rest = rest.strip_prefix(['_', '-']).unwrap_or(rest);
    (!digits.is_empty()).then(|| (digits.trim_start_matches('0'), rest))
}

fn compare(left: &str, right: &str) -> Ordering {
    let by_number = match (numbered(left), numbered(right)) {
        // The number with more digits is the larger one, whatever fits into an integer.
        (Some((left, left_rest)), Some((right, right_rest))) => {
            left.len().cmp(&right.len()).then(left.cmp(right)).then(left_rest.cmp(right_rest))
        }
        (left, right) => right.is_some().cmp(&left.is_some()),
    };
    by_number.then(left.cmp(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_first_and_by_their_value() {
        let mut names = ["b", "10_a", "2_z", "a", "010_b", "100_a", "B", "2_y", "_x"];
        names.sort_by(|left, right| compare(left, right));
        assert_eq!(names, ["2_y", "2_z", "10_a", "010_b", "100_a", "B", "_x", "a", "b"]);
    }

    #[test]
    fn the_name_behind_a_number() {
        for (name, found) in [
            ("10_reverse", Some(("10", "reverse"))),
            ("007-b", Some(("7", "b"))),
            ("0", Some(("", ""))),
            ("reverse", None),
            ("2nd", Some(("2", "nd"))),
        ] {
            assert_eq!(numbered(name), found, "{name}");
        }
    }
}
