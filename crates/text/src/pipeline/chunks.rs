//! A source as a stream of chunks of text, none of which cuts a unit.

use std::sync::Arc;

use super::Options;
use crate::input::Reader;
use crate::units::Cut;
use crate::{Decoder, Error, Position, Result};

/// How many bytes are decoded at once.
const BLOCK: usize = 256 << 10;

/// Text that goes through the stages at once.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) text: String,
    /// Where in the source it begins.
    pub(crate) start: Position,
    pub(crate) is_last: bool,
}

/// Reads, decodes and cuts a source.
pub(crate) struct Chunks<'a> {
    reader: Reader,
    /// None once the source has ended.
    decoder: Option<Decoder>,
    name: Arc<str>,
    cut: &'a Cut,
    chunk_bytes: usize,
    unit_limit: usize,
    block: Vec<u8>,
    /// Decoded, and not yet given.
    text: String,
    start: Position,
    /// What ended the source early. What is complete before it is given first.
    failure: Option<Error>,
}

impl<'a> Chunks<'a> {
    pub(crate) fn new(name: Arc<str>, reader: Reader, cut: &'a Cut, options: &Options) -> Self {
        let decoder = Decoder::new(Arc::clone(&name), options.encoding, options.errors);
        // A chunk gets longer than it has to be by as much as is decoded at once.
        let block = vec![0; options.chunk_bytes.clamp(1, BLOCK)];
        Self {
            reader,
            decoder: Some(decoder),
            name,
            cut,
            chunk_bytes: options.chunk_bytes.min(options.unit_limit),
            unit_limit: options.unit_limit,
            block,
            text: String::new(),
            start: Position::START,
            failure: None,
        }
    }

    /// The next chunk. There is at least one, and the last one is marked.
    pub(crate) fn next(&mut self) -> Result<Chunk> {
        let mut wanted = self.chunk_bytes;
        loop {
            if self.failure.is_none()
                && let Err(error) = self.fill(wanted)
            {
                self.failure = Some(error);
            }
            let has_ended = self.decoder.is_none() && self.failure.is_none();
            if has_ended && self.text.len() <= self.unit_limit {
                let text = std::mem::take(&mut self.text);
                return Ok(Chunk { text, start: self.start, is_last: true });
            }
            if let Some(at) = self.cut.last(&self.text) {
                return Ok(self.take(at));
            }
            self.check_limit()?;
            if let Some(error) = self.failure.take() {
                return Err(error);
            }
            // Twice as much each time, so that a long unit isn't searched again and again.
            wanted = self.text.len().saturating_mul(2).min(self.unit_limit.saturating_add(1));
        }
    }

    /// How many stored bytes were read so far.
    pub(crate) fn stored_bytes(&self) -> u64 {
        self.reader.stored_bytes()
    }

    fn fill(&mut self, wanted: usize) -> Result<()> {
        while self.text.len() < wanted {
            let Some(mut decoder) = self.decoder.take() else { return Ok(()) };
            let read = self.reader.read(&mut self.block)?;
            decoder.decode(&self.block[..read], &mut self.text)?;
            if read == 0 {
                return decoder.finish(&mut self.text);
            }
            self.decoder = Some(decoder);
        }
        Ok(())
    }

    fn take(&mut self, at: usize) -> Chunk {
        let mut rest = String::with_capacity(self.chunk_bytes.max(self.text.len() - at) + BLOCK);
        rest.push_str(&self.text[at..]);
        self.text.truncate(at);
        let text = std::mem::replace(&mut self.text, rest);
        let start = self.start;
        self.start = start.after(&text);
        Chunk { text, start, is_last: false }
    }

    /// Text that can't be cut is one unit.
    fn check_limit(&self) -> Result<()> {
        if self.text.len() <= self.unit_limit {
            return Ok(());
        }
        Err(Error::UnitTooLong {
            file: Arc::clone(&self.name),
            unit: self.cut.unit_name(),
            line: self.start.line,
            limit: self.unit_limit,
        })
    }
}
