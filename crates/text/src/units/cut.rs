//! Where a stream of text may be cut, so that no unit is cut.

use memchr::memrchr;

use super::{Record, Unit};

/// Where chunks may end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Between any two characters.
    Anywhere,
    /// Nowhere: the text is one chunk.
    Nowhere,
    Lines,
    Paragraphs,
    Records(Record),
}

impl Cut {
    pub(crate) fn between(unit: &Unit) -> Self {
        match unit {
            Unit::Whole => Self::Nowhere,
            Unit::Line => Self::Lines,
            Unit::Paragraph => Self::Paragraphs,
            Unit::Record(record) if record.longest().is_none() => Self::Nowhere,
            Unit::Record(record) => Self::Records(record.clone()),
        }
    }

    /// What is between two cuts.
    pub(crate) fn unit_name(&self) -> &'static str {
        match self {
            Self::Anywhere => "chunk",
            Self::Nowhere => "file, all of which is needed at once,",
            Self::Lines => "line",
            Self::Paragraphs => "paragraph",
            Self::Records(_) => "record",
        }
    }

    /// The last place at which a unit begins for sure, whatever follows the text. There is text on
    /// both sides of it, so that the last chunk of a file is empty only if the file is.
    pub(crate) fn last(&self, text: &str) -> Option<usize> {
        let place = match self {
            Self::Nowhere => None,
            Self::Anywhere => text.char_indices().next_back().map(|(at, _)| at),
            Self::Lines => line_start(text, text.len().saturating_sub(1)),
            Self::Paragraphs => paragraph_start(text),
            Self::Records(record) => record_start(record, text),
        };
        place.filter(|&at| at > 0)
    }
}

/// The start of the last line that begins behind a "\n" before `end`.
fn line_start(text: &str, end: usize) -> Option<usize> {
    memrchr(b'\n', &text.as_bytes()[..end]).map(|at| at + 1)
}

/// The last line that isn't blank and has a blank one before it.
fn paragraph_start(text: &str) -> Option<usize> {
    let mut end = text.len();
    let mut next_is_text = false;
    loop {
        // The line before `end`; the last one may go on beyond the text.
        let start = line_start(text, end.saturating_sub(1)).unwrap_or(0);
        let is_blank = text[start..end].trim().is_empty();
        if is_blank && next_is_text {
            return Some(end);
        }
        next_is_text = !is_blank;
        if start == 0 {
            return None;
        }
        end = start;
    }
}

/// Behind the last separator that what follows the text can't make longer.
fn record_start(record: &Record, text: &str) -> Option<usize> {
    let safe = text.len().checked_sub(record.longest()?)?;
    let ends = record.separator().find_iter(text).take_while(|found| found.start() <= safe);
    ends.map(|found| found.end()).filter(|&end| end < text.len()).last()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(unit: &Unit, text: &str) -> Option<usize> {
        Cut::between(unit).last(text)
    }

    #[test]
    fn lines_are_cut_behind_their_end_if_more_follows() {
        for (text, at) in [
            ("", None),
            ("ab", None),
            ("a\n", None),
            ("a\nb", Some(2)),
            ("a\n\n", Some(2)),
            ("\n\n", Some(1)),
        ] {
            assert_eq!(last(&Unit::Line, text), at, "{text:?}");
        }
    }

    #[test]
    fn paragraphs_are_cut_before_text_behind_a_blank_line() {
        let texts = [
            ("a\nb\n", None),
            ("a\n\n", None),
            ("a\n\n ", None),
            ("a\n\nb", Some(3)),
            ("a\r\n \t\r\nb\nc\n\n", Some(7)),
            ("a\n\nb\n\nc\n", Some(6)),
            ("\n\na", Some(2)),
            ("a\n \nb\n", Some(4)),
        ];
        for (text, at) in texts {
            assert_eq!(last(&Unit::Paragraph, text), at, "{text:?}");
        }
    }

    #[test]
    fn records_are_cut_where_more_text_changes_nothing() {
        let unit = Unit::record("-{1,3}").unwrap();
        for (text, at) in [
            ("a-b", None),
            ("a-bc", Some(2)),
            ("a--", None),
            ("a-----b", Some(6)),
            ("a---b", Some(4)),
        ] {
            assert_eq!(last(&unit, text), at, "{text:?}");
        }
        assert_eq!(Cut::between(&Unit::record("-+").unwrap()), Cut::Nowhere);
        assert_eq!(Cut::between(&Unit::record(r"-\b").unwrap()), Cut::Nowhere);
    }

    #[test]
    fn characters_stay_whole_where_nothing_else_matters() {
        assert_eq!(Cut::Anywhere.last("aé"), Some(1));
        assert_eq!(Cut::Anywhere.last("é"), None);
    }
}
