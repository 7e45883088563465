//! Reads type names. The grammar is small and its errors are the point, so it is written out here:
//!
//! ```text
//! declared = type [ "?" ] [ "|" "none" ]        (also "none" "|" type)
//! type     = word [ "(" ints ")" | "[" words "]" | "<" arguments ">" ]
//! ```

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, TimeUnit};

use crate::types::SIMPLE;
use crate::{DeclaredType, Error, Result, Type};

const PARAMETRIC: &str = "decimal(precision, scale), fixed_binary(width), timestamp[unit, zone], \
time[unit], duration[unit], list<type>, large_list<type>, fixed_list<type, size>, \
struct<name: type, ...>, map<type, type>, json, uuid, table";

/// Nesting beyond this is refused, so that a hostile text cannot exhaust the stack.
const MAX_DEPTH: usize = 64;

pub(crate) fn parse(text: &str) -> Result<DeclaredType> {
    let mut parser = Parser { text, rest: text, depth: 0 };
    parser.whole().or_else(|error| arrow_name(text).ok_or(error))
}

/// Arrow's own spelling, such as `Timestamp(ns)` or `Dictionary(Int32, Utf8)`.
fn arrow_name(text: &str) -> Option<DeclaredType> {
    let data_type = text.trim().parse::<DataType>().ok()?;
    Some(DeclaredType { ty: Type::plain(data_type), nullable: false })
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn whole(&mut self) -> Result<DeclaredType> {
        let declared = self.declared()?;
        match self.peek() {
            None => Ok(declared),
            Some(_) => Err(self.unexpected("the end")),
        }
    }

    fn declared(&mut self) -> Result<DeclaredType> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("it is nested deeper than {MAX_DEPTH} levels")));
        }
        let mut nullable = false;
        let mut found = None;
        loop {
            let word = self.word()?;
            if word.eq_ignore_ascii_case("none") {
                nullable = true;
            } else if found.is_none() {
                found = Some(self.ty(word)?);
                nullable |= self.take('?');
            } else {
                return Err(self.error("a union may only add None".to_owned()));
            }
            if !self.take('|') {
                break;
            }
        }
        self.depth -= 1;
        let ty = found.ok_or_else(|| self.error("None alone is no type".to_owned()))?;
        Ok(DeclaredType { ty, nullable })
    }

    fn ty(&mut self, word: &str) -> Result<Type> {
        let lower = word.to_ascii_lowercase();
        if let Some((_, simple)) = SIMPLE.iter().find(|(names, _)| names.contains(&lower.as_str()))
        {
            return Ok(Type::plain(simple.clone()));
        }
        let data_type = match lower.as_str() {
            "json" => return Ok(Type::JSON),
            "uuid" => return Ok(Type::UUID),
            "table" => return Ok(Type::TABLE),
            "decimal" | "decimal128" | "numeric" => self.decimal(38, DataType::Decimal128)?,
            "decimal256" => self.decimal(76, DataType::Decimal256)?,
            "fixed_binary" | "fixedsizebinary" => {
                self.expect('(')?;
                let width = self.number(1, i64::from(i32::MAX))?;
                self.expect(')')?;
                DataType::FixedSizeBinary(width as i32)
            }
            "timestamp" | "timestamptz" => self.timestamp(lower == "timestamptz")?,
            "time" => match self.unit(TimeUnit::Microsecond)? {
                unit @ (TimeUnit::Second | TimeUnit::Millisecond) => DataType::Time32(unit),
                unit => DataType::Time64(unit),
            },
            "duration" => DataType::Duration(self.unit(TimeUnit::Microsecond)?),
            "list" => DataType::List(self.element()?),
            "large_list" => DataType::LargeList(self.element()?),
            "fixed_list" => self.fixed_list()?,
            "struct" => self.structure()?,
            "map" => self.map()?,
            _ => return Err(self.unknown(word)),
        };
        Ok(Type::plain(data_type))
    }

    fn unknown(&self, word: &str) -> Error {
        let simple: Vec<&str> = SIMPLE.iter().map(|(names, _)| names[0]).collect();
        self.error(format!("{word:?} is none of {}, {PARAMETRIC}", simple.join(", ")))
    }

    fn decimal(&mut self, most: i64, make: fn(u8, i8) -> DataType) -> Result<DataType> {
        self.expect('(')?;
        let precision = self.number(1, most)?;
        let scale = if self.take(',') { self.number(-precision, precision)? } else { 0 };
        self.expect(')')?;
        Ok(make(precision as u8, scale as i8))
    }

    fn timestamp(&mut self, zoned: bool) -> Result<DataType> {
        let mut unit = TimeUnit::Microsecond;
        let mut zone = zoned.then(|| Arc::from("UTC"));
        if self.take('[') {
            unit = self.unit_word()?;
            if self.take(',') {
                zone = Some(Arc::from(self.until(']')?));
            }
            self.expect(']')?;
        }
        Ok(DataType::Timestamp(unit, zone))
    }

    fn unit(&mut self, default: TimeUnit) -> Result<TimeUnit> {
        if !self.take('[') {
            return Ok(default);
        }
        let unit = self.unit_word()?;
        self.expect(']')?;
        Ok(unit)
    }

    fn unit_word(&mut self) -> Result<TimeUnit> {
        let word = self.word()?;
        match word.to_ascii_lowercase().as_str() {
            "s" => Ok(TimeUnit::Second),
            "ms" => Ok(TimeUnit::Millisecond),
            "us" => Ok(TimeUnit::Microsecond),
            "ns" => Ok(TimeUnit::Nanosecond),
            _ => Err(self.error(format!("{word:?} is no unit of time; units are s, ms, us, ns"))),
        }
    }

    fn element(&mut self) -> Result<Arc<Field>> {
        self.expect('<')?;
        let item = self.declared()?;
        self.expect('>')?;
        Ok(field(Field::LIST_FIELD_DEFAULT_NAME, &item))
    }

    fn fixed_list(&mut self) -> Result<DataType> {
        self.expect('<')?;
        let item = self.declared()?;
        self.expect(',')?;
        let size = self.number(0, i64::from(i32::MAX))?;
        self.expect('>')?;
        Ok(DataType::FixedSizeList(field(Field::LIST_FIELD_DEFAULT_NAME, &item), size as i32))
    }

    fn structure(&mut self) -> Result<DataType> {
        self.expect('<')?;
        let mut fields: Vec<Arc<Field>> = Vec::new();
        loop {
            let name = self.word()?;
            self.expect(':')?;
            if fields.iter().any(|known| known.name() == name) {
                return Err(self.error(format!("the field {name:?} appears twice")));
            }
            let declared = self.declared()?;
            fields.push(field(name, &declared));
            if !self.take(',') {
                break;
            }
        }
        self.expect('>')?;
        Ok(DataType::Struct(Fields::from(fields)))
    }

    fn map(&mut self) -> Result<DataType> {
        self.expect('<')?;
        let key = self.declared()?;
        self.expect(',')?;
        let value = self.declared()?;
        self.expect('>')?;
        if key.nullable {
            return Err(self.error("the key of a map can't be None".to_owned()));
        }
        let pair = Fields::from(vec![field("key", &key), field("value", &value)]);
        let entries = Field::new("entries", DataType::Struct(pair), false);
        Ok(DataType::Map(Arc::new(entries), false))
    }

    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        if self.peek() != Some(wanted) {
            return false;
        }
        self.rest = &self.rest[wanted.len_utf8()..];
        true
    }

    fn expect(&mut self, wanted: char) -> Result<()> {
        if self.take(wanted) {
            return Ok(());
        }
        Err(self.unexpected(&format!("{wanted:?}")))
    }

    fn word(&mut self) -> Result<&'a str> {
        self.peek();
        let end =
            self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(self.unexpected("a name"));
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(word)
    }

    fn until(&mut self, end: char) -> Result<&'a str> {
        let Some(at) = self.rest.find(end) else {
            return Err(self.unexpected(&format!("{end:?}")));
        };
        let (inner, rest) = self.rest.split_at(at);
        self.rest = rest;
        Ok(inner.trim())
    }

    fn number(&mut self, least: i64, most: i64) -> Result<i64> {
        let negative = self.take('-');
        let word = self.word()?;
        let number = word.parse::<i64>().map(|n| if negative { -n } else { n });
        match number {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(self.error(format!("{word:?} is no number from {least} to {most}"))),
        }
    }

    fn unexpected(&mut self, wanted: &str) -> Error {
        let found = match self.peek() {
            Some(c) => format!("{c:?}"),
            None => "the end".to_owned(),
        };
        self.error(format!("expected {wanted}, found {found}"))
    }

    fn error(&self, hint: String) -> Error {
        Error::UnknownType { text: self.text.to_owned(), hint }
    }
}

