//! The interpreter's exit. Alone in its binary, because nothing can be called afterwards.

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use arrowsmith_contract::Error;
use arrowsmith_pyhost::door;
use pyo3::prelude::*;
use support::*;

#[test]
fn the_exit_stops_those_inside_waits_for_them_and_lets_nobody_in() {
    static ENDED: AtomicBool = AtomicBool::new(false);
    let text = "import threading\ninside = threading.Event()\n@db.scalar_fn\ndef f(x: int) -> int:\n    import time\n    inside.set()\n    time.sleep(0.2)\n    return x\n";
    let function = function(text);
    let inside = attached(|py| {
        let code =
            "import sys\nnext(m for n, m in sys.modules.items() if n.endswith('_plugin')).inside";
        let (import, find) = code.split_once('\n').unwrap_or_default();
        let globals = pyo3::types::PyDict::new(py);
        py.run(&std::ffi::CString::new(import)?, Some(&globals), None)?;
        let inside = py.eval(&std::ffi::CString::new(find)?, Some(&globals), None)?;
        Ok(inside.unbind())
    });
    let start = Instant::now();
    std::thread::scope(|scope| {
        let call = scope.spawn(|| {
            let answer = call(&function, &[ints([Some(1)])]);
            ENDED.store(true, Ordering::SeqCst);
            answer
        });
        attached(|py| {
            inside.call_method0(py, "wait")?;
            py.import("atexit")?.call_method0("_run_exitfuncs").map(drop)
        });
        // The one outside of the count is this thread's own crossing, for which nobody waits long.
        assert!(start.elapsed().as_secs() < 4);
        assert!(ENDED.load(Ordering::SeqCst), "the exit waited");
        assert!(matches!(call.join().unwrap(), Err(Error::Stopped(_))));
    });
    assert!(matches!(door::enter(|_| Ok(())), Err(Error::Closed(_))));
}
