//! The door and the gate.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use arrowsmith_contract::{CallContext, CancelToken, Error};
use arrowsmith_pyhost::door;
use pyo3::prelude::*;
use pyo3::types::PyCFunction;
use support::*;

#[test]
fn a_panic_inside_is_an_internal_error() {
    start();
    let error = door::enter::<()>(|_| panic!("oh no")).unwrap_err();
    assert!(error.to_string().contains("panic: oh no"), "{error}");
    attached(|py| {
        let error = door::leave::<()>(py, |_| panic!("outside")).unwrap_err();
        assert_eq!(error.get_type(py).name()?.to_string(), "InternalError");
        assert!(error.to_string().contains("panic: outside"), "{error}");
        Ok(())
    });
    assert_eq!(door::enter(|_| Ok(1)).unwrap(), 1);
}

#[test]
fn leaving_waits_until_there_is_something() {
    start();
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // Somebody else can be inside while the first one waits.
            door::enter(|_| Ok(send.send(7))).unwrap().unwrap();
        });
        attached(|py| {
            let mut calls = 0;
            let answer = door::leave(py, move |patience| {
                calls += 1;
                assert_eq!(patience, door::POLL);
                if calls == 1 { None } else { receive.recv_timeout(patience).ok() }
            })?;
            assert_eq!(answer, 7);
            Ok(())
        });
    });
}

#[test]
fn enter_and_leave_nest() {
    start();
    let answer = door::enter(|py| {
        let inner = door::leave(py, |_| {
            let inner = door::enter(|py| Ok(door::leave(py, |_| Some(1)).unwrap() + 1));
            Some(inner.unwrap() + 1)
        });
        Ok(inner.unwrap() + 1)
    });
    assert_eq!(answer.unwrap(), 4);
}

#[test]
fn a_threads_python_state_is_kept_and_released() {
    let text = "import threading\nlocal = threading.local()\n@db.scalar_fn\ndef f(x: int) -> int:\n    local.n = getattr(local, 'n', 0) + 1\n    return local.n\n";
    let function = function(text);
    let once = || call(&function, &[ints([Some(0)])]).unwrap();
    let released = std::thread::scope(|scope| {
        scope
            .spawn(|| {
                assert_eq!(&once(), &ints([Some(1)]));
                assert_eq!(&once(), &ints([Some(2)]));
                attached(|py| {
                    let class = py.eval(c"type('Weakable', (), {})()", None, None)?;
                    let local = py.eval(c"__import__('threading').local()", None, None)?;
                    local.setattr("value", &class)?;
                    let reference = py.import("weakref")?.call_method1("ref", (&class,))?;
                    // The thread's dictionary is the only owner of the value now.
                    std::mem::forget(local);
                    Ok(reference.unbind())
                })
            })
            .join()
            .unwrap()
    });
    assert_eq!(&once(), &ints([Some(1)]));
    attached(|py| {
        assert!(released.bind(py).call0()?.is_none(), "the state went with the thread");
        Ok(())
    });
}

#[test]
fn one_thread_at_a_time_runs_row_code() {
    let text = "import time\ninside = 0\nmost = 0\n@db.scalar_fn\ndef f(x: int) -> int:\n    global inside, most\n    inside += 1\n    most = max(most, inside)\n    time.sleep(0.0005)\n    inside -= 1\n    return most\n";
    let function = function(text);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let answer = call(&function, &[ints([Some(1), Some(2), Some(3)])]).unwrap();
                    assert_eq!(&answer, &ints([Some(1), Some(1), Some(1)]));
                }
            });
        }
    });
}

#[test]
fn vectorized_calls_run_beside_row_calls() {
    need("numpy");
    if std::thread::available_parallelism().is_ok_and(|cores| cores.get() < 2) {
        return;
    }
    let text = "import threading\nbarrier = threading.Barrier(2, timeout=30)\n\
        @db.scalar_fn\ndef row(x: int) -> int:\n    barrier.wait()\n    return x\n\
        @db.scalar_fn(args=['int'], returns='int', vectorized='numpy')\ndef vector(x):\n    barrier.wait()\n    return x\n";
    let manifest = load(text);
    std::thread::scope(|scope| {
        for function in manifest.functions() {
            scope.spawn(|| call(function, &[ints([Some(1)])]).unwrap());
        }
    });
}

/// A function that calls back into Rust, as a query inside of plugin code does.
fn reentering(py: Python<'_>, work: fn() -> i64) -> PyResult<()> {
    let reenter = PyCFunction::new_closure(py, None, None, move |arguments, _| {
        door::leave(arguments.py(), |_| Some(work()))
    })?;
    py.import("builtins")?.setattr("reenter", reenter)
}

#[expect(clippy::unwrap_used, reason = "a part of a test")]
fn nested() -> i64 {
    let inner = function("@db.scalar_fn\ndef inner(x: int) -> int: return x + 1");
    let answer = call(&inner, &[ints([Some(41)])]).unwrap();
    arrow::array::AsArray::as_primitive::<arrow::datatypes::Int64Type>(&answer).value(0)
}

#[test]
fn the_ticket_is_free_while_plugin_code_waits_for_the_engine() {
    start();
    attached(|py| reentering(py, nested));
    let outer = function("@db.scalar_fn\ndef outer(x: int) -> int: return reenter() + x");
    assert_eq!(&call(&outer, &[ints([Some(0), Some(1)])]).unwrap(), &ints([Some(42), Some(43)]));
}

#[test]
fn waiting_at_the_gate_ends_with_the_token() {
    static INSIDE: AtomicUsize = AtomicUsize::new(0);
    start();
    attached(|py| {
        let wait = PyCFunction::new_closure(py, None, None, |arguments, _| {
            INSIDE.store(1, Ordering::SeqCst);
            let py = arguments.py();
            // Stays in plugin code, with the ticket, and lets others attach.
            while INSIDE.load(Ordering::SeqCst) == 1 {
                py.import("time")?.call_method1("sleep", (0.001,))?;
            }
            PyResult::Ok(1)
        })?;
        py.import("builtins")?.setattr("block", wait)
    });
    let blocking = function("@db.scalar_fn\ndef f(x: int) -> int: return block()");
    let waiting = function("@db.scalar_fn\ndef f(x: int) -> int: return x");
    let context = CallContext { token: CancelToken::new(), ..CallContext::default() };
    let token = context.token.clone();
    let (waits, waited) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| call(&blocking, &[ints([Some(1)])]).unwrap());
        while INSIDE.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        let waiter = scope.spawn(|| {
            let column = ints([Some(1)]);
            waits.send(()).unwrap();
            call_with(&waiting, &[column], 1, &context)
        });
        waited.recv().unwrap();
        token.cancel();
        assert!(matches!(waiter.join().unwrap(), Err(Error::Stopped(_))));
        INSIDE.store(2, Ordering::SeqCst);
    });
}

#[test]
fn signals_are_seen_on_the_main_thread_only() {
    start();
    // Tests run beside the main thread of the process, so nothing is looked at here.
    std::thread::scope(|scope| {
        scope.spawn(|| attached(|py| door::leave(py, |_| Some(()))));
    });
    assert!(door::POLL <= Duration::from_millis(50));
}
