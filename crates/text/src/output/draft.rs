//! A file that isn't there until it is complete.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// How many symbolic links may lead to a file, as Linux has it.
const LINKS: usize = 40;

/// Written beside its target under a hidden name. Dropped before [`publish`](Self::publish), it is
/// removed.
#[derive(Debug)]
pub(super) struct Draft {
    file: NamedTempFile,
    target: PathBuf,
}

impl Draft {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let target = follow(path)?;
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let file = Builder::new()
            .prefix(".arrowsmith-")
            .suffix(".draft")
            .permissions(new_permissions())
            .tempfile_in(folder)?;
        if let Ok(replaced) = target.metadata() {
            file.as_file().set_permissions(replaced.permissions())?;
        }
        Ok(Self { file, target })
    }

    /// Takes the target's place in one step.
    pub(super) fn publish(self) -> io::Result<()> {
        self.file.persist(&self.target).map(drop).map_err(|error| error.error)
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Where the path's last part leads to, whether that is there or not.
pub(crate) fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Ok(to) = fs::read_link(&path) else { return Ok(path) };
        path = path.parent().unwrap_or(Path::new("")).join(to);
    }
    Err(io::Error::other("too many symbolic links lead from one to the next"))
}

/// What a file gets that replaces none: all that the user's umask leaves.
#[cfg(unix)]
fn new_permissions() -> Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

#[cfg(not(unix))]
compile_error!("drafts take their permissions from Unix; say here what they are elsewhere");
