//! Where text comes from: files, stdin, bytes, readers; compressed or not. And which files a
//! pattern means.

mod expand;
mod gzip;
mod reader;

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use expand::expand;
pub use reader::Reader;

use crate::{Compression, Error, Result};

/// Something to read. What is compressed by gzip, zstd, bzip2 or xz is recognised by its first
/// bytes, whatever its name is.
///
/// ```
/// use arrowsmith_text::Source;
///
/// let mut reader = Source::bytes("greeting", *b"hello").open()?;
/// let mut buffer = [0; 8];
/// assert_eq!(reader.read(&mut buffer)?, 5);
/// # Ok::<(), arrowsmith_text::Error>(())
/// ```
pub struct Source {
    name: Arc<str>,
    kind: Kind,
}

enum Kind {
    Path(PathBuf),
    Stdin,
    Bytes(Vec<u8>),
    /// Never compressed, whatever it looks like.
    Text(Vec<u8>),
    Reader(Box<dyn Read + Send>),
}

impl Source {
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { name: path.display().to_string().into(), kind: Kind::Path(path) }
    }

    pub fn stdin() -> Self {
        Self { name: "stdin".into(), kind: Kind::Stdin }
    }

    /// `name` is what errors call them.
    pub fn bytes(name: impl Into<Arc<str>>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), kind: Kind::Bytes(bytes.into()) }
    }

    /// A text, which is taken as it is. `name` is what errors call it.
    pub fn text(name: impl Into<Arc<str>>, text: impl Into<String>) -> Self {
        Self { name: name.into(), kind: Kind::Text(text.into().into_bytes()) }
    }

    /// `name` is what errors call it.
    pub fn reader(name: impl Into<Arc<str>>, reader: impl Read + Send + 'static) -> Self {
        Self { name: name.into(), kind: Kind::Reader(Box::new(reader)) }
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

    /// How many bytes are stored, where that is known before reading.
    pub fn size(&self) -> Option<u64> {
        match &self.kind {
            Kind::Path(path) => path.metadata().ok().filter(Metadata::is_file).map(|m| m.len()),
            Kind::Bytes(bytes) | Kind::Text(bytes) => Some(bytes.len() as u64),
            Kind::Stdin | Kind::Reader(_) => None,
        }
    }

    /// Opens it and looks at its first bytes.
    ///
    /// # Errors
    /// [`Error::Open`] if there is no such file or it may not be read.
    pub fn open(self) -> Result<Reader> {
        let stored: Box<dyn Read + Send> = match self.kind {
            Kind::Path(path) => Box::new(open_file(&path, &self.name)?),
            Kind::Stdin => Box::new(io::stdin()),
            Kind::Bytes(bytes) => Box::new(Cursor::new(bytes)),
            Kind::Text(bytes) => return Reader::new(self.name, Box::new(Cursor::new(bytes)), 0),
            Kind::Reader(reader) => reader,
        };
        Reader::new(self.name, stored, Compression::LOOKS_AT)
    }
}

fn open_file(path: &Path, name: &Arc<str>) -> Result<File> {
    let failed = |cause| Error::Open { file: Arc::clone(name), cause };
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    Ok(file)
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name).finish()
    }
}
