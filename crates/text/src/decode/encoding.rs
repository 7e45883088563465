//! Which encodings there are, and their labels.

use std::fmt;
use std::str::FromStr;

use crate::{Error, Result};

/// An encoding of text. UTF-8, UTF-16, ASCII and Latin-1 are what Python has under these names;
/// the others are those of the WHATWG encoding standard.
///
/// ```
/// use arrowsmith_text::Encoding;
///
/// assert_eq!("latin_1".parse::<Encoding>()?, Encoding::LATIN_1);
/// assert_eq!("CP1252".parse::<Encoding>()?.name(), "windows-1252");
/// # Ok::<(), arrowsmith_text::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(pub(super) Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Utf8,
    /// A byte order mark at the start is dropped.
    Utf8Sig,
    Ascii,
    /// Each byte is the character of its number.
    Latin1,
    /// The byte order mark says which; little-endian without one.
    Utf16,
    Other(&'static encoding_rs::Encoding),
}

impl Encoding {
    pub const UTF_8: Self = Self(Kind::Utf8);
    /// UTF-8 whose byte order mark, if there is one, isn't part of the text.
    pub const UTF_8_SIG: Self = Self(Kind::Utf8Sig);
    pub const ASCII: Self = Self(Kind::Ascii);
    /// ISO 8859-1, in which every byte is a character (windows-1252 is another).
    pub const LATIN_1: Self = Self(Kind::Latin1);
    pub const UTF_16: Self = Self(Kind::Utf16);

    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Utf8 => "utf-8",
            Kind::Utf8Sig => "utf-8-sig",
            Kind::Ascii => "ascii",
            Kind::Latin1 => "latin-1",
            Kind::Utf16 => "utf-16",
            Kind::Other(encoding) if encoding == encoding_rs::UTF_16LE => "utf-16-le",
            Kind::Other(encoding) if encoding == encoding_rs::UTF_16BE => "utf-16-be",
            Kind::Other(encoding) => encoding.name(),
        }
    }
}

impl Default for Encoding {
    fn default() -> Self {
        Self::UTF_8
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Encoding {
    type Err = Error;

    /// Case doesn't matter, and "_" is "-".
    fn from_str(label: &str) -> Result<Self> {
        let plain = label.trim().to_ascii_lowercase().replace('_', "-");
        let kind = match plain.as_str() {
            "utf-8" | "utf8" | "u8" => Kind::Utf8,
            "utf-8-sig" | "utf8-sig" => Kind::Utf8Sig,
            "ascii" | "us-ascii" | "646" => Kind::Ascii,
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" | "8859" => Kind::Latin1,
            "utf-16" | "utf16" | "u16" => Kind::Utf16,
            "utf-16-le" | "utf-16le" | "utf16le" => Kind::Other(encoding_rs::UTF_16LE),
            "utf-16-be" | "utf-16be" | "utf16be" => Kind::Other(encoding_rs::UTF_16BE),
            _ => Kind::Other(
                whatwg(&plain).ok_or_else(|| Error::UnknownEncoding { label: label.to_owned() })?,
            ),
        };
        Ok(Self(kind))
    }
}

fn whatwg(label: &str) -> Option<&'static encoding_rs::Encoding> {
    let spelled = encoding_rs::Encoding::for_label(label.as_bytes())
        .or_else(|| encoding_rs::Encoding::for_label(label.replace('-', "_").as_bytes()))?;
    // The standard's "replacement" decodes nothing; it marks encodings that are no longer safe.
    (spelled != encoding_rs::REPLACEMENT).then_some(spelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_those_of_python_and_of_the_web() {
        let labels = [
            ("UTF-8", "utf-8"),
            (" utf_8_sig", "utf-8-sig"),
            ("US-ASCII", "ascii"),
            ("ISO-8859-1", "latin-1"),
            ("latin_1", "latin-1"),
            ("UTF-16LE", "utf-16-le"),
            ("utf_16_be", "utf-16-be"),
            ("cp1252", "windows-1252"),
            ("shift_jis", "Shift_JIS"),
            ("iso-8859-15", "ISO-8859-15"),
            ("gb18030", "gb18030"),
        ];
        for (label, name) in labels {
            assert_eq!(label.parse::<Encoding>().unwrap().name(), name, "{label}");
        }
    }

    #[test]
    fn unknown_labels_are_told_what_is_known() {
        for label in ["utf-7", "", "hz-gb-2312"] {
            let error = label.parse::<Encoding>().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("unknown encoding {label:?}; known are")),
                "{error}"
            );
        }
    }
}
