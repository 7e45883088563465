//! The functions that a session knows. Readers take snapshots; a commit replaces one as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use crate::{Capability, Error, Function, Grants, Kind, Manifest, PluginId, QualifiedName, Result};

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

/// The functions of a registry at one moment.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub(crate) plugins: BTreeMap<PluginId, Plugin>,
    /// Plugins whose functions are called by their bare names.
    pub(crate) used: BTreeSet<PluginId>,
    /// Single functions that are called by their bare names.
    pub(crate) singles: BTreeSet<QualifiedName>,
}

#[derive(Debug, Clone)]
pub(crate) struct Plugin {
    pub(crate) functions: Vec<Arc<Function>>,
    pub(crate) denied: Vec<Arc<Function>>,
}

impl Snapshot {
    /// All callable functions, ordered by plugin and declaration.
    pub fn functions(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.plugins.values().flat_map(|plugin| &plugin.functions)
    }

    pub fn plugins(&self) -> impl Iterator<Item = &PluginId> {
        self.plugins.keys()
    }
}

/// Plugins by id. Cheap to read from many threads; changes happen one after another.
#[derive(Debug, Default)]
pub struct Registry {
    current: ArcSwap<Snapshot>,
    writing: Mutex<()>,
}

impl Registry {
    pub fn new() -> Self {
        Self::default()
    }

    /// The functions as they are now. A query keeps its snapshot until it ends.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Registers a plugin, in place of any version that is already there: everything or nothing.
    /// Functions whose capability was not granted are left out and listed.
    ///
    /// # Errors
    /// [`Error::MissingGrants`] where `strict` asks for every grant.
    pub fn commit(
        &self,
        manifest: &Manifest,
        grants: &Grants,
        strict: bool,
    ) -> Result<LoadOutcome> {
        let needed = manifest.capabilities();
        let denied: Vec<Capability> = needed.into_iter().filter(|c| !grants.contains(*c)).collect();
        if strict && !denied.is_empty() {
            return Err(Error::MissingGrants {
                plugin: manifest.id().as_str().into(),
                missing: denied,
            });
        }
        let (granted, left_out): (Vec<_>, Vec<_>) = manifest
            .functions()
            .iter()
            .cloned()
            .partition(|function| grants.contains(function.capability()));
        let mut registered = BTreeMap::<Kind, Vec<Arc<str>>>::new();
        for function in &granted {
            let name = function.name.as_str().into();
            registered.entry(function.kind()).or_default().push(name);
        }
        let plugin = Plugin { functions: granted, denied: left_out };
        drop(self.change(|snapshot| snapshot.plugins.insert(manifest.id().clone(), plugin)));
        Ok(LoadOutcome {
            plugin: manifest.id().clone(),
            version: Arc::clone(manifest.version()),
            registered,
            denied,
        })
    }

    /// Forgets a plugin and gives whether it was there.
    pub fn remove(&self, id: &PluginId) -> bool {
        let removed = self.change(|snapshot| {
            snapshot.used.remove(id);
            snapshot.plugins.remove(id)
        });
        removed.is_some()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        drop(self.change(std::mem::take));
    }

    /// Makes the functions of a plugin, named by its id or last segment, callable by bare name.
    ///
    /// # Errors
    /// An unknown or ambiguous plugin name.
    pub fn use_plugin(&self, name: &str) -> Result<PluginId> {
        let id = self.snapshot().resolve_plugin(name)?;
        self.change(|snapshot| snapshot.used.insert(id.clone()));
        Ok(id)
    }

    /// Makes one function callable by its bare name.
    pub fn use_function(&self, name: QualifiedName) {
        self.change(|snapshot| snapshot.singles.insert(name));
    }

    /// What `change` takes out is given back instead of dropped in there: a function's end may run
    /// its author's code, which may change this registry.
    fn change<T>(&self, change: impl FnOnce(&mut Snapshot) -> T) -> T {
        let writing = self.lock();
        let mut next = Snapshot::clone(&self.current.load());
        let taken_out = change(&mut next);
        let old = self.current.swap(Arc::new(next));
        drop(writing);
        drop(old);
        taken_out
    }

    /// The lock guards no data, so a panic of another writer leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    use arrow::array::ArrayRef;

    use super::*;
    use crate::{
        CallContext, CallPolicy, Determinism, FunctionName, Kernel, Mode, NamePart, NullPolicy,
        Parameter, ScalarKernel, Signature, Tier, Type,
    };

    #[derive(Debug)]
    struct Identity;