fn field(name: &str, declared: &DeclaredType) -> Arc<Field> {
    Arc::new(declared.ty.to_field(name, declared.nullable))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match text.parse::<DeclaredType>() {
            Ok(declared) => declared.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_basic_names_and_their_aliases() {
        for (names, ty) in [
            (["float", " FLOAT64 ", "double"], Type::FLOAT64),
            (["int", "Int64", "long"], Type::INT64),
            (["string", "str", "Utf8"], Type::STRING),
            (["bool", "boolean", " Bool"], Type::BOOL),
        ] {
            for name in names {
                let declared: DeclaredType = name.parse().unwrap();
                assert_eq!(declared, DeclaredType { ty: ty.clone(), nullable: false });
            }
        }
    }

    #[test]
    fn what_is_printed_is_read_back() {
        for text in [
            "float?",
            "int32",
            "decimal(10,2)",
            "decimal256(50,-3)",
            "timestamp[us, UTC]",
            "timestamp[ns]",
            "timestamp[ms, Europe/Berlin]?",
            "time[us]",
            "time[s]",
            "duration[us]",
            "uuid",
            "json?",
            "list<float?>",
            "list<list<uuid>?>",
            "struct<a: int, b: string?>",
            "map<string, list<int>?>",
            "fixed_list<float, 3>",
            "fixed_binary(4)",
            "date",
            "binary",
            "large_list<json>",
            "interval",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn other_spellings() {
        assert_eq!(shown("None | int"), "int?");
        assert_eq!(shown("list < float | None > | None"), "list<float?>?");
        assert_eq!(shown("DECIMAL(5)"), "decimal(5,0)");
        assert_eq!(shown("timestamptz"), "timestamp[us, UTC]");
        assert_eq!(shown("Timestamp(Nanosecond, None)"), "timestamp[ns]");
        assert_eq!(shown("Dictionary(Int32, Utf8)"), "string");
    }

    #[test]
    fn errors_say_what_exists_and_where_it_went_wrong() {
        assert!(shown("number").contains("\"number\" is none of float, int, string, bool"));
        assert!(shown("list<number>").contains("\"number\" is none of"));
        assert!(shown("list<int").ends_with("expected '>', found the end"));
        assert!(shown("int int").ends_with("expected the end, found 'i'"));
        assert!(shown("int | str").ends_with("a union may only add None"));
        assert!(shown("decimal(99,2)").ends_with("\"99\" is no number from 1 to 38"));
        assert!(shown("struct<a: int, a: int>").ends_with("the field \"a\" appears twice"));
        assert!(shown("None").ends_with("None alone is no type"));
        assert!(shown("").ends_with("expected a name, found the end"));
        assert!(shown(&"list<".repeat(10_000)).ends_with("nested deeper than 64 levels"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_a_type_or_an_error(text in "[a-z0-9<>(),:?|\\[\\] ]{0,40}") {
            if let Ok(declared) = text.parse::<DeclaredType>() {
                proptest::prop_assert_eq!(shown(&declared.to_string()), declared.to_string());
            }
        }
    }
}
