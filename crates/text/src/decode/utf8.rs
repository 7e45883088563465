//! UTF-8 and ASCII, piece by piece.

use std::str;

/// The byte order mark.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// What a piece of bytes begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Start<'a> {
    Text(&'a str),
    /// So many bytes are no text.
    Invalid(usize),
    /// A character that goes on beyond the piece.
    Incomplete,
}

/// What non-empty bytes of UTF-8 begin with, and how long that is.
pub(super) fn start_of(bytes: &[u8]) -> Start<'_> {
    // Most pieces end within a character at worst; what goes before it is looked at only once.
    let whole = &bytes[..bytes.len() - incomplete_end(bytes)];
    if whole.is_empty() {
        return Start::Incomplete;
    }
    if let Ok(text) = str::from_utf8(whole) {
        return Start::Text(text);
    }
    match str::from_utf8(bytes) {
        Ok(text) => Start::Text(text),
        Err(error) if error.valid_up_to() > 0 => {
            let valid = &bytes[..error.valid_up_to()];
            str::from_utf8(valid).map_or(Start::Invalid(1), Start::Text)
        }
        Err(error) => error.error_len().map_or(Start::Incomplete, Start::Invalid),
    }
}

/// What non-empty bytes of ASCII begin with.
pub(super) fn ascii_start_of(bytes: &[u8]) -> Start<'_> {
    let length = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(bytes.len());
    if length == 0 {
        return Start::Invalid(1);
    }
    str::from_utf8(&bytes[..length]).map_or(Start::Invalid(1), Start::Text)
}

/// How many bytes at the end may begin a character that isn't complete.
fn incomplete_end(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    let Some(at) = tail.iter().rposition(|&byte| byte >= 0xc0) else { return 0 };
    let (seen, lead) = (tail.len() - at, tail[at]);
    let length = match lead {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    };
    let is_open =
        seen < length && str::from_utf8(&tail[at..]).is_err_and(|e| e.error_len().is_none());
    if is_open { seen } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_text_then_what_is_wrong_then_what_is_open() {
        assert_eq!(start_of("aé".as_bytes()), Start::Text("aé"));
        assert_eq!(start_of(b"a\xc3"), Start::Text("a"));
        assert_eq!(start_of(b"\xc3"), Start::Incomplete);
        assert_eq!(start_of(b"\xf0\x9f\x98"), Start::Incomplete);
        assert_eq!(start_of(b"\xe2\x28\xa1"), Start::Invalid(1));
        assert_eq!(start_of(b"\xf0\x9f\x41"), Start::Invalid(2));
        assert_eq!(start_of(b"ab\xff\xc3"), Start::Text("ab"));
        assert_eq!(start_of(b"\xed\xa0\x80"), Start::Invalid(1));
        assert_eq!(start_of(b"\x80"), Start::Invalid(1));
        assert_eq!(ascii_start_of(b"a\x80"), Start::Text("a"));
        assert_eq!(ascii_start_of(b"\x80a"), Start::Invalid(1));
    }
}
