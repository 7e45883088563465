//! Lines of a text in memory: as Rust has them, as Python has them, and trimmed.

use std::borrow::Cow;

use memchr::memchr;

use crate::Whitespace;

/// Lines as Rust's [`str::lines`] has them: they end in "\n" or "\r\n", which they don't include,
/// and an end of line at the end of the text begins no other.
///
/// ```
/// assert!(arrowsmith_text::lines("a\r\n\nb\n").eq(["a", "", "b"]));
/// ```
pub fn lines(text: &str) -> std::str::Lines<'_> {
    text.lines()
}

/// Each line without the whitespace at its ends, joined by "\n". The text itself comes back
/// borrowed where that is what it is already.
///
/// ```
/// use arrowsmith_text::{Whitespace, trim_lines};
///
/// let text = "\n    hello world\n    this is a test\n    ";
/// assert_eq!(trim_lines(text, Whitespace::Unicode), "\nhello world\nthis is a test\n");
/// ```
pub fn trim_lines(text: &str, whitespace: Whitespace) -> Cow<'_, str> {
    let mut trimmed = Trimmed { text, out: String::new(), run: 0..0 };
    let mut start = 0;
    while start < text.len() {
        let end = memchr(b'\n', &text.as_bytes()[start..]).map(|length| start + length);
        let line = &text[start..end.unwrap_or(text.len())];
        let kept = whitespace.trim(line);
        let from = start + (kept.as_ptr().addr() - line.as_ptr().addr());
        trimmed.push(start, from..from + kept.len());
        start = end.map_or(text.len(), |end| end + 1);
    }
    trimmed.finish()
}

/// What [`trim_lines`] has made so far: `out`, and then the part of the text that is to be copied
/// as it stands. Lines that need no trimming make that part longer, and cost no copy of their own.
struct Trimmed<'a> {
    text: &'a str,
    out: String,
    run: std::ops::Range<usize>,
}

impl<'a> Trimmed<'a> {
    /// Takes the next line, which begins at `start` and of which `kept` remains.
    fn push(&mut self, start: usize, kept: std::ops::Range<usize>) {
        if start == 0 {
            self.run = kept;
        } else if kept.start == start && self.run.end + 1 == start {
            self.run.end = kept.end;
        } else {
            self.flush();
            self.out.push('\n');
            self.run = kept;
        }
    }

    fn flush(&mut self) {
        if self.out.capacity() == 0 {
            self.out.reserve_exact(self.text.len());
        }
        self.out.push_str(&self.text[self.run.clone()]);
    }

    fn finish(mut self) -> Cow<'a, str> {
        if self.out.is_empty() && self.out.capacity() == 0 {
            return Cow::Borrowed(&self.text[self.run]);
        }
        self.flush();
        Cow::Owned(self.out)
    }
}

/// Lines exactly as Python's `str.splitlines()` has them: they end in "\n", "\r\n", "\r", "\x0b",
/// "\x0c", "\x1c", "\x1d", "\x1e", U+0085, U+2028 or U+2029.
///
/// ```
/// use arrowsmith_text::{Ends, split_lines};
///
/// assert!(split_lines("a\r\nb\u{2028}c\r", Ends::Drop).eq(["a", "b", "c"]));
/// assert!(split_lines("a\r\nb\u{2028}c\r", Ends::Keep).eq(["a\r\n", "b\u{2028}", "c\r"]));
/// ```
pub fn split_lines(text: &str, ends: Ends) -> SplitLines<'_> {
    SplitLines { rest: text, ends }
}

/// Whether lines keep what ends them (Python's `keepends`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ends {
    #[default]
    Drop,
    Keep,
}

/// The iterator of [`split_lines`].
#[derive(Debug, Clone)]
pub struct SplitLines<'a> {
    rest: &'a str,
    ends: Ends,
}

impl<'a> Iterator for SplitLines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let (length, end) = line_end(self.rest.as_bytes());
        let (line, rest) = self.rest.split_at(length + end);
        self.rest = rest;
        Some(if self.ends == Ends::Keep { line } else { &line[..length] })
    }
}

impl std::iter::FusedIterator for SplitLines<'_> {}