    impl ScalarKernel for Identity {
        fn tier(&self) -> Tier {
            Tier::Inline
        }

        fn invoke(&self, columns: &[ArrayRef], _: usize, _: &CallContext) -> Result<ArrayRef> {
            Ok(Arc::clone(&columns[0]))
        }
    }

    /// Changes its registry when it goes, as a `__del__` of plugin code may.
    #[derive(Debug)]
    struct Meddler {
        registry: Arc<Registry>,
        gone: mpsc::Sender<()>,
    }

    impl ScalarKernel for Meddler {
        fn tier(&self) -> Tier {
            Tier::Inline
        }

        fn invoke(&self, columns: &[ArrayRef], _: usize, _: &CallContext) -> Result<ArrayRef> {
            Ok(Arc::clone(&columns[0]))
        }
    }

    impl Drop for Meddler {
        fn drop(&mut self) {
            self.registry.remove(&PluginId::new("other").unwrap());
            let manifest = manifest("left", "1", &["f"]);
            self.registry.commit(&manifest, &Grants::all(), false).unwrap();
            self.gone.send(()).unwrap();
        }
    }

    fn manifest(id: &str, version: &str, names: &[&str]) -> Manifest {
        manifest_of(id, version, names, &Kernel::Scalar(Arc::new(Identity)))
    }

    fn manifest_of(id: &str, version: &str, names: &[&str], kernel: &Kernel) -> Manifest {
        let id = PluginId::new(id).unwrap();
        let version: Arc<str> = version.into();
        let functions = names.iter().map(|name| {
            let parameter = Parameter {
                name: "x".into(),
                ty: Type::FLOAT64,
                nullable: false,
                nulls: NullPolicy::Skip,
            };
            Arc::new(Function {
                plugin: id.clone(),
                version: Arc::clone(&version),
                name: FunctionName::new(name).unwrap(),
                mode: Mode::Row,
                signature: Signature::new(vec![parameter], 1, false, Type::FLOAT64).unwrap(),
                determinism: Determinism::Pure,
                policy: CallPolicy::default(),
                documentation: None,
                source: None,
                kernel: kernel.clone(),
            })
        });
        let functions = functions.collect();
        Manifest::new(id, version, functions).unwrap()
    }

    fn registry(plugins: &[(&str, &[&str])]) -> Registry {
        let registry = Registry::new();
        for (id, names) in plugins {
            let manifest = manifest(id, "1.0.0", names);
            registry.commit(&manifest, &Grants::all(), false).unwrap();
        }
        registry
    }

