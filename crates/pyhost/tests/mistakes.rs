//! What is wrong with a plugin that can't be loaded, and where.

mod support;

use support::load_failure;

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_mistake_names_file_and_line() {
    for (source, wanted) in [
        ("x = 1\ndef f(:\n", "plugin.py:2: SyntaxError: invalid syntax"),
        ("x = '\\ud800'.encode()", "plugin.py:1: loading it raised: UnicodeEncodeError"),
        (
            "\nimport no_such_module",
            "plugin.py:2: an import failed: ModuleNotFoundError: No module named",
        ),
        (
            "def g():\n    1 / 0\n\ng()",
            "plugin.py:2: loading it raised: ZeroDivisionError: division by zero",
        ),
        ("import sys\nsys.exit(3)", "plugin.py:2: loading it raised: SystemExit: 3"),
        ("x = 1", "plugin.py:1: the plugin declares no functions"),
        ("\ndb.set_plugin_id('')", "plugin.py:2: the plugin id is empty"),
        (
            "db.set_plugin_id('a..b')\n@db.scalar_fn\ndef f(x: int) -> int: ...",
            "plugin.py:1: the plugin id \"a..b\" has an empty part",
        ),
        ("\ndb.set_version(1)", "plugin.py:2: the plugin version must be a string, not int"),
        ("\ndb.set_determinism('maybe')", "plugin.py:2: unknown determinism 'maybe'"),
        (
            "@db.scalar_fn\ndef f(x: int) -> int: ...\n\n@db.scalar_fn('f')\ndef g(x: int) -> int: ...",
            "plugin.py:5: the function f is declared twice, first in line 2",
        ),
        (
            "@db.scalar_fn(args=['number'], returns='int')\ndef f(x): ...",
            "plugin.py:2: parameter x of f: unknown type \"number\"",
        ),
        (
            "@db.scalar_fn(args=['int'], returns='number')\ndef f(x): ...",
            "plugin.py:2: the result of f: unknown type \"number\"",
        ),
        (
            "@db.scalar_fn(args=['int'], returns='time')\ndef f(x): ...",
            "plugin.py:2: the result of f is time[us]; row functions take and give float, int",
        ),
        (
            "@db.scalar_fn(args=['int'], returns='int')\ndef f(x, y): ...",
            "plugin.py:2: f takes 2 arguments, but args declares 1",
        ),
        (
            "@db.scalar_fn(args=['int'] * 3, returns='int')\ndef f(x, y=1): ...",
            "plugin.py:2: f takes 1 to 2 arguments, but args declares 3",
        ),
        (
            "@db.scalar_fn(args=['int', ...], returns='int')\ndef f(x): ...",
            "plugin.py:2: args of f ends with ..., but it takes no *args",
        ),
        (
            "@db.scalar_fn(args=[...], returns='int')\ndef f(*x): ...",
            "plugin.py:2: args of f: ... stands last",
        ),
        (
            "@db.scalar_fn(args='int', returns='int')\ndef f(x): ...",
            "plugin.py:2: args of f must be a list of types",
        ),
        (
            "@db.scalar_fn(args=[3], returns='int')\ndef f(x): ...",
            "plugin.py:2: args[0] of f is no type: 3",
        ),
        (
            "@db.scalar_fn\ndef f(x: int, *, y) -> int: ...",
            "plugin.py:2: f needs the keyword argument y",
        ),
        ("@db.scalar_fn\ndef f(x) -> int: ...", "plugin.py:2: parameter x of f has no annotation"),
        ("@db.scalar_fn\ndef f(x: int): ...", "plugin.py:2: the result of f has no annotation"),
        (
            "@db.scalar_fn\ndef f(x: dict) -> int: ...",
            "plugin.py:2: the annotation of parameter x of f names no type",
        ),
        (
            "@db.scalar_fn(determinism='maybe')\ndef f(x: int) -> int: ...",
            "plugin.py:2: unknown determinism \"maybe\"",
        ),
        (
            "@db.scalar_fn(tier='moon')\ndef f(x: int) -> int: ...",
            "plugin.py:2: unknown tier \"moon\"",
        ),
        (
            "@db.scalar_fn(nulls='maybe')\ndef f(x: int) -> int: ...",
            "plugin.py:2: unknown nulls value 'maybe'",
        ),
        (
            "@db.scalar_fn(nulls={'y': 'pass'})\ndef f(x: int) -> int: ...",
            "plugin.py:2: nulls of f names no parameter of it: 'y'",
        ),
        (
            "@db.scalar_fn(vectorized='gpu')\ndef f(x: int) -> int: ...",
            "plugin.py:2: unknown vectorized='gpu'",
        ),
        (
            "@db.scalar_fn(vectorized=True)\ndef f() -> int: ...",
            "plugin.py:2: f is vectorized, so it needs a parameter",
        ),
        ("@db.scalar_fn\nasync def f(x: int) -> int: ...", "plugin.py:2: f is async"),
        ("@db.scalar_fn\ndef f(x: int) -> int:\n    yield x", "plugin.py:2: f is a generator"),
        (
            "@db.scalar_fn('a.b')\ndef f(x: int) -> int: ...",
            "plugin.py:2: function name \"a.b\" holds a dot",
        ),
        ("db.scalar_fn(lambda x: x)", "plugin.py:1: a lambda has no name"),
        ("db.scalar_fn('f', returns='int')(3)", "plugin.py:1: the scalar f is 3, no function"),
        (
            "@db.scalar_fn(args=[], returns='int')\nclass F: ...",
            "plugin.py:2: the class F has no __call__",
        ),
    ] {
        let message = load_failure(source);
        assert!(message.starts_with(wanted), "{source}\ngave   {message}\nwanted {wanted}");
    }
}
