//! Tests of splitting and joining.

use proptest::prelude::*;

use super::*;

fn split<'a>(unit: &'a Unit, text: &str) -> Split<'a> {
    Split::new(unit, text.to_owned(), &Origins::start(Position::START)).unwrap()
}

fn units(texts: &[&str]) -> Units {
    let mut units = Units::new();
    for text in texts {
        units.push(text).unwrap();
    }
    units
}

fn replaced(unit: &Unit, text: &str, new: &[&str], parents: &[usize]) -> String {
    let mut split = split(unit, text);
    let count = split.units.len();
    split.replace(units(new), parents, count).unwrap();
    split.join()
}

fn appended(unit: &Unit, text: &str, new: &[&str]) -> String {
    let mut split = split(unit, text);
    split.append(&units(new), Position::START).unwrap();
    split.join()
}

#[test]
fn units_are_without_what_separates_them() {
    let semicolon = Unit::record(";").unwrap();
    let cases: &[(&Unit, &str, &[&str])] = &[
        (&Unit::Whole, "", &[""]),
        (&Unit::Whole, "a\n", &["a\n"]),
        (&Unit::Line, "", &[]),
        (&Unit::Line, "a\r\n\nb\r", &["a", "", "b\r"]),
        (&Unit::Paragraph, " \n\t", &[]),
        (&Unit::Paragraph, "\n\na\nb\r\n \nc\n\n\n", &["a\nb", "c"]),
        (&Unit::Paragraph, "a\n\nb", &["a", "b"]),
        (&semicolon, "", &[]),
        (&semicolon, "a;;b;", &["a", "", "b"]),
        (&semicolon, ";a", &["", "a"]),
    ];
    for (unit, text, expected) in cases {
        assert!(split(unit, text).units.iter().eq(expected.iter().copied()), "{unit:?} {text:?}");
    }
}

#[test]
fn a_dropped_unit_takes_its_separator_along() {
    assert_eq!(replaced(&Unit::Line, "a\nb\nc", &["a", "c"], &[0, 2]), "a\nc");
    assert_eq!(replaced(&Unit::Line, "a\nb", &["a"], &[0]), "a\n");
    assert_eq!(replaced(&Unit::Line, "a", &[], &[]), "");
    assert_eq!(replaced(&Unit::Paragraph, "\na\n\n\nb\n", &["b"], &[1]), "\nb\n");
    assert_eq!(replaced(&Unit::record(";|,").unwrap(), "a;b,c", &["a", "c"], &[0, 2]), "a;c");
}

#[test]
fn units_made_of_one_have_the_default_separator_between() {
    assert_eq!(replaced(&Unit::Line, "a\nb", &["x", "y", "z"], &[0, 1, 1]), "x\ny\nz");
    assert_eq!(
        replaced(&Unit::Paragraph, "a\n\n\nb\n", &["x", "y", "b"], &[0, 0, 1]),
        "x\n\ny\n\n\nb\n"
    );
    let record = Unit::Record(super::super::Record::new(";").unwrap().joined_by("|"));
    assert_eq!(replaced(&record, "a;b", &["x", "y", "b"], &[0, 0, 1]), "x|y;b");
    assert_eq!(replaced(&Unit::Whole, "a\n", &["x\n", "y"], &[0, 0]), "x\ny");
}

#[test]
fn what_comes_at_the_end_ends_as_the_file_did() {
    assert_eq!(appended(&Unit::Line, "a\nb", &["x", "y"]), "a\nb\nx\ny");
    assert_eq!(appended(&Unit::Line, "a\n", &["x"]), "a\nx\n");
    assert_eq!(appended(&Unit::Line, "", &["x"]), "x\n");
    assert_eq!(appended(&Unit::record(";").unwrap(), "a;b", &["x"]), "a;b\nx");
    assert_eq!(appended(&Unit::record(";").unwrap(), "a;b;", &["x", "y"]), "a;b;x\ny\n");
    assert_eq!(appended(&Unit::Line, "a\nb", &[]), "a\nb");
}

#[test]
fn places_are_where_units_begin() {
    let at = |line, column| Position { line, column };
    let semicolon = Unit::record(";").unwrap();
    let record = split(&semicolon, "é;\nb;c");
    let places: Vec<Position> = (0..3).map(|unit| record.positions.get(unit)).collect();
    assert_eq!(places, [at(1, 1), at(1, 3), at(2, 3)]);
    let mut lines = split(&Unit::Line, "a\nb\nc\n");
    lines.replace(units(&["c", "c2"]), &[2, 2], 3).unwrap();
    assert_eq!([lines.positions.get(0), lines.positions.get(1)], [at(3, 1), at(3, 1)]);
    // Split anew, lines come from where the lines were that they are made of.
    let origins = lines.origins();
    let text = lines.join();
    let paragraphs = Split::new(&Unit::Line, text, &origins).unwrap();
    assert_eq!(paragraphs.positions.get(1), at(3, 1));
}

#[test]
fn blank_lines_before_the_first_paragraph_are_where_they_are() {
    let first = split(&Unit::Paragraph, "\n \na\nb\n\nc");
    let origins = first.origins();
    let lines = Split::new(&Unit::Line, first.join(), &origins).unwrap();
    for unit in 0..6 {
        let place = Position { line: unit + 1, column: 1 };
        assert_eq!(lines.positions.get(unit as usize), place);
    }
}

proptest! {
    #[test]
    fn joined_is_what_was_split(text in "[ab;\n\r\t ]{0,30}", pattern in "[ab]|;\n?|\n{1,2}") {
        for unit in [Unit::Whole, Unit::Paragraph, Unit::record(&pattern).unwrap()] {
            prop_assert_eq!(split(&unit, &text).join(), &*text, "{:?}", unit);
        }
        prop_assert_eq!(split(&Unit::Line, &text).join(), text.replace("\r\n", "\n"));
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        prop_assert!(split(&Unit::Line, &text).units.iter().eq(lines));
    }

    #[test]
    fn parts_that_are_split_by_themselves_are_the_units_of_the_whole(text in "[a;\n ]{0,40}") {
        for unit in [Unit::Line, Unit::Paragraph, Unit::record(";\n?").unwrap()] {
            let Some(at) = crate::units::Cut::between(&unit).last(&text) else { continue };
            let (left, right) = text.split_at(at);
            let parts = [split(&unit, left).units, split(&unit, right).units];
            let parts: Vec<&str> = parts.iter().flat_map(Units::iter).collect();
            prop_assert!(split(&unit, &text).units.iter().eq(parts.iter().copied()), "{:?} {:?}", unit, at);
        }
    }
}