    fn resolved(registry: &Registry, name: &str) -> String {
        let parts: Vec<NamePart> = name
            .split('.')
            .map(|part| match part.strip_prefix('"').and_then(|p| p.strip_suffix('"')) {
                Some(inner) => NamePart { text: inner.replace('/', "."), quoted: true },
                None => NamePart::unquoted(part),
            })
            .collect();
        match registry.snapshot().resolve(&parts) {
            Ok(Some(function)) => function.qualified_name().to_string(),
            Ok(None) => "nobody's".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_function_answers_to_its_full_and_short_name() {
        let registry = registry(&[("ai.example.geo", &["haversine", "Bearing"])]);
        for name in [
            "ai.example.geo.haversine",
            "geo.haversine",
            "GEO.Haversine",
            "\"geo\".\"haversine\"",
            "\"ai/example/geo\".haversine",
        ] {
            assert_eq!(resolved(&registry, name), "ai.example.geo.haversine");
        }
        assert_eq!(resolved(&registry, "geo.bearing"), "ai.example.geo.Bearing");
        assert!(resolved(&registry, "geo.\"bearing\"").starts_with("unknown function"));
        assert_eq!(resolved(&registry, "haversine"), "nobody's");
    }

    #[test]
    fn exact_case_wins_and_folded_case_must_be_unambiguous() {
        let registry = registry(&[("p", &["Area", "area", "LEN", "Len"])]);
        assert_eq!(resolved(&registry, "p.Area"), "p.Area");
        assert_eq!(resolved(&registry, "p.area"), "p.area");
        assert_eq!(
            resolved(&registry, "p.len"),
            "function name p.len is ambiguous; it could be p.LEN, p.Len"
        );
    }

    #[test]
    fn a_short_name_that_two_plugins_have_is_ambiguous_and_the_full_one_is_not() {
        let registry = registry(&[("a.geo", &["f"]), ("b.geo", &["f"]), ("geo", &["g"])]);
        assert_eq!(
            resolved(&registry, "geo.f"),
            "function name geo.f is ambiguous; it could be a.geo.f, b.geo.f"
        );
        assert_eq!(resolved(&registry, "b.geo.f"), "b.geo.f");
        assert_eq!(resolved(&registry, "geo.g"), "geo.g");
    }

    #[test]
    fn bare_names_come_with_use() {
        let registry = registry(&[("ai.geo", &["f", "g"]), ("ai.text", &["g"])]);
        assert_eq!(registry.use_plugin("geo").unwrap().as_str(), "ai.geo");
        assert_eq!(resolved(&registry, "f"), "ai.geo.f");
        registry.use_plugin("ai.text").unwrap();
        assert!(resolved(&registry, "g").contains("ambiguous"));
        let error = registry.use_plugin("goe").unwrap_err().to_string();
        assert!(error.starts_with("unknown plugin \"goe\""), "{error}");
    }

    #[test]
    fn unknown_names_get_the_nearest() {
        let registry = registry(&[("ai.example.geo", &["haversine"])]);
        assert_eq!(
            resolved(&registry, "geo.haversin"),
            "unknown function geo.haversin; did you mean geo.haversine?"
        );
    }

    #[test]
    fn a_missing_grant_leaves_its_kind_out_and_names_it() {
        let registry = Registry::new();
        let plugin = manifest("p", "1.0.0", &["f"]);
        let none = Grants::from_iter([]);
        let error = registry.commit(&plugin, &none, true).unwrap_err();
        assert_eq!(error.to_string(), "plugin p needs grants that were not given: ScalarFn");
        assert_eq!(registry.snapshot().functions().count(), 0);
        let outcome = registry.commit(&plugin, &none, false).unwrap();
        assert_eq!(outcome.denied, [Capability::ScalarFn]);
        assert!(outcome.registered.is_empty());
        assert!(resolved(&registry, "p.f").contains("the grant ScalarFn was not given"));
    }

    #[test]
    fn a_reload_replaces_the_whole_plugin_and_snapshots_keep_the_old() {
        let registry = registry(&[("p", &["f", "g"])]);
        let before = registry.snapshot();
        registry.commit(&manifest("p", "2.0.0", &["g"]), &Grants::all(), false).unwrap();
        assert_eq!(before.function("p.f").unwrap().version.as_ref(), "1.0.0");
        let after = registry.snapshot();
        assert_eq!(after.function("p.g").unwrap().version.as_ref(), "2.0.0");
        assert!(after.function("p.f").is_err());
    }

    #[test]
    fn a_function_may_change_the_registry_when_it_goes() {
        let changes: [fn(&Registry); 3] = [
            |registry| {
                registry.remove(&PluginId::new("p").unwrap());
            },
            |registry| {
                let next = manifest("p", "2", &["f"]);
                registry.commit(&next, &Grants::all(), false).unwrap();
            },
            Registry::clear,
        ];
        for change in changes {
            let registry = Arc::new(registry(&[("other", &["f"])]));
            let (gone, gone_receiver) = mpsc::channel();
            let meddler = Meddler { registry: Arc::clone(&registry), gone };
            let manifest = manifest_of("p", "1", &["f", "g"], &Kernel::Scalar(Arc::new(meddler)));
            registry.commit(&manifest, &Grants::all(), false).unwrap();
            drop(manifest);
            let (done, done_receiver) = mpsc::channel();
            #[expect(clippy::disallowed_methods, reason = "the test itself must not hang")]
            std::thread::spawn(move || {
                change(&registry);
                let snapshot = registry.snapshot();
                done.send(snapshot.plugins().map(ToString::to_string).collect()).unwrap();
            });
            gone_receiver.recv_timeout(Duration::from_secs(10)).unwrap();
            let left: Vec<String> = done_receiver.recv_timeout(Duration::from_secs(10)).unwrap();
            assert!(left.contains(&"left".to_owned()), "{left:?}");
            assert!(!left.contains(&"other".to_owned()), "{left:?}");
        }
    }

    #[test]
    fn commits_from_many_threads_are_all_there() {
        let registry = Registry::new();
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let id = format!("p{}", next.fetch_add(1, Ordering::Relaxed));
                        let plugin = manifest(&id, "1", &["f"]);
                        registry.commit(&plugin, &Grants::all(), false).unwrap();
                    }
                });
            }
        });
        assert_eq!(registry.snapshot().functions().count(), 100);
    }
}
