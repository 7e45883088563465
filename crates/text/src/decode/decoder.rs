//! The decoder that is fed piece by piece and remembers where it is.

use std::sync::Arc;

use memchr::memchr_iter;

use super::encoding::Kind;
use super::utf8::{self, Start};
use super::{Encoding, Errors};
use crate::{Error, Result};

/// Decodes a stream of bytes whose pieces end anywhere, in the middle of a character too.
///
/// ```
/// use arrowsmith_text::{Decoder, Encoding, Errors};
///
/// let mut decoder = Decoder::new("names.txt", Encoding::UTF_8, Errors::Strict);
/// let mut text = String::new();
/// decoder.decode(b"caf\xc3", &mut text)?;
/// decoder.decode(b"\xa9", &mut text)?;
/// decoder.finish(&mut text)?;
/// assert_eq!(text, "caf\u{e9}");
/// # Ok::<(), arrowsmith_text::Error>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    file: Arc<str>,
    encoding: Encoding,
    errors: Errors,
    /// Bytes that wait for what follows them: part of a character or of a byte order mark.
    open: Vec<u8>,
    is_at_start: bool,
    /// How many bytes went before `open`.
    offset: u64,
    line: u64,
    other: Option<Other>,
}

/// What some bytes begin with, in UTF-8 or ASCII.
type StartOf = fn(&[u8]) -> Start<'_>;

/// A decoder of `encoding_rs`.
struct Other(encoding_rs::Decoder);

impl std::fmt::Debug for Other {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Other").field(&self.0.encoding().name()).finish()
    }
}

impl Decoder {
    /// `file` is what errors call the stream.
    pub fn new(file: impl Into<Arc<str>>, encoding: Encoding, errors: Errors) -> Self {
        let other = match encoding.0 {
            Kind::Other(encoding) => Some(Other(encoding.new_decoder_without_bom_handling())),
            _ => None,
        };
        let open = Vec::new();
        Self {
            file: file.into(),
            encoding,
            errors,
            open,
            is_at_start: true,
            offset: 0,
            line: 1,
            other,
        }
    }

    /// Appends what the bytes mean, as far as they are complete.
    ///
    /// # Errors
    /// [`Error::Decode`] for invalid bytes under [`Errors::Strict`]; `out` ends before them.
    pub fn decode(&mut self, bytes: &[u8], out: &mut String) -> Result<()> {
        self.feed(bytes, out, false)
    }

    /// Says that nothing follows: what is still open is invalid.
    ///
    /// ```compile_fail,E0382
    /// # use arrowsmith_text::{Decoder, Encoding, Errors};
    /// let mut decoder = Decoder::new("names.txt", Encoding::UTF_8, Errors::Strict);
    /// let mut text = String::new();
    /// decoder.finish(&mut text)?;
    /// decoder.decode(b"more", &mut text)?;
    /// # Ok::<(), arrowsmith_text::Error>(())
    /// ```
    pub fn finish(mut self, out: &mut String) -> Result<()> {
        self.feed(&[], out, true)?;
        if self.other.is_none() && !self.open.is_empty() {
            let length = self.open.len();
            self.open.clear();
            self.reject(length, out)?;
        }
        Ok(())
    }

    fn feed(&mut self, bytes: &[u8], out: &mut String, is_last: bool) -> Result<()> {
        if self.is_at_start && matches!(self.encoding.0, Kind::Utf8Sig | Kind::Utf16) {
            self.open.extend_from_slice(bytes);
            let Some(mark) = self.mark(is_last) else { return Ok(()) };
            self.is_at_start = false;
            let bytes = std::mem::take(&mut self.open);
            self.offset += mark as u64;
            return self.feed_text(&bytes[mark..], out, is_last);
        }
        self.feed_text(bytes, out, is_last)
    }

