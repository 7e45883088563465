//! What a registry shows at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::LoadedPlugin;
use crate::{Error, Function, PluginId, QualifiedName, nearest};

/// The functions of a registry at one moment. Copies share the plugins.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub(crate) plugins: BTreeMap<PluginId, Arc<LoadedPlugin>>,
    /// Plugins whose functions are called by their bare names.
    pub(crate) used: BTreeSet<PluginId>,
    /// Single functions that are called by their bare names.
    pub(crate) singles: BTreeSet<QualifiedName>,
    /// Which of the plugins come from the registry below.
    inherited: BTreeSet<PluginId>,
}

impl Snapshot {
    /// All callable functions, ordered by plugin and declaration.
    pub fn functions(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.plugins.values().flat_map(|plugin| plugin.functions())
    }

    /// The ids of the plugins, sorted.
    pub fn plugins(&self) -> impl Iterator<Item = &PluginId> {
        self.plugins.keys()
    }

    /// What was loaded, ordered by id.
    pub fn loaded(&self) -> impl Iterator<Item = &LoadedPlugin> {
        self.plugins.values().map(AsRef::as_ref)
    }

    pub fn plugin(&self, id: &PluginId) -> Option<&LoadedPlugin> {
        self.plugins.get(id).map(AsRef::as_ref)
    }

    /// Whether a plugin comes from the registry that this one stands on.
    pub fn is_inherited(&self, id: &PluginId) -> bool {
        self.inherited.contains(id)
    }

    pub(crate) fn unknown_plugin(&self, name: &str) -> Error {
        let nearest = nearest(name, self.plugins().map(ToString::to_string));
        Error::UnknownPlugin { name: name.to_owned(), nearest }
    }

    /// This with another registry's own plugins over it.
    pub(super) fn below(&self, own: &Self) -> Self {
        let mut both = self.clone();
        both.inherited =
            self.plugins().filter(|id| !own.plugins.contains_key(id)).cloned().collect();
        both.plugins
            .extend(own.plugins.iter().map(|(id, plugin)| (id.clone(), Arc::clone(plugin))));
        both.used.extend(own.used.iter().cloned());
        both.singles.extend(own.singles.iter().cloned());
        both
    }

    /// Forgets which bare names a plugin had that is gone.
    pub(super) fn forget_unused(&mut self) {
        let Self { plugins, used, .. } = self;
        used.retain(|id| plugins.contains_key(id));
    }
}
