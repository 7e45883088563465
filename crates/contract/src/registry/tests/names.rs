//! What names mean.

use super::*;

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
