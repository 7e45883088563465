//! The functions that a session or a database knows. Readers take snapshots; a change replaces one
//! as a whole.

mod levels;
mod loaded;
mod snapshot;

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use parking_lot::Mutex;

use crate::{Capability, Grants, Kind, LoadError, Manifest, PluginId, QualifiedName, Result};

pub use loaded::LoadedPlugin;
pub use snapshot::Snapshot;

/// What a commit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadOutcome {
    pub plugin: PluginId,
    pub version: Arc<str>,
    /// Names registered, by kind, in the order of the manifest.
    pub registered: BTreeMap<Kind, Vec<Arc<str>>>,
    /// What the plugin needs and the grants do not hold; functions of these kinds were left out.
    pub denied: Vec<Capability>,
}

/// Plugins by id. Cheap to read from many threads; changes happen one after another.
///
/// A registry may stand on another, whose plugins it shows beside its own (see [`Self::on`]).
#[derive(Debug, Default)]
pub struct Registry {
    /// What was committed here.
    own: ArcSwap<Snapshot>,
    /// That over what the base shows.
    visible: ArcSwap<Snapshot>,
    base: Option<Arc<Registry>>,
    /// Those that stand on this one.
    above: Mutex<Vec<Weak<Registry>>>,
    writing: Mutex<()>,
}

impl Registry {
    pub fn new() -> Self {
        Self::default()
    }

    /// The functions as they are now. A query keeps its snapshot until it ends.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.visible.load_full()
    }

    /// Registers a plugin, in place of any version that is already there: everything or nothing.
    /// Functions whose capability was not granted are left out and listed.
    ///
    /// # Errors
    /// [`Error::MissingGrants`] where `strict` asks for every grant, and a load error where a load
    /// that began later was committed before.
    pub fn commit(
        &self,
        manifest: &Manifest,
        grants: &Grants,
        strict: bool,
    ) -> Result<LoadOutcome> {
        self.place(manifest, strict, |_| Ok(grants.clone()))
    }

    /// Registers a plugin as [`Self::commit`] does, unless a version of it was committed here.
    ///
    /// # Errors
    /// A load error that names the version which is there, and those of [`Self::commit`].
    pub fn commit_new(
        &self,
        manifest: &Manifest,
        grants: &Grants,
        strict: bool,
    ) -> Result<LoadOutcome> {
        self.place(manifest, strict, |earlier| match earlier {
            None => Ok(grants.clone()),
            Some(earlier) => Err(LoadError::new(format!(
                "the plugin {} is loaded already: version {} from {}; unload it first, or load with replace=True",
                manifest.id(),
                earlier.version(),
                earlier.source()
            ))
            .into()),
        })
    }

    /// Registers a new version in place of the one that was committed here, with the grants that
    /// the first one got.
    ///
    /// # Errors
    /// [`Error::UnknownPlugin`] where there is none to replace.
    pub fn recommit(&self, manifest: &Manifest) -> Result<LoadOutcome> {
        self.place(manifest, false, |earlier| {
            let granted = earlier.map(|earlier| earlier.grants().clone());
            granted.ok_or_else(|| self.own.load().unknown_plugin(manifest.id().as_str()))
        })
    }

    /// A plugin that was committed here, to be read anew.
    ///
    /// # Errors
    /// A load error where it is the base's, and [`Error::UnknownPlugin`] where there is none.
    pub fn own_plugin(&self, id: &PluginId) -> Result<Arc<LoadedPlugin>> {
        let snapshot = self.snapshot();
        if snapshot.is_inherited(id) {
            return Err(LoadError::new(format!(
                "the plugin {id} is the database's and not the session's; reload it there"
            ))
            .into());
        }
        let own = snapshot.plugins.get(id).cloned();
        own.ok_or_else(|| snapshot.unknown_plugin(id.as_str()))
    }

    /// Registers a plugin with the grants that `decide` gives, which sees the version in place.
    fn place(
        &self,
        manifest: &Manifest,
        strict: bool,
        decide: impl FnOnce(Option<&LoadedPlugin>) -> Result<Grants>,
    ) -> Result<LoadOutcome> {
        let (outcome, replaced) = self.change(|own| {
            let id = manifest.id();
            let earlier = own.plugins.get(id).map(AsRef::as_ref);
            if earlier.is_some_and(|earlier| earlier.is_newer_than(manifest)) {
                return Err(LoadError::new(format!(
                    "the plugin {id} was loaded anew meanwhile, and that later load stays"
                ))
                .into());
            }
            let grants = decide(earlier)?;
            if strict {
                manifest.check(&grants)?;
            }
            let plugin = LoadedPlugin::new(manifest, grants);
            let outcome = plugin.outcome();
            Ok((outcome, own.plugins.insert(id.clone(), Arc::new(plugin))))
        })?;
        drop(replaced);
        Ok(outcome)
    }

    /// Forgets a plugin that was committed here and gives whether it was there. One of the base
    /// that it hid is back.
    pub fn remove(&self, id: &PluginId) -> bool {
        self.change(|own| Ok(own.plugins.remove(id))).is_ok_and(|removed| removed.is_some())
    }

    /// Forgets everything that was committed here.
    pub fn clear(&self) {
        drop(self.change(|own| Ok(std::mem::take(own))));
    }

    /// Makes the functions of a plugin, named by its id or last segment, callable by bare name.
    ///
    /// # Errors
    /// An unknown or ambiguous plugin name.
    pub fn use_plugin(&self, name: &str) -> Result<PluginId> {
        let id = self.snapshot().resolve_plugin(name)?;
        self.change(|own| Ok(own.used.insert(id.clone())))?;
        Ok(id)
    }

    /// Makes one function callable by its bare name.
    pub fn use_function(&self, name: QualifiedName) {
        drop(self.change(|own| Ok(own.singles.insert(name))));
    }

    /// What `change` takes out is given back instead of dropped in there: a function's end may run
    /// its author's code, which may change this registry. What fails changes nothing.
    fn change<T>(&self, change: impl FnOnce(&mut Snapshot) -> Result<T>) -> Result<T> {
        let writing = self.writing.lock();
        let mut next = Snapshot::clone(&self.own.load());
        let taken_out = change(&mut next)?;
        let old = self.show(next);
        drop(writing);
        self.tell_above();
        drop(old);
        Ok(taken_out)
    }
}

#[cfg(test)]
mod tests;
