//! Calls that make no sense, and their messages.

use arrowsmith_contract::Grants;
use arrowsmith_testkit::PluginBuilder;

use super::plugin::Procedures;

#[test]
fn messages_say_what_is_wrong_and_what_to_do() {
    let procedures = Procedures::new(1);
    procedures.fixture.table("u", &[Some(1)]);
    for (sql, message) in [
        ("SELECT * FROM r.rnage(3)", "unknown function r.rnage; did you mean r.range"),
        ("SELECT * FROM ranges(3)", "unknown function ranges; did you mean range"),
        ("SELECT * FROM p.twice(3)", "ai.p.twice: is a scalar function, which gives values"),
        ("SELECT r.range(3)", "ai.r.range: is a procedure, which gives rows; call it in FROM"),
        ("SELECT * FROM r.range()", "ai.r.range: takes 1 to 2 arguments, but got 0"),
        ("SELECT * FROM r.range(1, 2, 3)", "ai.r.range: takes 1 to 2 arguments, but got 3"),
        ("SELECT * FROM r.range('a')", "ai.r.range: argument \"a\" is int, but got string"),
        ("SELECT * FROM r.range(c => 1)", "has no parameter called \"c\"; it has a, b"),
        ("SELECT * FROM r.range(b => 1)", "misses the argument \"a\""),
        ("SELECT * FROM r.range(1, a => 1)", "got the argument \"a\" twice"),
        ("SELECT * FROM r.range(a => 1, 2)", "takes arguments by position before those by name"),
        ("SELECT * FROM r.range(*)", "cannot be called with *"),
        ("SELECT * FROM r.range(1) AS k(a, b)", "yields 1 column, but its alias names 2"),
        ("SELECT * FROM r.range(1) WITH ORDINALITY", "WITH ORDINALITY"),
        ("SELECT * FROM r.range(nothing)", "nothing"),
        ("SELECT * FROM r.sum(u)", "argument \"a\" is a table; write TABLE(SELECT ...)"),
        ("SELECT * FROM r.sum((SELECT 1))", "argument \"a\" is a table; write TABLE(SELECT ...)"),
        ("SELECT * FROM r.range(TABLE(u))", "argument \"a\" is int, but got a table"),
        ("SELECT * FROM r.sum(TABLE(1))", "takes one query or name within TABLE(...)"),
        ("SELECT * FROM r.sum(TABLE(u) PARTITION BY nothing)", "nothing"),
        ("SELECT * FROM r.sum(TABLE(u), p.twice(1))", "cannot call plugin functions"),
        ("SELECT * FROM u, r.sum(TABLE(u), u.x)", "cannot name columns of the tables beside it"),
        ("SELECT * FROM u LEFT JOIN r.range(u.x) k ON k.n = 1", "needs ON true"),
        ("SELECT * FROM u RIGHT JOIN r.range(u.x) k ON true", "LATERAL"),
        (
            "SELECT (SELECT sum(n) FROM r.range(u.x)) FROM u",
            "of an outer query; call it in the FROM",
        ),
        ("SELECT * FROM u a, u b JOIN r.range(a.x) ON true", "no column of what it is joined to"),
        (
            "SELECT x FROM u WHERE x > 0 OR x = (SELECT max(n) FROM r.range(3))",
            "in a query behind AND",
        ),
    ] {
        let error = procedures.fixture.error(sql);
        assert!(error.contains(message), "{sql}: {error}");
        assert_eq!(procedures.log.starts(), [0; 0], "{sql}");
    }
}

#[test]
fn denied_says_denied() {
    let procedures = Procedures::new(1);
    let plugin = PluginBuilder::new("d")
        .unwrap()
        .procedure("rows", &[], 0, "struct<n: int>", |_| Ok(Box::new(|_, _| Ok(None))))
        .unwrap()
        .build()
        .unwrap();
    procedures
        .fixture
        .session
        .registry()
        .commit(&plugin, &Grants::parse::<&str>([]).unwrap(), false)
        .unwrap();
    let error = procedures.fixture.error("SELECT * FROM d.rows()");
    assert!(error.contains("the grant Procedure was not given"), "{error}");
}
