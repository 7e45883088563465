//! Where text goes: files that appear when they are complete, stdout, writers, nowhere.

mod draft;
mod encoder;
mod writer;

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use draft::follow;
pub use writer::Writer;

use crate::{Compression, Error, Result};
use draft::Draft;
use writer::Sink;

/// Something to write to. Files are compressed as their names say (`.gz`, `.zst`, `.bz2`, `.xz`).
///
/// A file is written as a draft beside it, under a hidden name, and takes its place once it is
/// complete; until then, and if the run fails, what was there stays. It keeps the permissions of
/// the file that it replaces, and where that is a symbolic link, what it points to is replaced.
///
/// ```
/// use arrowsmith_text::Target;
///
/// let mut writer = Target::writer("memory", Vec::new()).create()?;
/// writer.write(b"hello")?;
/// assert_eq!(writer.finish()?, 5);
/// # Ok::<(), arrowsmith_text::Error>(())
/// ```
pub struct Target {
    name: Arc<str>,
    kind: Kind,
}

enum Kind {
    Path(PathBuf),
    Stdout,
    Writer(Box<dyn Write + Send>),
    Null,
}

impl Target {
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { name: path.display().to_string().into(), kind: Kind::Path(path) }
    }

    pub fn stdout() -> Self {
        Self { name: "stdout".into(), kind: Kind::Stdout }
    }

    /// `name` is what errors call it. It is flushed at the end.
    pub fn writer(name: impl Into<Arc<str>>, writer: impl Write + Send + 'static) -> Self {
        Self { name: name.into(), kind: Kind::Writer(Box::new(writer)) }
    }

    /// Bytes are counted and forgotten.
    pub fn null() -> Self {
        Self { name: "nowhere".into(), kind: Kind::Null }
    }

    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub fn as_path(&self) -> Option<&Path> {
        match &self.kind {
            Kind::Path(path) => Some(path),
            _ => None,
        }
    }

    /// Makes it ready to be written. The folder of a file has to be there.
    pub fn create(self) -> Result<Writer> {
        let failed = |cause| Error::Write { file: Arc::clone(&self.name), cause };
        let mut compression = None;
        let sink = match self.kind {
            Kind::Path(path) => {
                compression = Compression::of_name(&path);
                create_file(&path).map_err(failed)?
            }
            Kind::Stdout => Sink::Direct(Box::new(io::stdout())),
            Kind::Writer(writer) => Sink::Direct(writer),
            Kind::Null => Sink::Direct(Box::new(io::sink())),
        };
        Writer::new(self.name, sink, compression)
    }
}

/// Only a file can be replaced; a device or pipe is written as it is.
fn create_file(path: &Path) -> io::Result<Sink> {
    match path.metadata() {
        Ok(found) if found.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        Ok(found) if !found.is_file() => {
            Ok(Sink::Direct(Box::new(OpenOptions::new().write(true).open(path)?)))
        }
        _ => Ok(Sink::Draft(Draft::create(path)?)),
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Target").field(&self.name).finish()
    }
}
