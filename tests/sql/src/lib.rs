//! Lets sqllogictest talk to an engine session that has the plugin `ai.example.p`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Int64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use arrowsmith_contract::{
    Determinism, Error as ContractError, Grants, Manifest, ProcedureArguments,
};
use arrowsmith_engine::{Database, DatabaseOptions, Error, Parameters, Result, Session};
use arrowsmith_testkit::{
    AggregateSteps, Pieces, PluginBuilder, Pull, WindowStep, count_up, next_table_batch,
    yielded_ints,
};
use sqllogictest::{DB, DBOutput, DefaultColumnType};

/// One session, as a database under test.
#[derive(Debug)]
pub struct SessionUnderTest {
    session: Session,
}

impl SessionUnderTest {
    /// A session of a database with two threads.
    ///
    /// # Errors
    /// What opening the database or loading the plugin failed with.
    pub fn open() -> Result<Self> {
        let options = DatabaseOptions { threads: Some(2), ..DatabaseOptions::default() };
        let session = Database::in_memory(&options)?.session()?;
        session.registry().commit(&plugin()?, &Grants::all(), true)?;
        Ok(Self { session })
    }
}

impl DB for SessionUnderTest {
    type Error = Error;
    type ColumnType = DefaultColumnType;

    fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>> {
        let relation = self.session.sql(sql, Parameters::None, None).wait()?;
        let relation = relation.collect().wait()?;
        let schema = relation.schema();
        if schema.fields().is_empty() {
            return Ok(DBOutput::StatementComplete(0));
        }
        let types = schema.fields().iter().map(|field| column_type(field.data_type())).collect();
        let mut rows = Vec::new();
        for batch in relation.batches().unwrap_or_default() {
            rows.extend(texts(batch)?);
        }
        Ok(DBOutput::Rows { types, rows })
    }

    fn engine_name(&self) -> &'static str {
        "arrowsmith"
    }
}

fn column_type(data_type: &DataType) -> DefaultColumnType {
    match data_type {
        plain if plain.is_integer() => DefaultColumnType::Integer,
        plain if plain.is_floating() => DefaultColumnType::FloatingPoint,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => DefaultColumnType::Text,
        _ => DefaultColumnType::Any,
    }
}

fn texts(batch: &RecordBatch) -> Result<Vec<Vec<String>>> {
    let options = FormatOptions::default().with_null("NULL");
    let columns = batch
        .columns()
        .iter()
        .map(|column| Ok(ArrayFormatter::try_new(column.as_ref(), &options)?))
        .collect::<Result<Vec<_>>>()?;
    Ok((0..batch.num_rows())
        .map(|row| columns.iter().map(|column| shown(&column.value(row).to_string())).collect())
        .collect())
}

fn shown(text: &str) -> String {
    if text.is_empty() { "(empty)".to_owned() } else { text.to_owned() }
}

/// `twice(int)`, `positive(int)` which fails at zero or less, `shout(string)`, `is_null(int?)`, the
/// aggregates `total(int)` and `joined(int)`, the window `running(int)` and the procedures
/// `range(int)` and `heap(table)`, which counts rows.
fn plugin() -> Result<Manifest> {
    let builder = PluginBuilder::new("ai.example.p")?
        .scalar("twice", &["int"], "int", Determinism::Pure, |row| {
            Ok(Arc::new(Int64Array::from(vec![int(&row[0]) * 2])))
        })?
        .scalar("positive", &["int"], "bool", Determinism::Auto, |row| match int(&row[0]) {
            value if value > 0 => Ok(Arc::new(BooleanArray::from(vec![true]))),
            value => Err(ContractError::Internal(format!("positive got {value}"))),
        })?
        .scalar("shout", &["string"], "string", Determinism::Pure, |row| {
            let text = arrow::compute::cast(&row[0], &DataType::Utf8)?;
            let shouted = text.as_string::<i32>().value(0).to_uppercase();
            Ok(Arc::new(StringArray::from(vec![shouted])))
        })?
        .scalar("is_null", &["int?"], "bool", Determinism::Pure, |row| {
            Ok(Arc::new(BooleanArray::from(vec![row[0].is_null(0)])))
        })?;
    let (builder, _) = builder.aggregate(
        "total",
        &["int"],
        "int",
        collected(|values| Arc::new(Int64Array::from(vec![values.iter().sum::<i64>()]))),
    )?;
    let (builder, _) = builder.aggregate(
        "joined",
        &["int"],
        "string",
        collected(|values| {
            let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
            Arc::new(StringArray::from(vec![texts.join(" ")]))
        }),
    )?;
    let builder = builder
        .window("running", &["int"], "int", Pieces::Any, running)?
        .procedure("range", &["int", "int"], 1, "struct<n: int>", |given| Ok(range(&given)))?
        .procedure("heap", &["table"], 1, "struct<rows: int>", |given| Ok(heap(given)))?;
    Ok(builder.build()?)
}

/// The sum so far.
fn running() -> WindowStep {
    let mut sum = 0;
    Box::new(move |columns, rows, starts, _| {
        let values = (0..rows).map(|row| {
            if starts.contains(&row) {
                sum = 0;
            }
            let column = columns[0].as_primitive::<Int64Type>();
            column.is_valid(row).then(|| {
                sum += column.value(row);
                sum
            })
        });
        Ok(Arc::new(values.collect::<Int64Array>()))
    })
}

/// From 0 up to the first argument, by the second.
fn range(given: &ProcedureArguments) -> Pull {
    let mut rows = count_up(given);
    Box::new(move |most, _| {
        let (origins, values): (Vec<u32>, Vec<i64>) = rows.by_ref().take(most).unzip();
        if values.is_empty() { Ok(None) } else { yielded_ints("n", values, origins).map(Some) }
    })
}

/// How many rows a table has.
fn heap(given: ProcedureArguments) -> Pull {
    let mut table = given.table;
    Box::new(move |_, context| {
        let Some(mut table) = table.take() else {
            return Ok(None);
        };
        let mut rows = 0;
        while let Some(batch) = next_table_batch(table.as_mut(), context)? {
            rows += i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
        }
        yielded_ints("rows", vec![rows], vec![0]).map(Some)
    })
}

/// An aggregate that keeps the values until it is asked.
fn collected(finish: impl Fn(&[i64]) -> ArrayRef + Send + Sync + 'static) -> AggregateSteps {
    AggregateSteps {
        add: Box::new(|values, value| {
            values.push(value);
            Ok(())
        }),
        retract: None,
        finish: Box::new(move |values| Ok(finish(values))),
    }
}

fn int(column: &ArrayRef) -> i64 {
    column.as_primitive::<Int64Type>().value(0)
}
