//! What counts as whitespace, and taking it off both ends of a text.

/// Which characters are whitespace. The two differ in U+001C to U+001F, which only Python strips.
///
/// ```
/// use arrowsmith_text::Whitespace;
///
/// assert_eq!(Whitespace::Unicode.trim("\u{3000}a b\n\u{1c}"), "a b\n\u{1c}");
/// assert_eq!(Whitespace::Python.trim("\u{3000}a b\n\u{1c}"), "a b");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whitespace {
    /// Unicode's property `White_Space`, as `str::trim` has it.
    #[default]
    Unicode,
    /// What Python's `str.strip()` takes off.
    Python,
}

impl Whitespace {
    pub fn contains(self, character: char) -> bool {
        character.is_whitespace()
            || self == Self::Python && ('\u{1c}'..='\u{1f}').contains(&character)
    }

    /// The text without whitespace at both ends.
    pub fn trim(self, text: &str) -> &str {
        let bytes = text.as_bytes();
        let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return text };
        // Most texts have nothing to take off, and two bytes tell.
        if is_printable(first) && is_printable(last) {
            return text;
        }
        match self {
            Self::Unicode => text.trim(),
            Self::Python => text.trim_matches(|character| self.contains(character)),
        }
    }
}

/// Whether the byte is a character by itself, and surely no whitespace.
fn is_printable(byte: u8) -> bool {
    (0x21..0x80).contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[c for c in range(0x110000) if chr(c).isspace()]` of CPython 3.11.
    const PYTHON: [u32; 29] = [
        0x9, 0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001,
        0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029,
        0x202f, 0x205f, 0x3000,
    ];

    #[test]
    fn python_strips_what_its_isspace_names() {
        for character in (0..0x11_0000).filter_map(char::from_u32) {
            let expected = PYTHON.contains(&u32::from(character));
            assert_eq!(Whitespace::Python.contains(character), expected, "{character:?}");
            let text = format!("{character}x{character}");
            assert_eq!(Whitespace::Python.trim(&text) == "x", expected, "{character:?}");
            assert_eq!(Whitespace::Unicode.trim(&text), text.trim(), "{character:?}");
        }
    }
}
