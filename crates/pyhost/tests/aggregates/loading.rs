//! What is refused when a plugin is loaded.

use crate::support::*;

#[test]
fn unfit_types_are_refused_when_the_plugin_is_loaded() {
    for (source, wanted) in [
        (
            "db.aggregate_fn('f', ['int'], 'list<list<int>>', vectorized=True)(dict(init=list, accumulate=max, merge=max, finalize=max))",
            "plugin.py:1: the result of f is list<list<int>>; aggregate functions take and give float,",
        ),
        (
            "db.aggregate_fn('f', ['table'], 'int')(dict(init=list, accumulate=max, merge=max, finalize=max))",
            "plugin.py:1: parameter arg0 of f is a table; only procedures take tables",
        ),
        (
            "db.aggregate_fn('f', ['int'], 'int')(dict(init=list, accumulate=max, finalize=max))",
            "plugin.py:1: the aggregate f has no merge; it needs init(), accumulate(state, *args), merge(state, other), finalize(state)",
        ),
        (
            "db.aggregate_fn('f', ['int'], 'int')(dict(init=list, accumulate=max, merge=lambda a: a, finalize=max))",
            "plugin.py:1: merge of f takes (a), but merge(state, other) gets 2 arguments",
        ),
        (
            "db.aggregate_fn('f', ['int'], 'int')(dict(init=list, accumulate=max, merge=max, finalize=max, final=max))",
            "plugin.py:1: unknown part 'final' of f; the parts are init, accumulate, merge, finalize, retract",
        ),
        (
            "async def g(a, b): ...\ndb.aggregate_fn('f', ['int'], 'int')(dict(init=list, accumulate=max, merge=g, finalize=max))",
            "plugin.py:2: merge of f is async; it must give its answer at once",
        ),
        (
            "def g(a): yield a\ndb.aggregate_fn('f', ['int'], 'int')(dict(init=list, accumulate=max, merge=max, finalize=g))",
            "plugin.py:2: finalize of f is a generator; it must return its answer",
        ),
        (
            "@db.aggregate_fn('f', ['int'], 'int')\nclass A:\n    def __init__(self, k): ...\n    def add(self, v): ...\n    def merge(self, o): ...\n    def result(self): ...",
            "plugin.py:2: the class f must be made without arguments: missing a required argument: 'k'",
        ),
        (
            "@db.aggregate_fn('f', ['int', 'int'], 'int')\nclass A:\n    def add(self, v): ...\n    def merge(self, o): ...\n    def result(self): ...",
            "plugin.py:2: f takes 1 argument, but args declares 2",
        ),
        (
            "@db.aggregate_fn\ndef f(v: int) -> int: ...",
            "plugin.py:2: the aggregate f is <function f",
        ),
    ] {
        let message = load_failure(source);
        assert!(message.starts_with(wanted), "{source}\ngave   {message}\nwanted {wanted}");
    }
}
