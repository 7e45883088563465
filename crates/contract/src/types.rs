//! The types of values: an Arrow type, and for a few the meaning that Arrow leaves to metadata.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, IntervalUnit, TimeUnit};

use crate::{Error, Result, type_parser};

/// The metadata key by which Arrow names an extension type.
const EXTENSION_KEY: &str = "ARROW:extension:name";

/// A meaning beyond the Arrow type, by its canonical Arrow extension name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extension {
    /// `arrow.json` over a string.
    Json,
    /// `arrow.uuid` over 16 bytes.
    Uuid,
    /// No value at all, but the rows of a query: what a procedure's parameter may be.
    Table,
}

impl Extension {
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "arrow.json",
            Self::Uuid => "arrow.uuid",
            Self::Table => "arrowsmith.table",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Json, Self::Uuid, Self::Table].into_iter().find(|extension| extension.name() == name)
    }

    fn keyword(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Uuid => "uuid",
            Self::Table => "table",
        }
    }
}

/// The type of a parameter, a result, a column or a nested field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Type {
    data_type: DataType,
    extension: Option<Extension>,
}

impl Type {
    pub const FLOAT64: Self = Self::plain(DataType::Float64);
    pub const INT64: Self = Self::plain(DataType::Int64);
    pub const STRING: Self = Self::plain(DataType::Utf8);
    pub const BOOL: Self = Self::plain(DataType::Boolean);
    pub const JSON: Self = Self { data_type: DataType::Utf8, extension: Some(Extension::Json) };
    pub const UUID: Self =
        Self { data_type: DataType::FixedSizeBinary(16), extension: Some(Extension::Uuid) };

    pub const TABLE: Self = Self { data_type: DataType::Null, extension: Some(Extension::Table) };

    pub(crate) const fn plain(data_type: DataType) -> Self {
        Self { data_type, extension: None }
    }

    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    pub fn extension(&self) -> Option<Extension> {
        self.extension
    }

    /// Whether it stands for the rows of a query, of which there are no values.
    pub fn is_table(&self) -> bool {
        self.extension == Some(Extension::Table)
    }

    /// A field of this type, with the extension in its metadata.
    pub fn to_field(&self, name: &str, nullable: bool) -> Field {
        let field = Field::new(name, self.data_type.clone(), nullable);
        match self.extension {
            None => field,
            Some(extension) => field.with_metadata(HashMap::from([(
                EXTENSION_KEY.to_owned(),
                extension.name().to_owned(),
            )])),
        }
    }

    pub fn from_field(field: &Field) -> Self {
        Self {
            data_type: field.data_type().clone(),
            extension: field
                .metadata()
                .get(EXTENSION_KEY)
                .and_then(|name| Extension::from_name(name)),
        }
    }
}

impl From<DataType> for Type {
    fn from(data_type: DataType) -> Self {
        Self::plain(data_type)
    }
}

/// A type as somebody wrote it, with or without the mark that NULLs are expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredType {
    pub ty: Type,
    pub nullable: bool,
}

impl FromStr for DeclaredType {
    type Err = Error;

    /// Reads `float`, `decimal(10,2)`, `list<int?>`, `timestamp[us, UTC] | None` and so on.
    /// Case and white space do not matter outside of field names and time zones.
    fn from_str(text: &str) -> Result<Self> {
        type_parser::parse(text)
    }
}

impl fmt::Display for DeclaredType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.ty, if self.nullable { "?" } else { "" })
    }
}

/// The names without parameters, each with the spelling that we print first.
pub(crate) const SIMPLE: &[(&[&str], DataType)] = &[
    (&["float", "float64", "double"], DataType::Float64),
    (&["int", "int64", "long", "bigint"], DataType::Int64),
    (&["string", "str", "utf8", "text", "varchar"], DataType::Utf8),
    (&["bool", "boolean"], DataType::Boolean),
    (&["int8", "tinyint"], DataType::Int8),
    (&["int16", "smallint"], DataType::Int16),
    (&["int32", "integer"], DataType::Int32),
    (&["uint8"], DataType::UInt8),
    (&["uint16"], DataType::UInt16),
    (&["uint32"], DataType::UInt32),
    (&["uint64"], DataType::UInt64),
    (&["float16", "halffloat"], DataType::Float16),
    (&["float32", "real"], DataType::Float32),
    (&["large_string", "large_utf8", "largeutf8"], DataType::LargeUtf8),
    (&["string_view", "utf8_view", "utf8view"], DataType::Utf8View),
    (&["binary", "bytes", "bytea", "blob"], DataType::Binary),
    (&["large_binary", "largebinary"], DataType::LargeBinary),
    (&["binary_view", "binaryview"], DataType::BinaryView),
    (&["date", "date32"], DataType::Date32),
    (&["date64"], DataType::Date64),
    (&["interval"], DataType::Interval(IntervalUnit::MonthDayNano)),
    (&["null"], DataType::Null),
];

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(extension) = self.extension {
            return f.write_str(extension.keyword());
        }
        if let Some((names, _)) = SIMPLE.iter().find(|(_, simple)| *simple == self.data_type) {
            return f.write_str(names[0]);
        }
        match &self.data_type {
            DataType::Decimal128(precision, scale) => write!(f, "decimal({precision},{scale})"),
            DataType::Decimal256(precision, scale) => write!(f, "decimal256({precision},{scale})"),
            DataType::FixedSizeBinary(width) => write!(f, "fixed_binary({width})"),
            DataType::Timestamp(unit, None) => write!(f, "timestamp[{}]", unit_name(*unit)),
            DataType::Timestamp(unit, Some(zone)) => {
                write!(f, "timestamp[{}, {zone}]", unit_name(*unit))
            }
            DataType::Time32(unit) | DataType::Time64(unit) => {
                write!(f, "time[{}]", unit_name(*unit))
            }
            DataType::Duration(unit) => write!(f, "duration[{}]", unit_name(*unit)),
            DataType::List(field) => write!(f, "list<{}>", nested(field)),
            DataType::LargeList(field) => write!(f, "large_list<{}>", nested(field)),
            DataType::FixedSizeList(field, size) => {
                write!(f, "fixed_list<{}, {size}>", nested(field))
            }
            DataType::Struct(fields) => {
                f.write_str("struct<")?;
                for (index, field) in fields.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{}: {}", field.name(), nested(field))?;
                }
                f.write_str(">")
            }
            DataType::Map(entries, _) => match entries.data_type() {
                DataType::Struct(pair) if pair.len() == 2 => {
                    write!(f, "map<{}, {}>", nested(&pair[0]), nested(&pair[1]))
                }
                _ => write!(f, "{}", self.data_type),
            },
            DataType::Dictionary(_, value) => write!(f, "{}", Self::plain((**value).clone())),
            other => write!(f, "{other}"),
        }
    }
}

fn nested(field: &Arc<Field>) -> DeclaredType {
    DeclaredType { ty: Type::from_field(field), nullable: field.is_nullable() }
}

pub(crate) fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}
