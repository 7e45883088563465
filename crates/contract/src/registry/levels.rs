//! Registries that stand on others: a session's shows its database's plugins beside its own.
//!
//! A change below is passed up at once, so that reading stays one load of one snapshot, and so that
//! nothing keeps a plugin which was unloaded below.

use std::sync::{Arc, Weak};

use super::{Registry, Snapshot};

/// Snapshots that may be the last to hold a plugin, whose end may run its author's code.
#[derive(Debug)]
pub(super) struct Outdated {
    _own: Arc<Snapshot>,
    _visible: Arc<Snapshot>,
    /// The base may have gone on meanwhile.
    _base: Option<Arc<Snapshot>>,
}

impl Registry {
    /// A registry that shows what `base` does, now and later. A plugin that is committed to it
    /// hides the one of the base with the same id, as a whole.
    pub fn on(base: &Arc<Self>) -> Arc<Self> {
        let registry = Arc::new(Self { base: Some(Arc::clone(base)), ..Self::default() });
        let mut above = base.above.lock();
        above.retain(|registry| registry.strong_count() > 0);
        above.push(Arc::downgrade(&registry));
        drop(above);
        // What the base shows from here on it tells; this is what it showed until now.
        registry.refresh();
        registry
    }

    /// Shows `own` over what the base shows. The lock for writing is held by who calls this, and
    /// nobody may hold it any more when what this gives is dropped.
    pub(super) fn show(&self, mut own: Snapshot) -> Outdated {
        let base = self.base.as_ref().map(|base| base.snapshot());
        let (own, visible) = match &base {
            None => {
                own.forget_unused();
                let own = Arc::new(own);
                (Arc::clone(&own), own)
            }
            Some(base) => {
                let mut visible = base.below(&own);
                visible.forget_unused();
                own.used.retain(|id| visible.plugins.contains_key(id));
                (Arc::new(own), Arc::new(visible))
            }
        };
        Outdated { _own: self.own.swap(own), _visible: self.visible.swap(visible), _base: base }
    }

    pub(super) fn tell_above(&self) {
        // No lock is held when one of them ends here, because its last user has let it go meanwhile:
        // its end may run plugin code.
        for registry in self.standing_on_this() {
            registry.refresh();
        }
    }

    fn standing_on_this(&self) -> Vec<Arc<Self>> {
        let above = self.above.lock();
        above.iter().filter_map(Weak::upgrade).collect()
    }

    fn refresh(&self) {
        // Nothing of its own changes, and that cannot fail.
        drop(self.change(|_| Ok(())));
    }
}
