//! Bytes in some encoding become text, in one go or piece by piece.

mod decoder;
mod encoding;
mod utf8;

use std::borrow::Cow;

pub use decoder::Decoder;
pub use encoding::Encoding;

use crate::Result;
use encoding::Kind;

/// What to do about bytes that mean nothing in the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Errors {
    /// They are an error that says where they are.
    #[default]
    Strict,
    /// U+FFFD stands in for them.
    Replace,
    /// They are left out.
    Skip,
}

/// Decodes bytes that are all there. UTF-8 isn't copied.
///
/// ```
/// use arrowsmith_text::{Encoding, Errors, decode};
///
/// assert_eq!(decode(b"caf\xe9", Encoding::LATIN_1, Errors::Strict)?, "caf\u{e9}");
/// let error = decode(b"a\nb\xff", Encoding::UTF_8, Errors::Strict).unwrap_err();
/// assert!(error.to_string().contains("invalid bytes at byte 3, line 2"));
/// # Ok::<(), arrowsmith_text::Error>(())
/// ```
pub fn decode(bytes: &[u8], encoding: Encoding, errors: Errors) -> Result<Cow<'_, str>> {
    let bare = match encoding.0 {
        Kind::Utf8 => Some(bytes),
        Kind::Utf8Sig => Some(bytes.strip_prefix(utf8::MARK).unwrap_or(bytes)),
        Kind::Ascii if bytes.is_ascii() => Some(bytes),
        _ => None,
    };
    if let Some(Ok(text)) = bare.map(std::str::from_utf8) {
        return Ok(Cow::Borrowed(text));
    }
    let mut decoder = Decoder::new("the input", encoding, errors);
    let mut out = String::with_capacity(bytes.len());
    decoder.decode(bytes, &mut out)?;
    decoder.finish(&mut out)?;
    Ok(Cow::Owned(out))
}
