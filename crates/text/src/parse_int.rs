//! Integers from text, by the rules of Python's `int()`.

use crate::Whitespace;

/// Why a text is no integer of 64 bits. Positions count characters of the whole text, from one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseIntError {
    #[error("there are no digits in it")]
    Empty,

    #[error("character {position} is {character:?}, which is no digit")]
    NoDigit { character: char, position: usize },

    #[error("the underscore at character {position} is not between two digits")]
    Underscore { position: usize },

    #[error("the number does not fit 64 bits: it is below {} or above {}", i64::MIN, i64::MAX)]
    TooLarge,
}

/// Reads an integer as Python's `int()` does: whitespace around it, a sign, decimal digits of any
/// script, and single underscores between digits.
///
/// ```
/// use arrowsmith_text::parse_int;
///
/// assert_eq!(parse_int(" -1_000\n"), Ok(-1000));
/// assert_eq!(
///     parse_int("12x").unwrap_err().to_string(),
///     "character 3 is 'x', which is no digit",
/// );
/// ```
pub fn parse_int(text: &str) -> Result<i64, ParseIntError> {
    let trimmed = Whitespace::Python.trim(text);
    let before = text.chars().take_while(|&character| Whitespace::Python.contains(character));
    let mut position = before.count();
    let is_negative = trimmed.starts_with('-');
    let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    if digits.is_empty() {
        return Err(ParseIntError::Empty);
    }
    position += usize::from(digits.len() < trimmed.len());
    let value = read_digits(digits, position)?;
    let value = if is_negative { value.map(|value| -value) } else { value };
    value.and_then(|value| i64::try_from(value).ok()).ok_or(ParseIntError::TooLarge)
}

/// The value of the digits, or none if it is too large by far. `position` is how many characters
/// stand before them.
fn read_digits(digits: &str, mut position: usize) -> Result<Option<i128>, ParseIntError> {
    let mut value = Some(0_i128);
    let mut after_digit = false;
    for character in digits.chars() {
        position += 1;
        if character == '_' && after_digit {
            after_digit = false;
            continue;
        }
        if character == '_' {
            return Err(ParseIntError::Underscore { position });
        }
        let digit = decimal(character).ok_or(ParseIntError::NoDigit { character, position })?;
        value = value.and_then(|value| value.checked_mul(10)?.checked_add(i128::from(digit)));
        after_digit = true;
    }
    if after_digit { Ok(value) } else { Err(ParseIntError::Underscore { position }) }
}

fn decimal(character: char) -> Option<u32> {
    if character.is_ascii() {
        return character.to_digit(10);
    }
    let code = u32::from(character);
    let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= code)].last()?;
    Some(code - zero).filter(|digit| *digit < 10)
}

/// The digits zero of general category Nd; each is followed by its script's one to nine. As
/// CPython 3.11 has them (Unicode 14).
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66,
    0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x1_04A0, 0x1_0D30, 0x1_1066, 0x1_10F0, 0x1_1136, 0x1_11D0, 0x1_12F0, 0x1_1450, 0x1_14D0,
    0x1_1650, 0x1_16C0, 0x1_1730, 0x1_18E0, 0x1_1950, 0x1_1C50, 0x1_1D50, 0x1_1DA0, 0x1_6A60,
    0x1_6AC0, 0x1_6B50, 0x1_D7CE, 0x1_D7D8, 0x1_D7E2, 0x1_D7EC, 0x1_D7F6, 0x1_E140, 0x1_E2F0,
    0x1_E950, 0x1_FBF0,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_that_python_reads_are_read() {
        let texts = [
            ("0", 0),
            ("007", 7),
            ("+5", 5),
            ("-0", 0),
            ("1_2_3", 123),
            ("\u{1f}\u{3000}42\x0b", 42),
            ("\u{661}\u{662}\u{0669}", 129),
            ("\u{1d7da}1", 21),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("000000000000000000000000000000000000000000000000000001", 1),
        ];
        for (text, value) in texts {
            assert_eq!(parse_int(text), Ok(value), "{text:?}");
        }
    }

    #[test]
    fn bad_texts_say_why() {
        let no_digit = |character, position| ParseIntError::NoDigit { character, position };
        let underscore = |position| ParseIntError::Underscore { position };
        let texts = [
            ("", ParseIntError::Empty),
            (" \n", ParseIntError::Empty),
            ("-", ParseIntError::Empty),
            ("é1", no_digit('é', 1)),
            (" +1.5", no_digit('.', 4)),
            ("--1", no_digit('-', 2)),
            ("- 1", no_digit(' ', 2)),
            ("1 2", no_digit(' ', 2)),
            ("0x1", no_digit('x', 2)),
            ("\u{00b2}", no_digit('\u{b2}', 1)),
            ("_1", underscore(1)),
            ("1__2", underscore(3)),
            ("1_", underscore(2)),
            ("9223372036854775808", ParseIntError::TooLarge),
            ("-9223372036854775809", ParseIntError::TooLarge),
            (&"9".repeat(99), ParseIntError::TooLarge),
            (&format!("{}x", "9".repeat(99)), no_digit('x', 100)),
        ];
        for (text, error) in texts {
            assert_eq!(parse_int(text), Err(error), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(value: i64) {
            prop_assert_eq!(parse_int(&value.to_string()), Ok(value));
        }
    }
}