    /// How long the byte order mark is, once enough bytes are there to tell.
    fn mark(&mut self, is_last: bool) -> Option<usize> {
        let start = self.open.as_slice();
        if self.encoding.0 == Kind::Utf8Sig {
            let is_open = start.len() < utf8::MARK.len() && utf8::MARK.starts_with(start);
            let length = if start.starts_with(utf8::MARK) { utf8::MARK.len() } else { 0 };
            return (is_last || !is_open).then_some(length);
        }
        if start.len() < 2 && !is_last {
            return None;
        }
        let (encoding, length) = match start {
            [0xfe, 0xff, ..] => (encoding_rs::UTF_16BE, 2),
            [0xff, 0xfe, ..] => (encoding_rs::UTF_16LE, 2),
            _ => (encoding_rs::UTF_16LE, 0),
        };
        self.other = Some(Other(encoding.new_decoder_without_bom_handling()));
        Some(length)
    }

    fn feed_text(&mut self, bytes: &[u8], out: &mut String, is_last: bool) -> Result<()> {
        match (self.encoding.0, self.other.take()) {
            (_, Some(mut other)) => {
                let answer = self.feed_other(&mut other.0, bytes, out, is_last);
                self.other = Some(other);
                answer
            }
            (Kind::Latin1, None) => {
                self.accept(&encoding_rs::mem::decode_latin1(bytes), bytes.len(), out);
                Ok(())
            }
            (Kind::Ascii, None) => self.feed_utf8(bytes, out, utf8::ascii_start_of),
            (_, None) => self.feed_utf8(bytes, out, utf8::start_of),
        }
    }

    fn feed_utf8(&mut self, bytes: &[u8], out: &mut String, start_of: StartOf) -> Result<()> {
        let mut bytes = self.close_open(bytes, out, start_of)?;
        while !bytes.is_empty() {
            let length = match start_of(bytes) {
                Start::Text(text) => self.accept(text, text.len(), out),
                Start::Invalid(length) => self.reject(length, out)?,
                Start::Incomplete => {
                    self.open = bytes.to_vec();
                    return Ok(());
                }
            };
            bytes = &bytes[length..];
        }
        Ok(())
    }

    /// Completes the character that the last piece ended in, and gives the bytes behind it.
    fn close_open<'b>(
        &mut self,
        mut bytes: &'b [u8],
        out: &mut String,
        start_of: StartOf,
    ) -> Result<&'b [u8]> {
        while !self.open.is_empty() && !bytes.is_empty() {
            let mut character = std::mem::take(&mut self.open);
            character.push(bytes[0]);
            let used = match start_of(&character) {
                Start::Text(text) => self.accept(text, text.len(), out),
                Start::Invalid(length) => self.reject(length, out)?,
                Start::Incomplete => 0,
            };
            // The byte that broke a character may begin another: then it isn't used up.
            if used == 0 || used == character.len() {
                bytes = &bytes[1..];
            }
            if used == 0 {
                self.open = character;
            }
        }
        Ok(bytes)
    }

    fn feed_other(
        &mut self,
        other: &mut encoding_rs::Decoder,
        mut bytes: &[u8],
        out: &mut String,
        is_last: bool,
    ) -> Result<()> {
        use encoding_rs::DecoderResult;

        loop {
            let room = other.max_utf8_buffer_length_without_replacement(bytes.len());
            out.reserve(room.unwrap_or(bytes.len()));
            let start = out.len();
            let (result, read) = other.decode_to_string_without_replacement(bytes, out, is_last);
            self.line += count_lines(&out[start..]);
            self.offset += read as u64;
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    // They were read already; the place is where they begin.
                    let back = u64::from(length) + u64::from(after);
                    self.offset = self.offset.saturating_sub(back);
                    self.reject(0, out)?;
                    self.offset += back;
                }
            }
        }
    }

    fn accept(&mut self, text: &str, length: usize, out: &mut String) -> usize {
        out.push_str(text);
        self.line += count_lines(text);
        self.offset += length as u64;
        length
    }

    fn reject(&mut self, length: usize, out: &mut String) -> Result<usize> {
        match self.errors {
            Errors::Strict => {
                return Err(Error::Decode {
                    file: Arc::clone(&self.file),
                    encoding: self.encoding.name(),
                    offset: self.offset,
                    line: self.line,
                });
            }
            Errors::Replace => out.push('\u{fffd}'),
            Errors::Skip => {}
        }
        self.offset += length as u64;
        Ok(length)
    }
}

fn count_lines(text: &str) -> u64 {
    memchr_iter(b'\n', text.as_bytes()).count() as u64
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
