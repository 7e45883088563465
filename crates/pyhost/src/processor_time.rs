//! How long threads have been on a processor, which tells who works from who waits.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The thread that made this, for others to ask about. On systems without Linux's `/proc` nobody can.
#[derive(Debug, Clone)]
pub(crate) struct OwnThread(Arc<Path>);

thread_local! {
    static OWN: OnceCell<Option<OwnThread>> = const { OnceCell::new() };
}

impl OwnThread {
    pub(crate) fn get() -> Option<Self> {
        OWN.with(|own| own.get_or_init(Self::find).clone())
    }

    fn find() -> Option<Self> {
        let link = std::fs::read_link("/proc/thread-self").ok()?;
        Some(Self(Path::new("/proc").join(link).join("schedstat").into()))
    }

    /// Its first number is nanoseconds on a processor (Linux, Documentation/scheduler/sched-stats).
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        let text = std::fs::read_to_string(&self.0).ok()?;
        text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    }
}
