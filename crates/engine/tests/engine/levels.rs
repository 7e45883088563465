//! Functions of a database, in its sessions.

use arrowsmith_contract::{Determinism, Grants, Manifest};
use arrowsmith_testkit::PluginBuilder;

use crate::fixture::Fixture;

fn plugin(id: &str, name: &str) -> Manifest {
    let builder = PluginBuilder::new(id).unwrap();
    let builder =
        builder.scalar(name, &["int"], "int", Determinism::Auto, |row| Ok(row[0].clone()));
    builder.unwrap().build().unwrap()
}

#[test]
fn every_session_calls_what_its_database_has() {
    let fixture = Fixture::new(1);
    let shared = plugin("shared", "same");
    fixture.database.registry().commit(&shared, &Grants::all(), true).unwrap();
    assert_eq!(fixture.run("SELECT shared.same(1)").len(), 1);
    let own = plugin("shared", "other");
    fixture.session.registry().commit(&own, &Grants::all(), true).unwrap();
    assert!(fixture.error("SELECT shared.same(1)").contains("unknown function"));
    assert!(fixture.session.registry().remove(own.id()));
    fixture.run("SELECT shared.same(1)");
    assert!(fixture.database.registry().remove(shared.id()));
    assert!(fixture.error("SELECT shared.same(1)").contains("unknown function"));
}

#[test]
fn a_closed_session_leaves_them_and_a_closed_database_frees_them() {
    let fixture = Fixture::new(1);
    let shared = plugin("shared", "same");
    let function = std::sync::Arc::downgrade(&shared.functions()[0]);
    fixture.database.registry().commit(&shared, &Grants::all(), true).unwrap();
    drop(shared);
    let other = fixture.database.session().unwrap();
    fixture.session.close();
    assert!(other.registry().snapshot().function("shared.same").is_ok());
    fixture.database.close();
    assert!(function.upgrade().is_none());
}
