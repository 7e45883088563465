//! Unicode's normal forms, without a copy where a text is normal already.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization};

/// A normal form of Unicode's annex 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}

/// The text in a normal form.
///
/// ```
/// use arrowsmith_text::{Form, normalise};
///
/// assert_eq!(normalise("e\u{301}", Form::Nfc), "\u{e9}");
/// assert_eq!(normalise("\u{fb01}", Form::Nfkc), "fi");
/// ```
pub fn normalise(text: &str, form: Form) -> Cow<'_, str> {
    let (plain, rest) = text.split_at(plain_length(text, form));
    if is_normal(rest, form) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    out.push_str(plain);
    match form {
        Form::Nfc => out.extend(rest.nfc()),
        Form::Nfd => out.extend(rest.nfd()),
        Form::Nfkc => out.extend(rest.nfkc()),
        Form::Nfkd => out.extend(rest.nfkd()),
    }
    Cow::Owned(out)
}

/// How much of the text's start is surely normal, and stays so whatever follows. ASCII is normal in
/// every form, and what is below U+0300 in NFC.
fn plain_length(text: &str, form: Form) -> usize {
    let first_other = if form == Form::Nfc { 0xcc } else { 0x80 };
    // One comparison a block: the compiler makes vector instructions of the rest.
    let is_plain = |block: &&[u8]| block.iter().fold(0, |most, &byte| byte.max(most)) < first_other;
    let blocks = text.as_bytes().chunks(128).take_while(is_plain);
    let length: usize = blocks.map(<[u8]>::len).sum();
    if length == text.len() {
        return length;
    }
    // What follows may combine with the last character.
    let last = (0..length).rev().find(|&at| text.is_char_boundary(at));
    last.unwrap_or(0)
}

fn is_normal(text: &str, form: Form) -> bool {
    let characters = text.chars();
    let answer = match form {
        Form::Nfc => unicode_normalization::is_nfc_quick(characters),
        Form::Nfd => unicode_normalization::is_nfd_quick(characters),
        Form::Nfkc => unicode_normalization::is_nfkc_quick(characters),
        Form::Nfkd => unicode_normalization::is_nfkd_quick(characters),
    };
    answer == IsNormalized::Yes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORMS: [Form; 4] = [Form::Nfc, Form::Nfd, Form::Nfkc, Form::Nfkd];

    #[test]
    fn normal_text_is_not_copied() {
        for (text, form) in [("", Form::Nfc), ("plain", Form::Nfkd), ("\u{e9}a", Form::Nfc)] {
            assert!(matches!(normalise(text, form), Cow::Borrowed(_)), "{text:?}");
        }
    }

    #[test]
    fn forms_are_those_of_python() {
        // [unicodedata.normalize(form, "\u1e9b\u0323 ﬁ a\u030a 가") for form in ..]
        let expected = [
            "\u{1e9b}\u{323} \u{fb01} \u{e5} \u{ac00}",
            "\u{17f}\u{323}\u{307} \u{fb01} a\u{30a} \u{1100}\u{1161}",
            "\u{1e69} fi \u{e5} \u{ac00}",
            "s\u{323}\u{307} fi a\u{30a} \u{1100}\u{1161}",
        ];
        for (form, expected) in FORMS.into_iter().zip(expected) {
            assert_eq!(normalise("\u{1e9b}\u{323} \u{fb01} a\u{30a} \u{ac00}", form), expected);
        }
    }

    proptest! {
        #[test]
        fn the_shortcut_changes_nothing(
            padding in 0_usize..260,
            text in proptest::collection::vec(
                proptest::sample::select("ae\u{301}\u{327}\u{e9}\u{fb01}\u{1100}\u{1161} \n".chars().collect::<Vec<_>>()),
                0..20,
            )
        ) {
            let text = "\u{e9}a".repeat(padding / 2) + &text.into_iter().collect::<String>();
            let plain: [String; 4] =
                [text.nfc().collect(), text.nfd().collect(), text.nfkc().collect(), text.nfkd().collect()];
            for (form, plain) in FORMS.into_iter().zip(plain) {
                prop_assert_eq!(normalise(&text, form), plain);
            }
        }
    }
}
