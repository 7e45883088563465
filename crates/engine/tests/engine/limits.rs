//! Memory limits.

use arrowsmith_engine::{Database, DatabaseOptions, Error, Parameters, Session};

use crate::fixture::rows;

fn session(memory: usize, folder: &std::path::Path) -> Session {
    let options = DatabaseOptions {
        threads: Some(2),
        memory: Some(memory),
        temp_dir: Some(folder.to_owned()),
    };
    Database::in_memory(&options).unwrap().session().unwrap()
}

fn count(session: &Session, sql: &str) -> Result<usize, Error> {
    let relation = session.sql(sql, Parameters::None, None).wait()?;
    let stream = relation.execute().wait()?;
    let mut count = 0;
    while let Some(batch) = stream.next().wait()? {
        count += rows(&[batch]);
    }
    Ok(count)
}

const SORT: &str =
    "SELECT value, value % 1000 AS k FROM generate_series(1, 3000000) ORDER BY k DESC, value";

#[test]
fn a_sort_beyond_the_limit_spills() {
    let folder = tempfile::tempdir().unwrap();
    for megabytes in [16, 24, 40] {
        let session = session(megabytes << 20, folder.path());
        assert_eq!(count(&session, SORT).unwrap(), 3_000_000, "{megabytes} MB");
    }
    let relation =
        session(24 << 20, folder.path()).sql(SORT, Parameters::None, None).wait().unwrap();
    let text = relation.explain(true).wait().unwrap();
    let spills = text.split("spill_count=").skip(1).any(|rest| !rest.starts_with('0'));
    assert!(spills, "{text}");
}

#[test]
fn what_cannot_spill_fails_and_leaves_the_session_usable() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(1 << 20, folder.path());
    let error = count(&session, "SELECT array_agg(value) FROM generate_series(1, 3000000)");
    assert!(matches!(error, Err(Error::ResourcesExhausted(_))), "{error:?}");
    assert_eq!(count(&session, "SELECT 1").unwrap(), 1);
}

#[test]
fn options_are_checked() {
    let none = DatabaseOptions { threads: Some(0), ..DatabaseOptions::default() };
    assert!(matches!(Database::in_memory(&none), Err(Error::Plan(_))));
    let nowhere =
        DatabaseOptions { temp_dir: Some("/no/such/folder".into()), ..DatabaseOptions::default() };
    assert!(matches!(Database::in_memory(&nowhere), Err(Error::File { .. })));
}
