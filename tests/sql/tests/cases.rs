//! Runs each `.slt` file of `cases/`.

use std::fs;
use std::path::Path;

use arrowsmith_sql_tests::SessionUnderTest;
use sqllogictest::Runner;

#[test]
fn all_cases_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "slt"));
    files.sort();
    assert!(files.len() >= 3, "the cases have moved");
    let failures: Vec<String> = files
        .iter()
        .filter_map(|file| {
            let mut runner = Runner::new(|| async { SessionUnderTest::open() });
            runner.run_file(file).err().map(|error| error.display(false).to_string())
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
