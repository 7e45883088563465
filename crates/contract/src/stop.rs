//! Stopping: the token that everything which works for one query shares.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::watchdog::{self, Alarm};
use crate::{Error, Result, StopReason, Stopped};

/// How long a caller waits for the calls of a stopped query to end, before it gets its error
/// without them.
pub const GRACE: Duration = Duration::from_millis(40);

type Watcher = Box<dyn FnOnce(&CancelToken) + Send>;

/// A flag that many hold and anyone may raise. It stays raised, with the reason of the first.
#[derive(Clone, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Default)]
struct Inner {
    id: Id,
    is_stopped: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    stopped: Option<(StopReason, Instant)>,
    watchers: BTreeMap<u64, Watcher>,
    next_watcher: u64,
    running: Vec<Arc<str>>,
    /// What may still stop it, as long as somebody holds it.
    alarms: Vec<Alarm>,
    parent: Option<Watch>,
}

/// A number that no other token of this process has or had.
struct Id(u64);

impl Default for Id {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A call that a thread is in.
struct Current {
    function: Arc<str>,
    token: CancelToken,
    /// Lives as long as the call.
    call: Arc<()>,
}

thread_local! {
    /// The calls that this thread is in, the innermost last.
    static CURRENT: RefCell<Vec<Current>> = const { RefCell::new(Vec::new()) };
}

impl CancelToken {
    pub fn new() -> Self {
        Self::default()
    }

    /// A token of its own, which stops with the query whose call this thread is in, if it is in
    /// one. A query that ends well stops with it only what was started in a call that it leaves
    /// behind: what a call that has returned left running is its author's to keep.
    pub fn for_this_thread() -> Self {
        let token = Self::new();
        let innermost = |calls: &Vec<Current>| {
            calls.last().map(|current| (current.token.clone(), Arc::downgrade(&current.call)))
        };
        let Some((parent, call)) = CURRENT.with_borrow(innermost) else {
            return token;
        };
        let child = Arc::downgrade(&token.0);
        let watch = parent.on_stop(move |parent| {
            let is_kept =
                |reason: &StopReason| *reason == StopReason::Ended && call.strong_count() == 0;
            let reason = parent.reason().filter(|reason| !is_kept(reason));
            if let (Some(child), Some(reason)) = (child.upgrade(), reason) {
                Self(child).stop(reason);
            }
        });
        token.0.state.lock().parent = Some(watch);
        token
    }

    /// Whether the call that this thread is in, if it is in one, may go on.
    ///
    /// # Errors
    /// Why it was stopped.
    pub fn check_this_thread() -> Result<()> {
        let innermost = |calls: &Vec<Current>| calls.last().map(|current| current.token.clone());
        CURRENT.with_borrow(innermost).map_or(Ok(()), |token| token.check())
    }

    /// Stops for [`StopReason::Cancelled`].
    pub fn cancel(&self) {
        self.stop(StopReason::Cancelled);
    }

    /// Raises the flag; later reasons don't count. Watchers run on this thread.
    pub fn stop(&self, reason: StopReason) {
        let mut state = self.0.state.lock();
        if state.stopped.is_some() {
            return;
        }
        state.stopped = Some((reason, Instant::now()));
        self.0.is_stopped.store(true, Ordering::Release);
        let watchers = std::mem::take(&mut state.watchers);
        let alarms = std::mem::take(&mut state.alarms);
        drop(state);
        drop(alarms);
        for watcher in watchers.into_values() {
            watcher(self);
        }
    }

    /// Stops after a while, unless nobody holds this token any more by then.
    pub fn stop_after(&self, delay: Duration, reason: StopReason) {
        let inner = Arc::downgrade(&self.0);
        let alarm = watchdog::after(delay, move || {
            if let Some(inner) = inner.upgrade() {
                Self(inner).stop(reason);
            }
        });
        let mut state = self.0.state.lock();
        if state.stopped.is_none() {
            state.alarms.push(alarm);
        }
    }

    /// For compiled code, which polls it.
    pub fn flag(&self) -> &AtomicBool {
        &self.0.is_stopped
    }

    /// Which query this is: clones have the same number, other tokens never, and zero nobody.
    pub fn id(&self) -> u64 {
        self.0.id.0
    }

    pub fn is_stopped(&self) -> bool {
        self.0.is_stopped.load(Ordering::Acquire)
    }

    pub fn reason(&self) -> Option<StopReason> {
        self.0.state.lock().stopped.as_ref().map(|(reason, _)| reason.clone())
    }

    /// Since when it is stopped.
    pub fn stopped_at(&self) -> Option<Instant> {
        self.0.state.lock().stopped.as_ref().map(|(_, at)| *at)
    }

    /// For those who do the work: they end because of it.
    ///
    /// # Errors
    /// [`Error::Stopped`] once the flag is raised.
    pub fn check(&self) -> Result<()> {
        if !self.is_stopped() {
            return Ok(());
        }
        Err(self.reason().unwrap_or(StopReason::Cancelled).into())
    }

    /// For those who wait for the work: why it was stopped, and which calls are still running now.
    pub fn error(&self) -> Error {
        let state = self.0.state.lock();
        let reason = state.stopped.as_ref().map(|(reason, _)| reason.clone());
        let mut still_running = state.running.clone();
        drop(state);
        still_running.sort();
        still_running.dedup();
        let reason = reason.unwrap_or(StopReason::Cancelled);
        Stopped { reason, still_running }.into()
    }

