//! A value that many threads need and one of them computes.

use std::time::Duration;

use arrow::array::ArrayRef;
use arrowsmith_contract::CancelToken;
use datafusion::common::Result;
use parking_lot::{Condvar, Mutex};

use crate::error::through_datafusion;

/// How often who waits for the value looks whether the query was stopped.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

#[derive(Debug, Default)]
pub(crate) struct Folded {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Empty,
    Computing,
    Done(ArrayRef),
}

impl Folded {
    /// The value, computed without a lock by the first thread that asks. Where that fails, the next
    /// one that waits tries.
    pub(crate) fn get(
        &self,
        token: &CancelToken,
        compute: impl FnOnce() -> Result<ArrayRef>,
    ) -> Result<ArrayRef> {
        if let Some(value) = self.wait(token)? {
            return Ok(value);
        }
        // Also where it panics.
        let mut turn = Turn { folded: self, outcome: State::Empty };
        let value = compute()?;
        turn.outcome = State::Done(value.clone());
        Ok(value)
    }

    /// The value, or none where it is this thread's turn to compute it.
    fn wait(&self, token: &CancelToken) -> Result<Option<ArrayRef>> {
        let mut state = self.state.lock();
        loop {
            match &*state {
                State::Done(value) => return Ok(Some(value.clone())),
                State::Computing => {
                    self.changed.wait_for(&mut state, LOOK_AGAIN);
                    token.check().map_err(through_datafusion)?;
                }
                State::Empty => {
                    *state = State::Computing;
                    return Ok(None);
                }
            }
        }
    }
}

struct Turn<'a> {
    folded: &'a Folded,
    outcome: State,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.folded.state.lock() = std::mem::take(&mut self.outcome);
        self.folded.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::thread;

    use arrow::array::Int64Array;
    use datafusion::common::internal_err;

    use super::*;

    fn value() -> ArrayRef {
        Arc::new(Int64Array::from(vec![1]))
    }

    #[test]
    fn waiters_leave_when_the_query_is_stopped() {
        let (folded, token) = (Folded::default(), CancelToken::new());
        let (inside, is_inside) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        thread::scope(|scope| {
            let (folded, token) = (&folded, &token);
            let stuck = scope.spawn(move || {
                folded.get(token, || {
                    inside.send(()).unwrap();
                    may_go_on.recv().unwrap();
                    Ok(value())
                })
            });
            is_inside.recv().unwrap();
            let waiters: Vec<_> =
                (0..3).map(|_| scope.spawn(move || folded.get(token, || Ok(value())))).collect();
            token.cancel();
            for waiter in waiters {
                let error = waiter.join().unwrap().unwrap_err().to_string();
                assert!(error.contains("the query was cancelled"), "{error}");
            }
            go_on.send(()).unwrap();
            stuck.join().unwrap().unwrap();
        });
    }

    #[test]
    fn one_thread_computes_and_after_a_failure_the_next() {
        let (folded, token) = (Folded::default(), CancelToken::new());
        folded.get(&token, || internal_err!("no")).unwrap_err();
        catch_unwind(AssertUnwindSafe(|| folded.get(&token, || panic!("no")))).unwrap_err();
        let computed = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let value = folded.get(&token, || {
                        computed.fetch_add(1, Ordering::Relaxed);
                        Ok(value())
                    });
                    assert_eq!(value.unwrap().len(), 1);
                });
            }
        });
        assert_eq!(computed.into_inner(), 1);
    }
}
