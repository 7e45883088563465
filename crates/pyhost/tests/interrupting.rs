//! Signals on the main thread. The test harness runs tests on it with one thread only, so the test
//! starts this binary again in that way.

mod support;

use std::process::Command;
use std::time::{Duration, Instant};

use arrowsmith_pyhost::door;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use support::*;

#[test]
fn ctrl_c_ends_a_wait_on_the_main_thread() {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "on_the_main_thread", "--ignored", "--test-threads=1", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&status.stdout).into_owned()
        + &String::from_utf8_lossy(&status.stderr);
    assert!(status.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "started by the test above"]
fn on_the_main_thread() {
    start();
    attached(|py| {
        let threading = py.import("threading")?;
        let is_main =
            threading.call_method0("current_thread")?.is(threading.call_method0("main_thread")?);
        assert!(is_main);
        let signal = py.import("signal")?;
        signal.call_method1(
            "signal",
            (signal.getattr("SIGINT")?, signal.getattr("default_int_handler")?),
        )?;
        let start = Instant::now();
        let mut calls = 0;
        let interrupted = door::leave::<()>(py, |patience| {
            calls += 1;
            assert!(calls < 100, "the interrupt never came");
            if calls == 2 {
                // From another thread: on this one Python would run the handler at once.
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        attached(|py| {
                            py.import("_thread")?.call_method0("interrupt_main").map(drop)
                        });
                    });
                });
            }
            std::thread::sleep(patience);
            None
        })
        .unwrap_err();
        assert!(interrupted.is_instance_of::<PyKeyboardInterrupt>(py), "{interrupted}");
        assert!(start.elapsed() < Duration::from_secs(2));
        // Waiting works again afterwards.
        assert_eq!(door::leave(py, |_| Some(1))?, 1);
        Ok(())
    });
}
