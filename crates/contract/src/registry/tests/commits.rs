//! Changes, and who sees them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;

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

#[test]
fn a_new_commit_refuses_to_replace() {
    let registry = Registry::new();
    let plugin = |version| manifest("p", version, &["f"]);
    registry.commit_new(&plugin("1"), &Grants::all(), false).unwrap();
    let error = registry.commit_new(&plugin("2"), &Grants::all(), false).unwrap_err();
    let expected = "the plugin p is loaded already: version 1 from object; \
                    unload it first, or load with replace=True";
    assert_eq!(error.to_string(), expected);
    assert_eq!(registry.snapshot().function("p.f").unwrap().version.as_ref(), "1");
}

#[test]
fn a_commit_of_the_next_version_keeps_the_grants() {
    let registry = Registry::new();
    let error = registry.recommit(&manifest("p", "0", &["f"])).unwrap_err();
    assert_eq!(error.to_string(), "unknown plugin \"p\"");
    registry.commit(&manifest("plot", "1", &["f"]), &Grants::all(), false).unwrap();
    let error = registry.recommit(&manifest("plots", "0", &["f"])).unwrap_err();
    assert_eq!(error.to_string(), "unknown plugin \"plots\"; did you mean plot?");
    registry.remove(&PluginId::new("plot").unwrap());
    let none = Grants::from_iter([Capability::Procedure]);
    registry.commit(&manifest("p", "1", &["f"]), &none, false).unwrap();
    let outcome = registry.recommit(&manifest("p", "2", &["f"])).unwrap();
    assert_eq!((outcome.version.as_ref(), outcome.denied), ("2", vec![Capability::ScalarFn]));
    let snapshot = registry.snapshot();
    let [plugin] = snapshot.loaded().collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!(plugin.grants(), &none);
    assert_eq!((plugin.functions().len(), plugin.denied().len()), (0, 1));
}

#[test]
fn of_two_loads_the_one_that_began_later_stays() {
    let registry = Registry::new();
    let slow = manifest("p", "1", &["f"]);
    let quick = manifest("p", "2", &["f"]);
    registry.commit(&quick, &Grants::all(), false).unwrap();
    let error = registry.commit(&slow, &Grants::all(), false).unwrap_err();
    assert!(error.to_string().contains("loaded anew meanwhile"), "{error}");
    registry.commit(&quick, &Grants::all(), false).unwrap();
    assert_eq!(registry.snapshot().function("p.f").unwrap().version.as_ref(), "2");
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
    let denied = "function p.f is denied: the grant ScalarFn was not given";
    assert!(resolved(&registry, "p.f").starts_with(denied));
}
