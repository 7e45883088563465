//! Writing, with errors that name the file.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use super::draft::Draft;
use super::encoder::Encoder;
use crate::{Compression, Error, Result};

/// An open [`Target`](crate::Target). Dropped before [`finish`](Self::finish), it leaves no file.
pub struct Writer {
    name: Arc<str>,
    encoder: Encoder<Counted>,
}

pub(super) enum Sink {
    Draft(Draft),
    Direct(Box<dyn Write + Send>),
}

struct Counted {
    sink: Sink,
    written: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.sink {
            Sink::Draft(draft) => draft.write(bytes)?,
            Sink::Direct(writer) => writer.write(bytes)?,
        };
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Draft(draft) => draft.flush(),
            Sink::Direct(writer) => writer.flush(),
        }
    }
}

impl Writer {
    pub(super) fn new(
        name: Arc<str>,
        sink: Sink,
        compression: Option<Compression>,
    ) -> Result<Self> {
        let encoder = Encoder::new(Counted { sink, written: 0 }, compression)
            .map_err(|cause| Error::Write { file: Arc::clone(&name), cause })?;
        Ok(Self { name, encoder })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.encoder.write_all(bytes).map_err(|cause| self.failure(cause))
    }

    /// Completes the output: a draft takes its target's place. Gives the number of stored bytes.
    pub fn finish(self) -> Result<u64> {
        let Self { name, encoder } = self;
        let finish = || {
            let mut counted = encoder.finish()?;
            counted.flush()?;
            if let Sink::Draft(draft) = counted.sink {
                draft.publish()?;
            }
            Ok(counted.written)
        };
        finish().map_err(|cause| Error::Write { file: name, cause })
    }

    fn failure(&self, cause: io::Error) -> Error {
        Error::Write { file: Arc::clone(&self.name), cause }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Writer").field(&self.name).finish()
    }
}
