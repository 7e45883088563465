//! Plugins whose code misbehaves while it is loaded or looked at.

mod support;

use arrowsmith_contract::Error;
use arrowsmith_pyhost::{FunctionTerms, Loading, load_function, load_object, load_source};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyModule};
use support::*;

const PROXY: &str = "class Proxy:\n    @property\n    def __class__(self): raise RuntimeError('outside')\nrequest = Proxy()\n";
const ERROR: &str = "import _arrowsmith_host.errors as errors\n";

#[test]
fn whatever_is_raised_is_a_load_error_with_a_place() {
    start();
    for (source, wanted) in [
        (
            "db._id = 5\n@db.scalar_fn\ndef f(x: int) -> int: ...",
            "bad.py: loading it raised: TypeError",
        ),
        ("db._declarations = 5", "bad.py: loading it raised: TypeError"),
        ("__name__ = 5\n1 / 0", "bad.py: loading it raised: ZeroDivisionError"),
        (
            "db._declarations.append('garbage')",
            "bad.py: the plugin changed what its decorators recorded",
        ),
        (
            "db._determinism = 5\n@db.scalar_fn\ndef f(x: int) -> int: ...",
            "bad.py:3: the declaration of f can't be read: TypeError",
        ),
        ("@db.scalar_fn(tier=7)\ndef f(x: int) -> int: ...", "bad.py:2: unknown tier 7 of f"),
        (
            "@db.scalar_fn\ndef f(x: 'exit(3)') -> int: ...",
            "bad.py:2: the declaration of f can't be read: SystemExit: 3",
        ),
        (
            "@db.scalar_fn\ndef f(x: '\\ud800') -> int: ...",
            "bad.py:2: the declaration of f can't be read: UnicodeEncodeError",
        ),
        (
            "@db.scalar_fn\ndef f(x: int) -> int: ...\nf.__wrapped__ = f",
            "bad.py:2: the declaration of f can't be read: ValueError: wrapper loop",
        ),
        (
            "class Odd:\n    __repr__ = None\n@db.scalar_fn(timeout=Odd())\ndef f(x: int) -> int: ...",
            "bad.py:4: timeout=an object of class Odd of f is no time limit",
        ),
        (
            "class F:\n    def __call__(self, x: int) -> int: ...\n    @property\n    def __name__(self): raise LookupError('mute')\ndb.scalar_fn(F())",
            "bad.py:5: the declaration of a function can't be read: LookupError: mute",
        ),
    ] {
        let error = load_source(source, "bad.py", &Loading::default()).unwrap_err();
        assert!(matches!(error, Error::Load(_)), "{source}\n{error}");
        assert!(error.to_string().starts_with(wanted), "{source}\ngave   {error}\nwanted {wanted}");
    }
}

#[test]
fn load_errors_of_a_plugins_own_making() {
    start();
    for (source, wanted) in [
        ("raise errors.PluginLoadError('too old')", "bad.py:2: too old"),
        (
            "raise errors.PluginLoadError('too old', 'a', -1)",
            "bad.py: loading it raised: PluginLoad",
        ),
        (
            "raise errors.PluginLoadError('too old', 5)",
            "bad.py: loading it raised: PluginLoadError",
        ),
        ("raise errors.PluginLoadError(5)", "bad.py: loading it raised: PluginLoadError"),
        (
            "class Odd(errors.PluginLoadError):\n    def __str__(self): raise LookupError\nraise Odd('')",
            "bad.py: loading it raised: Odd: its text can't be shown",
        ),
    ] {
        let error =
            load_source(&format!("{ERROR}{source}"), "bad.py", &Loading::default()).unwrap_err();
        assert!(matches!(error, Error::Load(_)), "{source}\n{error}");
        assert!(error.to_string().starts_with(wanted), "{source}\ngave   {error}\nwanted {wanted}");
    }
}

#[test]
fn lazy_proxies_are_not_looked_at() {
    let f = function(&format!(
        "{PROXY}@db.scalar_fn\ndef f(x: int) -> int:\n    return x if x else request.args\n"
    ));
    assert_eq!(&call(&f, &[ints([Some(7)])]).unwrap(), &ints([Some(7)]));
    attached(|py| {
        let globals = PyDict::new(py);
        globals.set_item("Plugin", &arrowsmith_pyhost::public_classes(py)?[0].1)?;
        let text = format!("{PROXY}db = Plugin()\n@db.scalar_fn\ndef f(x: int) -> int: return x\n");
        py.run(&std::ffi::CString::new(text)?, Some(&globals), None)?;
        let module = PyModule::new(py, "shop")?;
        for name in ["db", "request"] {
            module.setattr(name, globals.get_item(name)?.unwrap())?;
        }
        assert_eq!(
            load_object(module.as_any(), &Loading::default()).unwrap().id().as_str(),
            "shop"
        );
        let request = globals.get_item("request")?.unwrap();
        assert!(matches!(load_object(&request, &Loading::default()), Err(Error::Load(_))));
        assert!(matches!(
            load_function(&request, "session", &FunctionTerms::default(), &Loading::default()),
            Err(Error::Load(_))
        ));
        Ok(())
    });
}

#[test]
fn a_docstring_is_text_whatever_it_holds() {
    let manifest = load("@db.scalar_fn\ndef f(x: int) -> int:\n    'half: \\ud800'\n");
    assert_eq!(manifest.functions()[0].documentation.as_deref(), Some("half: \\ud800"));
}
