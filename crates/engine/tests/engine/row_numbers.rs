//! Errors name the user's row, however the rows were cut into calls.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use arrowsmith_contract::{Error as ContractError, Grants};
use arrowsmith_testkit::PluginBuilder;

use crate::fixture::Fixture;

/// `r.check(x)` gives `x`, and fails at the first row where it is negative. In `t`, which comes in
/// batches of 300 rows, that is row 650.
fn fixture(threads: usize) -> Fixture {
    let fixture = Fixture::new(threads);
    let plugin = PluginBuilder::new("r")
        .unwrap()
        .batch("check", &["int"], "int", |columns, _, context| {
            let values = columns[0].as_primitive::<Int64Type>().values();
            match values.iter().position(|value| *value < 0) {
                None => Ok(Arc::clone(&columns[0])),
                Some(row) => {
                    let row = context.rows.number(row);
                    Err(ContractError::Internal(format!("negative at {row}.")))
                }
            }
        })
        .unwrap()
        .build()
        .unwrap();
    fixture.session.registry().commit(&plugin, &Grants::all(), true).unwrap();
    let x: Vec<Option<i64>> =
        (0..1000).map(|row| Some(if row == 650 { -1 } else { row })).collect();
    fixture.table("t", &x);
    fixture
}

const BATCH: i64 = 16_384;

/// `t` anew, in batches as large as the engine's own, so that threads share them as they are. The
/// failing row is row 56 of the second.
fn large(fixture: &Fixture) {
    let batch = |number: i64| {
        let ids: Vec<i64> = (number * BATCH..(number + 1) * BATCH).collect();
        let x = ids.iter().map(|id| if *id == BATCH + 56 { -1 } else { *id });
        let columns: [(&str, ArrayRef); 2] = [
            ("x", Arc::new(Int64Array::from_iter_values(x))),
            ("id", Arc::new(Int64Array::from(ids.clone()))),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    };
    let batches: Vec<RecordBatch> = (0..4).map(batch).collect();
    fixture.session.register_batches("t", batches[0].schema(), batches).unwrap();
}

const WHOLE: &[&str] = &[
    "SELECT r.check(x) FROM t",
    "SELECT 1 + r.check(r.check(x)) FROM t",
    "SELECT id > 5 AND r.check(x) > 0 FROM t",
    "SELECT id % 2 = 0 AND r.check(x) > 0 FROM t",
    "SELECT id % 5 = 0 AND id % 2 = 0 AND r.check(x) > 0 FROM t",
    "SELECT id % 2 = 1 OR r.check(x) > 0 FROM t",
    "SELECT CASE WHEN id % 2 = 1 THEN 0 ELSE r.check(x) END FROM t",
    "SELECT CASE WHEN id % 2 = 1 THEN 0 WHEN id % 5 = 0 THEN r.check(x) END FROM t",
    "SELECT CASE WHEN id % 2 = 0 THEN CASE WHEN id % 5 = 0 AND r.check(x) > 0 THEN 1 END END FROM t",
    "SELECT CASE id % 2 WHEN 0 THEN r.check(x) END FROM t",
    "SELECT coalesce(CASE WHEN id % 2 = 1 THEN 0 END, r.check(x)) FROM t",
    "SELECT nvl2(CASE WHEN id % 2 = 0 THEN 1 END, r.check(x), 0) FROM t",
    "SELECT id FROM t ORDER BY r.check(x)",
    "SELECT sum(r.check(x)) FROM t",
    "SELECT count(*) FILTER (WHERE id % 2 = 0 AND r.check(x) > 0) FROM t",
    "SELECT * FROM t WHERE r.check(x) > 0",
];

#[test]
fn in_the_input_where_its_order_is_known() {
    let fixture = fixture(1);
    for sql in WHOLE {
        let error = fixture.error(sql);
        assert!(error.contains("negative at row 650."), "{sql}: {error}");
    }
    // What a filter below took away was never input of the function.
    let error = fixture.error("SELECT * FROM t WHERE id % 2 = 0 AND r.check(x) > 0");
    assert!(error.contains("negative at row 325."), "{error}");
}

#[test]
fn else_in_the_batch() {
    let fixture = fixture(2);
    // So few rows go to one thread, in order.
    let error = fixture.error(WHOLE[0]);
    assert!(error.contains("negative at row 650."), "{error}");
    large(&fixture);
    for sql in WHOLE
        .iter()
        .chain(&["SELECT a.id FROM t a LEFT JOIN t b ON a.id = b.id AND r.check(a.x + b.x) > 0"])
    {
        let error = fixture.error(sql);
        let row = error.split("negative at row ").nth(1).and_then(|rest| rest.split('.').next());
        let row: Vec<&str> = row.unwrap_or_default().splitn(2, ' ').collect();
        assert_eq!(row.get(1), Some(&"of its batch"), "{sql}: {error}");
        if !sql.contains("JOIN") {
            assert_eq!(row[0], "56", "{sql}: {error}");
        }
    }
}

#[test]
fn arguments_that_do_not_fit_are_named_alike() {
    let fixture = fixture(1);
    let big = "arrow_cast(CASE WHEN id = 650 THEN 9223372036854775807 ELSE 1 END, 'UInt64')";
    for sql in [
        format!("SELECT r.check({big} + {big}) FROM t"),
        format!("SELECT CASE WHEN id % 2 = 0 THEN r.check({big} + {big}) END FROM t"),
    ] {
        let error = fixture.error(&sql);
        assert!(error.contains("r.check: row 650: argument \"a\" does not fit int"), "{error}");
    }
}

#[test]
fn a_direct_call_counts_over_all_its_batches() {
    let fixture = fixture(2);
    let snapshot = fixture.session.registry().snapshot();
    let name = ["r", "check"]
        .map(|text| arrowsmith_contract::NamePart { text: text.to_owned(), quoted: false });
    let function = snapshot.resolve(&name).unwrap().unwrap();
    let rows = 40_000;
    let x = (0..rows).map(|row| if row == 33_333 { -1 } else { 1 });
    let column = Arc::new(Int64Array::from_iter_values(x));
    let answer = fixture.session.invoke(&function, vec![column], rows as usize).wait();
    let error = answer.unwrap_err().to_string();
    assert!(error.contains("negative at row 33333."), "{error}");
}
