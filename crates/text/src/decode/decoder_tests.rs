//! Tests of the decoder: what is cut anywhere means the same, and places are exact.

use proptest::prelude::*;

use super::*;
use crate::decode;

fn in_pieces(bytes: &[u8], size: usize, encoding: Encoding, errors: Errors) -> Result<String> {
    let mut decoder = Decoder::new("the input", encoding, errors);
    let mut out = String::new();
    for piece in bytes.chunks(size) {
        decoder.decode(piece, &mut out)?;
    }
    decoder.finish(&mut out)?;
    Ok(out)
}

fn place(bytes: &[u8], encoding: Encoding) -> (u64, u64) {
    match decode(bytes, encoding, Errors::Strict) {
        Err(Error::Decode { offset, line, .. }) => (offset, line),
        other => panic!("{other:?}"),
    }
}

fn encoding(label: &str) -> Encoding {
    label.parse().unwrap()
}

#[test]
fn marks_are_dropped_where_the_encoding_says_so() {
    let marked = "\u{feff}a".as_bytes();
    assert_eq!(decode(marked, Encoding::UTF_8, Errors::Strict).unwrap(), "\u{feff}a");
    for size in 1..5 {
        let piece = |bytes, encoding| in_pieces(bytes, size, encoding, Errors::Strict).unwrap();
        assert_eq!(piece(marked, Encoding::UTF_8_SIG), "a");
        assert_eq!(piece(b"ab", Encoding::UTF_8_SIG), "ab");
        assert_eq!(piece(b"\xff\xfea\0", Encoding::UTF_16), "a");
        assert_eq!(piece(b"\xfe\xff\0a", Encoding::UTF_16), "a");
        assert_eq!(piece(b"a\0\xff\xfe", Encoding::UTF_16), "a\u{feff}");
        assert_eq!(piece(b"\xff\xfea\0", encoding("utf-16-le")), "\u{feff}a");
        assert_eq!(piece(b"", Encoding::UTF_8_SIG), "");
    }
    let cut = in_pieces(b"\xef\xbb", 1, Encoding::UTF_8_SIG, Errors::Replace).unwrap();
    assert_eq!(cut, "\u{fffd}");
}

#[test]
fn places_of_invalid_bytes_are_exact() {
    assert_eq!(place(b"a\nb\nc\xff", Encoding::UTF_8), (5, 3));
    assert_eq!(place(b"\xef\xbb\xbfa\xff", Encoding::UTF_8_SIG), (4, 1));
    assert_eq!(place(b"ok\n\xe2\x82", Encoding::UTF_8), (3, 2));
    assert_eq!(place(b"ok\n\x80", Encoding::ASCII), (3, 2));
    // A lone low surrogate, half a unit at the end, and a lead byte without a trail.
    assert_eq!(place(b"\xff\xfea\0\n\0\0\xdcb\0", Encoding::UTF_16), (6, 2));
    assert_eq!(place(b"a\0b", encoding("utf-16-le")), (2, 1));
    assert_eq!(place(b"a\n\x82", encoding("shift_jis")), (2, 2));
}

#[test]
fn latin_1_is_not_windows_1252() {
    assert_eq!(decode(b"\x80\xe9", Encoding::LATIN_1, Errors::Strict).unwrap(), "\u{80}\u{e9}");
    assert_eq!(decode(b"\x80", encoding("cp1252"), Errors::Strict).unwrap(), "\u{20ac}");
}

#[test]
fn invalid_bytes_are_replaced_as_python_does() {
    // b"a\xf0\x9f\x41\xe2\x28\xc3".decode("utf-8", "replace") of CPython 3.11
    let bytes = b"a\xf0\x9f\x41\xe2\x28\xc3";
    let replaced = decode(bytes, Encoding::UTF_8, Errors::Replace).unwrap();
    assert_eq!(replaced, "a\u{fffd}A\u{fffd}(\u{fffd}");
    assert_eq!(decode(bytes, Encoding::UTF_8, Errors::Skip).unwrap(), "aA(");
    assert_eq!(decode(b"a\xe9b", Encoding::ASCII, Errors::Replace).unwrap(), "a\u{fffd}b");
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let parts: Vec<&[u8]> = vec![
        b"a",
        b"\n",
        b"\0",
        b"\xc3\xa9",
        b"\xc3",
        b"\xe2\x82\xac",
        b"\xe2\x82",
        b"\xf0\x9f\x98\x80",
        b"\xf0\x9f",
        b"\xff",
        b"\xfe",
        b"\x80",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"\xd8",
        b"\xdc",
    ];
    proptest::collection::vec(proptest::sample::select(parts), 0..12).prop_map(|p| p.concat())
}

proptest! {
    #[test]
    fn pieces_give_what_the_whole_gives(
        bytes in bytes(),
        size in 1_usize..6,
        label in proptest::sample::select(vec![
            "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "ascii", "latin-1", "shift_jis", "gb18030", "cp1252",
        ]),
        errors in proptest::sample::select(vec![Errors::Strict, Errors::Replace, Errors::Skip]),
    ) {
        let whole = decode(&bytes, encoding(label), errors).map(String::from);
        let pieces = in_pieces(&bytes, size, encoding(label), errors);
        let shown = |answer: &Result<String>| answer.as_ref().map_err(Error::to_string).cloned();
        prop_assert_eq!(shown(&whole), shown(&pieces));
    }

    #[test]
    fn utf_8_is_replaced_as_the_standard_library_does(bytes in bytes()) {
        let replaced = decode(&bytes, Encoding::UTF_8, Errors::Replace).unwrap();
        prop_assert_eq!(replaced, String::from_utf8_lossy(&bytes));
    }
}