    /// Whether a call that was begun has not ended.
    pub fn is_busy(&self) -> bool {
        !self.0.state.lock().running.is_empty()
    }

    /// Says that this thread is in a call until the guard is dropped.
    pub fn begin_call(&self, function: &Arc<str>) -> RunningCall {
        self.0.state.lock().running.push(Arc::clone(function));
        let current =
            Current { function: Arc::clone(function), token: self.clone(), call: Arc::default() };
        CURRENT.with_borrow_mut(|calls| calls.push(current));
        RunningCall { function: Arc::clone(function), not_send: std::marker::PhantomData }
    }

    /// Whether this thread is in a call of the function, in any query.
    pub fn is_in_call_of(function: &str) -> bool {
        CURRENT.with_borrow(|calls| calls.iter().any(|call| &*call.function == function))
    }

    /// Runs `watcher` when the flag is raised, at once if it is. It must not block.
    #[must_use = "dropping it takes the watcher back"]
    pub fn on_stop(&self, watcher: impl FnOnce(&Self) + Send + 'static) -> Watch {
        let mut state = self.0.state.lock();
        if state.stopped.is_some() {
            drop(state);
            watcher(self);
            return Watch { token: Weak::new(), key: 0 };
        }
        let key = state.next_watcher;
        state.next_watcher += 1;
        state.watchers.insert(key, Box::new(watcher));
        Watch { token: Arc::downgrade(&self.0), key }
    }

    /// Whether nobody else holds this flag any more.
    pub fn is_unused(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CancelToken").field(&self.reason()).finish()
    }
}

/// A watcher of a token; dropping it takes the watcher back.
pub struct Watch {
    token: Weak<Inner>,
    key: u64,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let watcher = self.token.upgrade().and_then(|token| {
            let mut state = token.state.lock();
            state.watchers.remove(&self.key)
        });
        // Dropped without the lock: it may hold other tokens.
        drop(watcher);
    }
}

/// This thread's stay in a function.
#[derive(Debug)]
pub struct RunningCall {
    function: Arc<str>,
    not_send: std::marker::PhantomData<*const ()>,
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        let Some(Current { token, .. }) = CURRENT.with_borrow_mut(Vec::pop) else { return };
        let mut state = token.0.state.lock();
        if let Some(place) = state.running.iter().position(|name| Arc::ptr_eq(name, &self.function))
        {
            state.running.swap_remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_counts_and_watchers_run_once() {
        let token = CancelToken::new();
        let (sender, receiver) = std::sync::mpsc::channel();
        let kept = token.on_stop({
            let sender = sender.clone();
            move |token| sender.send(token.reason()).unwrap()
        });
        drop(token.on_stop(move |_| sender.send(None).unwrap()));
        token.stop(StopReason::Closed("session"));
        token.cancel();
        drop(kept);
        let seen: Vec<_> = receiver.try_iter().collect();
        assert_eq!(seen, [Some(StopReason::Closed("session"))]);
    }

    #[test]
    fn clones_are_the_same_query_and_others_are_not() {
        let token = CancelToken::new();
        assert_eq!(token.id(), token.clone().id());
        assert_ne!(token.id(), CancelToken::new().id());
        token.cancel();
        assert!(token.clone().flag().load(Ordering::Acquire));
    }

    #[test]
    fn a_query_inside_of_a_call_stops_with_it() {
        let outer = CancelToken::new();
        let call = outer.begin_call(&"p.f".into());
        let inner = CancelToken::for_this_thread();
        assert_eq!(["p.f", "p.g"].map(CancelToken::is_in_call_of), [true, false]);
        drop(call);
        assert!(!CancelToken::is_in_call_of("p.f"));
        let unrelated = CancelToken::for_this_thread();
        outer.stop(StopReason::QueryTimeout(Duration::from_secs(1)));
        assert_eq!(inner.reason(), outer.reason());
        assert!(!unrelated.is_stopped());
    }

    #[test]
    fn the_end_of_a_query_stops_its_leftovers_and_not_what_a_call_left_to_its_author() {
        let outer = CancelToken::new();
        let call = outer.begin_call(&"p.f".into());
        let kept = CancelToken::for_this_thread();
        drop(call);
        let _left_behind = outer.begin_call(&"p.g".into());
        let needless = CancelToken::for_this_thread();
        outer.stop(StopReason::Ended);
        assert_eq!(kept.reason(), None);
        assert_eq!(needless.reason(), Some(StopReason::Ended));
        assert_eq!(outer.error().to_string().split(';').next(), Some("the query has ended"));
    }

    #[test]
    fn a_deadline_stops_and_what_still_runs_is_named() {
        let token = CancelToken::new();
        let limit = Duration::from_millis(5);
        token.stop_after(limit, StopReason::QueryTimeout(limit));
        let _call = token.begin_call(&"p.f".into());
        while !token.is_stopped() {
            std::thread::yield_now();
        }
        let text = token.error().to_string();
        assert!(
            text.starts_with(
                "the query took longer than its timeout of 0.005 s; p.f is still running"
            ),
            "{text}"
        );
    }
}