/// How long the first line is, and how long what ends it.
fn line_end(text: &[u8]) -> (usize, usize) {
    let mut at = 0;
    while let Some(found) = text[at..].iter().position(|&byte| MAY_END[usize::from(byte)]) {
        at += found;
        match &text[at..] {
            [b'\r', b'\n', ..] | [0xc2, 0x85, ..] => return (at, 2),
            [0xe2, 0x80, 0xa8 | 0xa9, ..] => return (at, 3),
            [0xc2 | 0xe2, ..] => at += 1,
            _ => return (at, 1),
        }
    }
    (text.len(), 0)
}

/// Bytes with which an end of line may begin.
const MAY_END: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = [b'\n', b'\r', 0x0b, 0x0c, 0x1c, 0x1d, 0x1e, 0xc2, 0xe2];
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each line is a text and `text.splitlines(keepends=True)` of CPython 3.11, as it prints them.
    const PYTHON: &[(&str, &[&str])] = &[
        ("", &[]),
        ("\n", &["\n"]),
        ("a", &["a"]),
        ("a\n\nb", &["a\n", "\n", "b"]),
        ("a\r\n\rb\r", &["a\r\n", "\r", "b\r"]),
        ("a\n\rb", &["a\n", "\r", "b"]),
        ("a\x0bb\x0cc", &["a\x0b", "b\x0c", "c"]),
        ("a\x1cb\x1dc\x1ed\x1fe", &["a\x1c", "b\x1d", "c\x1e", "d\x1fe"]),
        ("a\u{85}b\u{2028}c\u{2029}", &["a\u{85}", "b\u{2028}", "c\u{2029}"]),
        ("é\u{84}\u{2027}\u{202a}\u{2128}x", &["é\u{84}\u{2027}\u{202a}\u{2128}x"]),
        ("\r\r\n\n", &["\r", "\r\n", "\n"]),
        ("\u{2028}\u{2028}", &["\u{2028}", "\u{2028}"]),
    ];

    #[test]
    fn lines_end_where_python_ends_them() {
        for (text, expected) in PYTHON {
            let kept: Vec<&str> = split_lines(text, Ends::Keep).collect();
            assert_eq!(&kept, expected, "{text:?}");
        }
    }

    #[test]
    fn the_example_of_the_documentation_is_trimmed() {
        let text = "\n    hello world\n    this is a test\n    of our processor\n    ";
        let expected = "\nhello world\nthis is a test\nof our processor\n";
        assert_eq!(trim_lines(text, Whitespace::Unicode), expected);
    }

    #[test]
    fn what_is_trimmed_already_is_not_copied() {
        for text in ["", "a", "a\nb", "a\n\nb c", "a\nb\n"] {
            assert!(matches!(trim_lines(text, Whitespace::Unicode), Cow::Borrowed(_)), "{text:?}");
        }
        assert!(matches!(trim_lines(" a\nb ", Whitespace::Unicode), Cow::Borrowed("a\nb")));
        let text = " a\n b ";
        let out = trim_lines(text, Whitespace::Unicode);
        assert!(matches!(&out, Cow::Owned(out) if out.capacity() == text.len()));
    }

    fn texts() -> impl Strategy<Value = String> {
        proptest::string::string_regex(
            "[ab\n\r\t \u{b}\u{1c}\u{1e}\u{1f}\u{85}\u{2028}é\u{3000}]{0,40}",
        )
        .unwrap()
    }

    proptest! {
        #[test]
        fn trim_lines_is_the_naive_expression(text in texts()) {
            let naive = text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
            prop_assert_eq!(trim_lines(&text, Whitespace::Unicode), naive);
            let strip = |line| Whitespace::Python.trim(line);
            let naive = text.lines().map(strip).collect::<Vec<_>>().join("\n");
            prop_assert_eq!(trim_lines(&text, Whitespace::Python), naive);
        }

        #[test]
        fn kept_lines_are_the_text_and_dropped_ends_are_all_ends(text in texts()) {
            let kept: String = split_lines(&text, Ends::Keep).collect();
            prop_assert_eq!(&kept, &text);
            let is_end = |c| "\n\r\u{b}\u{c}\u{1c}\u{1d}\u{1e}\u{85}\u{2028}\u{2029}".contains(c);
            for (bare, kept) in split_lines(&text, Ends::Drop).zip(split_lines(&text, Ends::Keep)) {
                prop_assert!(!bare.contains(is_end));
                let end = &kept[bare.len()..];
                prop_assert!(end.chars().all(is_end) && (end.chars().count() < 2 || end == "\r\n"));
            }
        }
    }
}
