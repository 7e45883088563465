//! Reading what is stored, unpacked, with errors that say how far it got.

use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use liblzma::stream::{CONCATENATED, Stream};

use super::gzip::Members;
use crate::{Compression, Error, Result};

/// What is read from the file at once.
const BUFFER: usize = 256 << 10;

/// What xz may use for its dictionary; its highest level wants 65 MiB.
const XZ_MEMORY: u64 = 256 << 20;

/// An open [`Source`](crate::Source): the bytes of its text, unpacked as they are asked for.
pub struct Reader {
    name: Arc<str>,
    compression: Option<Compression>,
    text: Box<dyn Read + Send>,
    stored: Arc<Stored>,
    given: u64,
    end: End,
}

/// What comes behind the bytes that were given.
enum End {
    Unknown,
    Reached,
    Failed(io::Error),
}

/// What is known of the stored bytes, while a decompressor owns their reader.
#[derive(Default)]
struct Stored {
    read: AtomicU64,
    has_failed: AtomicBool,
}

struct Counted<R> {
    inner: R,
    stored: Arc<Stored>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let answer = self.inner.read(buffer);
        match &answer {
            Ok(read) => {
                self.stored.read.fetch_add(*read as u64, Ordering::Relaxed);
            }
            Err(_) => self.stored.has_failed.store(true, Ordering::Relaxed),
        }
        answer
    }
}

impl Reader {
    /// The first `looks_at` bytes tell whether it is compressed.
    pub(super) fn new(
        name: Arc<str>,
        inner: Box<dyn Read + Send>,
        looks_at: usize,
    ) -> Result<Self> {
        let stored = Arc::new(Stored::default());
        let counted = Counted { inner, stored: Arc::clone(&stored) };
        let mut buffered = BufReader::with_capacity(BUFFER, counted);
        let mut start = Vec::new();
        let looked = buffered.by_ref().take(looks_at as u64).read_to_end(&mut start);
        let failed = |cause| Error::Read { file: Arc::clone(&name), read: 0, cause };
        looked.map_err(failed)?;
        let compression = Compression::of_bytes(&start);
        let text = unpack(compression, Cursor::new(start).chain(buffered)).map_err(failed)?;
        Ok(Self { name, compression, text, stored, given: 0, end: End::Unknown })
    }

    pub fn compression(&self) -> Option<Compression> {
        self.compression
    }

    /// How many stored bytes were read so far; a buffer ahead of what was given.
    pub fn stored_bytes(&self) -> u64 {
        self.stored.read.load(Ordering::Relaxed)
    }

    /// Fills the buffer from its start and says how far; zero is the end. What was read before an
    /// error is given first.
    ///
    /// # Errors
    /// [`Error::Read`] if reading fails, [`Error::Corrupt`] if unpacking does.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() && matches!(self.end, End::Unknown) {
            match self.text.read(&mut buffer[filled..]) {
                Ok(0) => self.end = End::Reached,
                Ok(read) => {
                    filled += read;
                    self.given += read as u64;
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {
                    self.stored.has_failed.store(false, Ordering::Relaxed);
                }
                Err(cause) => self.end = End::Failed(cause),
            }
        }
        if filled > 0 || !matches!(self.end, End::Failed(_)) {
            return Ok(filled);
        }
        match std::mem::replace(&mut self.end, End::Reached) {
            End::Failed(cause) => Err(self.failure(cause)),
            End::Unknown | End::Reached => Ok(0),
        }
    }

    fn failure(&self, cause: io::Error) -> Error {
        let (file, read) = (Arc::clone(&self.name), self.stored_bytes());
        match self.compression {
            Some(compression) if !self.stored.has_failed.load(Ordering::Relaxed) => {
                Error::Corrupt { file, compression, read, text: self.given, cause }
            }
            _ => Error::Read { file, read, cause },
        }
    }
}

fn unpack(
    compression: Option<Compression>,
    stored: impl BufRead + Send + 'static,
) -> io::Result<Box<dyn Read + Send>> {
    Ok(match compression {
        None => Box::new(stored),
        Some(Compression::Gzip) => Box::new(Members::new(stored)),
        Some(Compression::Zstd) => Box::new(zstd::Decoder::with_buffer(stored)?),
        Some(Compression::Bzip2) => Box::new(bzip2::bufread::MultiBzDecoder::new(stored)),
        Some(Compression::Xz) => {
            let stream = Stream::new_stream_decoder(XZ_MEMORY, CONCATENATED)?;
            Box::new(liblzma::bufread::XzDecoder::new_stream(stored, stream))
        }
    })
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("name", &self.name)
            .field("compression", &self.compression)
            .finish_non_exhaustive()
    }
}
