//! One plain thread that does short things at their time: the process's deadlines.
//!
//! It takes no part in any runtime and never enters an interpreter, so nothing that a query or a
//! plugin does can keep it from its work.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use parking_lot::{Condvar, Mutex};

type Action = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Watchdog {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    actions: BTreeMap<(Instant, u64), Action>,
    next: u64,
    has_thread: bool,
    /// When its thread looks next, were nobody to wake it.
    looks_at: Option<Instant>,
}

/// Swapped after a fork, which leaves the thread behind and perhaps a lock held for ever.
static WATCHDOG: LazyLock<ArcSwap<Watchdog>> = LazyLock::new(ArcSwap::default);

/// Runs `action` on the watchdog's thread after `delay`, unless the alarm is dropped before. It must
/// neither block nor panic: everybody's deadlines wait for it.
#[must_use = "dropping it disarms it"]
pub fn after(delay: Duration, action: impl FnOnce() + Send + 'static) -> Alarm {
    let watchdog = WATCHDOG.load_full();
    // A delay beyond what clocks count is as good as none.
    let Some(at) = Instant::now().checked_add(delay) else {
        return Alarm { watchdog: Weak::new(), key: (Instant::now(), 0) };
    };
    let mut queue = watchdog.queue.lock();
    let key = (at, queue.next);
    queue.next += 1;
    // Alarms that are taken back leave its look at the clock where it was: who sets one a batch wakes
    // it seldom.
    let is_seen_late = queue.looks_at.is_none_or(|look| at < look);
    queue.actions.insert(key, Box::new(action));
    if !queue.has_thread {
        queue.has_thread = start(&watchdog);
    }
    drop(queue);
    if is_seen_late {
        watchdog.changed.notify_one();
    }
    Alarm { watchdog: Arc::downgrade(&watchdog), key }
}

/// Starts anew in the child of a fork. What was planned before is the parent's.
pub fn forget_parent() {
    WATCHDOG.store(Arc::default());
}

fn start(watchdog: &Arc<Watchdog>) -> bool {
    let watchdog = Arc::clone(watchdog);
    let name = "arrowsmith-watchdog".to_owned();
    let spawned = std::thread::Builder::new().name(name).spawn(move || watchdog.run());
    spawned.is_ok()
}

impl Watchdog {
    fn run(&self) {
        let mut queue = self.queue.lock();
        loop {
            let Some(next) = queue.actions.first_entry() else {
                queue.looks_at = None;
                self.changed.wait(&mut queue);
                continue;
            };
            let at = next.key().0;
            if at > Instant::now() {
                queue.looks_at = Some(at);
                self.changed.wait_until(&mut queue, at);
                continue;
            }
            let action = next.remove();
            drop(queue);
            action();
            queue = self.queue.lock();
        }
    }
}

/// Something that is planned; dropping it takes it back.
pub struct Alarm {
    watchdog: Weak<Watchdog>,
    key: (Instant, u64),
}

impl Alarm {
    /// Lets it go off whatever happens.
    pub fn leave(mut self) {
        self.watchdog = Weak::new();
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let action = self.watchdog.upgrade().and_then(|watchdog| {
            let mut queue = watchdog.queue.lock();
            queue.actions.remove(&self.key)
        });
        // Dropped without the lock: it may hold other alarms.
        drop(action);
    }
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alarm").field("at", &self.key.0).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn actions_run_in_the_order_of_their_times_unless_taken_back() {
        let (sender, receiver) = mpsc::channel();
        let plan = |milliseconds: u64, mark: u32| {
            let sender = sender.clone();
            after(Duration::from_millis(milliseconds), move || sender.send(mark).unwrap())
        };
        let kept = [plan(30, 3), plan(10, 1)];
        drop(plan(15, 9));
        plan(25, 4).leave();
        let last = [plan(20, 2), after(Duration::MAX, || {})];
        let seen: Vec<u32> = receiver.iter().take(4).collect();
        assert_eq!(seen, [1, 2, 4, 3]);
        drop((kept, last));
    }
}
