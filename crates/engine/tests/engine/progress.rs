//! How far a run is.

use arrowsmith_engine::{Parameters, Progress};

use crate::fixture::{Fixture, rows, wait_until};

const ROWS: u64 = 500_000;

fn stage<'a>(progress: &'a Progress, name: &str) -> &'a arrowsmith_engine::Stage {
    let found = progress.stages.iter().find(|stage| stage.name == name);
    found.unwrap_or_else(|| panic!("{name} in {progress:?}"))
}

#[test]
fn rows_grow_while_a_stream_is_read() {
    for threads in [1, 2] {
        let fixture = Fixture::new(threads);
        let sql = format!("SELECT p.twice(value) AS y FROM generate_series(1, {ROWS})");
        let relation = fixture.session.sql(&sql, Parameters::None, None).wait().unwrap();
        let pending = relation.execute();
        let early = pending.progress().unwrap();
        let stream = pending.wait().unwrap();
        let (mut last, mut given, mut grew) = (0, 0, 0);
        while let Some(batch) = stream.next().wait().unwrap() {
            given += rows(&[batch]) as u64;
            let now = stream.progress().read();
            assert!(now.rows >= last && now.rows >= given, "{now:?} after {given}");
            grew += u64::from(now.rows > last);
            last = now.rows;
        }
        assert!(grew > 3, "it grew {grew} times");
        let end = stream.progress().read();
        assert_eq!((given, end.rows), (ROWS, ROWS));
        assert_eq!(stage(&end, "ai.p.twice").rows, ROWS);
        assert_eq!(end.stages[0].name, "LazyMemoryExec");
        assert!(end.bytes >= 8 * ROWS, "{end:?}");
        // The first reader sees the same run.
        assert_eq!(early.read().stages, end.stages);
        // The clock stands still after the end.
        wait_until("the end", || early.read().elapsed == early.read().elapsed);
    }
}

#[test]
fn all_that_runs_has_progress() {
    let fixture = Fixture::new(2);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet").display().to_string();
    fixture.run(&format!("COPY (SELECT value AS x FROM generate_series(1, {ROWS})) TO '{path}'"));
    let sql = format!("SELECT sum(p.twice(x)) AS s FROM '{path}' WHERE x >= 0");
    let relation = fixture.session.sql(&sql, Parameters::None, None).wait().unwrap();
    let pending = relation.collect();
    let reader = pending.progress().unwrap();
    pending.wait().unwrap();
    let end = reader.read();
    assert_eq!(end.rows, ROWS);
    let bytes = std::fs::metadata(&path).unwrap().len();
    assert!(end.bytes > bytes / 4 && end.bytes <= bytes, "{} of {bytes}", end.bytes);
    let pending = relation.explain(true);
    let reader = pending.progress().unwrap();
    pending.wait().unwrap();
    assert_eq!(reader.read().rows, ROWS);
    // What is there already runs nothing.
    let kept = relation.collect().wait().unwrap();
    assert!(kept.collect().progress().is_none());
}
