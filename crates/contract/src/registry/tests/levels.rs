//! A registry that stands on another.

use super::*;

#[test]
fn a_registry_shows_what_the_one_below_does() {
    let base = Arc::new(registry(&[("ai.geo", &["f"])]));
    let session = Registry::on(&base);
    let later = manifest("later", "1", &["g"]);
    base.commit(&later, &Grants::all(), false).unwrap();
    assert_eq!(resolved(&session, "geo.f"), "ai.geo.f");
    assert_eq!(resolved(&session, "later.g"), "later.g");
    assert!(session.snapshot().is_inherited(later.id()));
    assert!(!session.remove(later.id()));
    assert!(base.remove(later.id()));
    assert!(resolved(&session, "later.g").starts_with("unknown function"));
}

#[test]
fn a_plugin_above_hides_the_one_below_as_a_whole() {
    let base = Arc::new(registry(&[("p", &["f", "g"])]));
    let (session, other) = (Registry::on(&base), Registry::on(&base));
    let own = manifest("p", "2", &["g"]);
    session.commit(&own, &Grants::all(), false).unwrap();
    assert_eq!(session.snapshot().function("p.g").unwrap().version.as_ref(), "2");
    assert!(session.snapshot().function("p.f").is_err());
    assert!(!session.snapshot().is_inherited(own.id()));
    assert_eq!(other.snapshot().function("p.g").unwrap().version.as_ref(), "1.0.0");
    assert!(session.remove(own.id()));
    assert_eq!(session.snapshot().function("p.f").unwrap().version.as_ref(), "1.0.0");
}

#[test]
fn plugins_of_both_levels_share_the_rules_of_names() {
    let base = Arc::new(registry(&[("a.geo", &["f", "g"])]));
    let session = Registry::on(&base);
    session.use_plugin("geo").unwrap();
    assert_eq!(resolved(&session, "f"), "a.geo.f");
    assert_eq!(resolved(&base, "f"), "nobody's");
    session.commit(&manifest("b.geo", "1", &["f"]), &Grants::all(), false).unwrap();
    assert!(resolved(&session, "geo.f").contains("it could be a.geo.f, b.geo.f"));
    assert!(session.use_plugin("geo").unwrap_err().to_string().contains("a.geo, b.geo"));
    session.use_plugin("b.geo").unwrap();
    assert!(resolved(&session, "f").contains("ambiguous"));
}

#[test]
fn only_what_was_committed_here_is_read_anew() {
    let base = Arc::new(registry(&[("p", &["f"])]));
    let session = Registry::on(&base);
    let own = |id: &str| session.own_plugin(&PluginId::new(id).unwrap());
    let error = own("p").unwrap_err().to_string();
    assert_eq!(error, "the plugin p is the database's and not the session's; reload it there");
    assert_eq!(own("q").unwrap_err().to_string(), "unknown plugin \"q\"");
    session.commit(&manifest("p", "2", &["f"]), &Grants::all(), false).unwrap();
    assert_eq!(own("p").unwrap().version().as_ref(), "2");
}

#[test]
fn bare_names_go_with_their_plugin_at_whichever_level() {
    let base = Arc::new(registry(&[("p", &["f"])]));
    let session = Registry::on(&base);
    session.use_plugin("p").unwrap();
    session.commit(&manifest("p", "2", &["f"]), &Grants::all(), false).unwrap();
    session.remove(&PluginId::new("p").unwrap());
    // The base's one is back, and was what `use` meant.
    assert_eq!(resolved(&session, "f"), "p.f");
    base.clear();
    base.commit(&manifest("p", "3", &["f"]), &Grants::all(), false).unwrap();
    assert_eq!(resolved(&session, "f"), "nobody's");
}

#[test]
fn nothing_above_keeps_what_was_unloaded_below() {
    let base = Arc::new(Registry::new());
    let session = Registry::on(&base);
    let plugin = manifest("p", "1", &["f"]);
    let function = Arc::downgrade(&plugin.functions()[0]);
    base.commit(&plugin, &Grants::all(), false).unwrap();
    drop(plugin);
    assert!(session.snapshot().function("p.f").is_ok());
    base.clear();
    assert!(function.upgrade().is_none());
}

#[test]
fn the_end_of_a_registry_above_leaves_the_base_alone() {
    let base = Arc::new(registry(&[("p", &["f"])]));
    for _ in 0..100 {
        let session = Registry::on(&base);
        session.commit(&manifest("own", "1", &["f"]), &Grants::all(), false).unwrap();
        session.clear();
        assert_eq!(resolved(&session, "p.f"), "p.f");
    }
    assert!(base.above.lock().len() <= 1);
    assert_eq!(base.snapshot().plugins().count(), 1);
}

#[test]
fn changes_at_both_levels_at_once_are_all_seen() {
    let base = Arc::new(Registry::new());
    let session = Registry::on(&base);
    let commit = |registry: &Registry, prefix: &str| {
        for number in 0..50 {
            let plugin = manifest(&format!("{prefix}{number}"), "1", &["f"]);
            registry.commit(&plugin, &Grants::all(), false).unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| commit(&base, "a"));
        scope.spawn(|| commit(&base, "b"));
        scope.spawn(|| commit(&session, "c"));
    });
    assert_eq!(base.snapshot().functions().count(), 100);
    assert_eq!(session.snapshot().functions().count(), 150);
}

#[test]
fn a_function_of_the_base_may_change_what_stands_on_it_when_it_goes() {
    let base = Arc::new(registry(&[]));
    let session = Registry::on(&base);
    session.commit(&manifest("other", "1", &["f"]), &Grants::all(), false).unwrap();
    let (gone, gone_receiver) = mpsc::channel();
    let meddler = Meddler { registry: Arc::clone(&session), gone };
    let manifest = manifest_of("p", "1", &["f"], &Kernel::Scalar(Arc::new(meddler)));
    base.commit(&manifest, &Grants::all(), false).unwrap();
    drop(manifest);
    let (done, done_receiver) = mpsc::channel();
    #[expect(clippy::disallowed_methods, reason = "the test itself must not hang")]
    std::thread::spawn(move || done.send(base.remove(&PluginId::new("p").unwrap())).unwrap());
    gone_receiver.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
    assert!(done_receiver.recv_timeout(std::time::Duration::from_secs(10)).unwrap());
    let left: Vec<String> = session.snapshot().plugins().map(ToString::to_string).collect();
    assert_eq!(left, ["left"]);
}
