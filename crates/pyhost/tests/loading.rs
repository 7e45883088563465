//! The ways in which a plugin comes.

mod support;

use arrowsmith_contract::{Determinism, Error, Mode, Origin, Source};
use arrowsmith_pyhost::{
    FunctionTerms, Loading, door, load_again, load_function, load_object, load_path, load_source,
    to_pyerr,
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyModule};
use support::*;

fn run<'py>(py: Python<'py>, code: &str) -> PyResult<Bound<'py, PyDict>> {
    let globals = PyDict::new(py);
    let classes = arrowsmith_pyhost::public_classes(py)?;
    globals.set_item("Plugin", &classes[0].1)?;
    py.run(&std::ffi::CString::new(code)?, Some(&globals), None)?;
    Ok(globals)
}

#[test]
fn a_text_with_everything_said() {
    let manifest = load(GEO);
    assert_eq!(manifest.id().as_str(), "ai.example.geo");
    assert_eq!(manifest.version().as_ref(), "1.0.0");
    let [row, numpy] = manifest.functions() else { panic!() };
    assert_eq!(
        row.to_string(),
        "ai.example.geo.haversine(lat1: float, lon1: float, lat2: float, lon2: float) -> float"
    );
    assert_eq!((row.mode, numpy.mode), (Mode::Row, Mode::VectorizedNumpy));
    assert_eq!(row.determinism, Determinism::Pure);
}

#[test]
fn defaults_of_id_version_and_determinism() {
    start();
    let manifest = load_source(
        "@db.scalar_fn\ndef f(x: float) -> float:\n    'Doc.'\n    return x",
        "geo.py",
        &Loading::default(),
    )
    .unwrap();
    assert_eq!((manifest.id().as_str(), manifest.version().as_ref()), ("geo", "0.0.0"));
    let function = &manifest.functions()[0];
    assert_eq!(function.determinism, Determinism::Auto);
    assert_eq!(function.documentation.as_deref(), Some("Doc."));
    let text = "db.set_determinism('pure')\n@db.scalar_fn\ndef f(x: int) -> int: return x\n\
        @db.scalar_fn(determinism='session')\ndef g(x: int) -> int: return x";
    let found: Vec<_> = load(text).functions().iter().map(|f| f.determinism).collect();
    assert_eq!(found, [Determinism::Pure, Determinism::Session]);
}

#[test]
fn a_failed_load_leaves_nothing_behind() {
    start();
    let state = |py: Python<'_>| -> PyResult<(Vec<String>, usize, Vec<String>)> {
        let sys = py.import("sys")?;
        let modules = module_names(py)?;
        let cached = py.import("linecache")?.getattr("cache")?.len()?;
        Ok((modules, cached, sys.getattr("path")?.extract()?))
    };
    load("@db.scalar_fn\ndef f(x: int) -> int: ...");
    let before = attached(state);
    for source in
        ["1 / 0", "x = 1", "@db.scalar_fn\ndef f(x): ...", "import sys; sys.exit()", "def"]
    {
        load_source(source, "bad.py", &Loading::default()).unwrap_err();
    }
    assert_eq!(attached(state), before);
}

#[test]
fn the_plugins_own_exception_is_the_cause() {
    start();
    let error = load_source(
        "\nclass Odd(Exception): ...\nraise Odd('here')",
        "odd.py",
        &Loading::default(),
    )
    .unwrap_err();
    attached(|py| {
        let raised = to_pyerr(py, &error);
        let value = raised.value(py);
        assert_eq!(value.getattr("file")?.extract::<String>()?, "odd.py");
        assert_eq!(value.getattr("line")?.extract::<u32>()?, 3);
        assert!(raised.is_instance_of::<pyo3::exceptions::PyImportError>(py));
        let cause = raised.cause(py).unwrap();
        assert_eq!(cause.to_string(), "Odd: here");
        assert!(cause.traceback(py).unwrap().format()?.contains("File \"odd.py\", line 3"));
        Ok(())
    });
}

#[test]
fn files_and_folders() {
    start();
    let folder = std::env::temp_dir().join(format!("arrowsmith-loading-{}", std::process::id()));
    let package = folder.join("shop");
    std::fs::create_dir_all(&package).unwrap();
    let file = folder.join("geo.py");
    // A coding line and Windows line ends are Python's business.
    std::fs::write(&file, b"# coding: latin-1\r\nNAME = '\xe9'\r\n@db.scalar_fn\r\ndef f(x: int) -> str:\r\n    return NAME\r\n").unwrap();
    let manifest = load_path(&file, &Loading::default()).unwrap();
    assert_eq!(manifest.id().as_str(), "geo");
    let function = &manifest.functions()[0];
    let answer = call(function, &[ints([Some(1)])]).unwrap();
    assert_eq!(&answer, &strings([Some("é")]));
    let source = function.source.as_ref().unwrap();
    assert!(
        source.function_text().starts_with("@db.scalar_fn\ndef f"),
        "{}",
        source.function_text()
    );

    std::fs::write(package.join("__init__.py"), "from . import prices\nfrom .rates import RATE\n")
        .unwrap();
    std::fs::write(package.join("rates.py"), "RATE = 2.0\n").unwrap();
    std::fs::write(
        package.join("prices.py"),
        "from .rates import RATE\n@db.scalar_fn\ndef gross(net: float) -> float:\n    return net * RATE\n",
    )
    .unwrap();
    let manifest = load_path(&package, &Loading::default()).unwrap();
    assert_eq!(manifest.id().as_str(), "shop");
    let gross = &manifest.functions()[0];
    assert_eq!(&call(gross, &[floats([Some(1.5)])]).unwrap(), &floats([Some(3.0)]));
    assert!(gross.source.as_ref().unwrap().file.ends_with("prices.py"));

    std::fs::write(package.join("prices.py"), "\nx = (\n").unwrap();
    let message = load_path(&package, &Loading::default()).unwrap_err().to_string();
    assert!(message.contains("prices.py:2: SyntaxError"), "{message}");
    let message = load_path(&folder.join("none.py"), &Loading::default()).unwrap_err().to_string();
    assert!(
        message.ends_with("none.py: cannot read the plugin: No such file or directory"),
        "{message}"
    );
    let message = load_path(&folder, &Loading::default()).unwrap_err().to_string();
    assert!(message.ends_with("the folder has no __init__.py, so it is no plugin"), "{message}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn plugin_objects_and_modules() {
    start();
    attached(|py| {
        let globals = run(
            py,
            "plugin = Plugin('ai.example.prices', '2.1')\n@plugin.scalar_fn\ndef twice(x: float) -> float: return 2 * x\n\
             assert twice(2) == 4\nempty = Plugin('a')\nnameless = Plugin()\n@nameless.scalar_fn\ndef f(x: int) -> int: return x\n",
        )?;
        let get = |name| globals.get_item(name).unwrap().unwrap();
        let manifest = load_object(&get("plugin"), &Loading::default()).unwrap();
        assert_eq!(
            (manifest.id().as_str(), manifest.version().as_ref()),
            ("ai.example.prices", "2.1")
        );
        let message = |object: &Bound<'_, PyAny>| {
            load_object(object, &Loading::default()).unwrap_err().to_string()
        };
        assert!(message(&get("empty")).starts_with("the plugin declares no functions"));
        assert!(message(&get("nameless")).starts_with("the plugin has no id"));
        assert!(
            message(&get("twice")).starts_with("a plugin is a path, a module or a Plugin object")
        );
        let module = PyModule::new(py, "shop.prices")?;
        assert!(
            message(module.as_any()).starts_with("the module shop.prices has no Plugin object")
        );
        module.setattr("db", get("nameless"))?;
        assert_eq!(
            load_object(module.as_any(), &Loading::default()).unwrap().id().as_str(),
            "prices"
        );
        module.setattr("other", get("plugin"))?;
        assert!(message(module.as_any()).contains("declares functions on 2 Plugin objects"));
        Ok(())
    });
}

#[test]
fn a_single_function_is_a_plugin_of_its_own() {
    start();
    attached(|py| {
        let globals =
            run(py, "def add(a: float, b: float = 2.0) -> float: return a + b\nbad = lambda x: x")?;
        let add = globals.get_item("add")?.unwrap();
        let manifest =
            load_function(&add, "session", &FunctionTerms::default(), &Loading::default()).unwrap();
        assert_eq!(
            manifest.functions()[0].to_string(),
            "session.add.add(a: float, b: float = ...) -> float"
        );
        let bad = globals.get_item("bad")?.unwrap();
        assert!(matches!(
            load_function(&bad, "session", &FunctionTerms::default(), &Loading::default()),
            Err(Error::Load(_))
        ));
        Ok(())
    });
}

#[test]
fn dataclasses_and_pickle_find_their_module() {
    let text = "import dataclasses, pickle\n@dataclasses.dataclass\nclass P:\n    x: 'int'\n\
        @db.scalar_fn\ndef f(x: int) -> int:\n    return pickle.loads(pickle.dumps(P(x))).x\n";
    assert_eq!(&call(&function(text), &[ints([Some(7)])]).unwrap(), &ints([Some(7)]));
}

#[test]
fn public_classes_are_those_of_the_arrowsmith_package() {
    start();
    attached(|py| {
        let classes = arrowsmith_pyhost::public_classes(py)?;
        let names: Vec<&str> = classes.iter().map(|(name, _)| name.as_str()).collect();
        assert!(
            names.contains(&"Plugin") && names.contains(&"PluginLoadError") && names.len() == 15,
            "{names:?}"
        );
        for (name, class) in &classes {
            let is_author_s = ["Plugin", "Decorators"].contains(&name.as_str());
            let module = if is_author_s { "arrowsmith" } else { "arrowsmith.errors" };
            assert_eq!(class.module()?.to_string(), module);
            assert_eq!(class.name()?.to_string(), *name);
        }
        Ok(())
    });
}

#[test]
fn what_was_loaded_says_where_it_came_from() {
    start();
    let text = "@db.scalar_fn\ndef f(x: int) -> int: return x\n";
    let folder = std::env::temp_dir().join(format!("arrowsmith-origin-{}", std::process::id()));
    let file = folder.join("calc.py");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(&file, text).unwrap();
    std::fs::write(folder.join("__init__.py"), "from . import calc\n").unwrap();

    let from_text = load(text);
    let from_file = load_path(&file, &Loading::default()).unwrap();
    let package = load_path(&folder, &Loading::default()).unwrap();
    assert_eq!(from_text.origin().source, Source::Text);
    assert_eq!(from_file.origin().source, Source::Path(file.to_str().unwrap().into()));
    assert_eq!(package.origin().source, Source::Path(folder.to_str().unwrap().into()));
    assert!(from_text.origin().digest.is_some());
    assert_eq!(from_text.origin().digest, from_file.origin().digest);
    std::fs::write(&file, format!("{text}# another\n")).unwrap();
    assert_ne!(
        load_path(&folder, &Loading::default()).unwrap().origin().digest,
        package.origin().digest
    );

    let object = door::enter(|py| {
        let code = "plugin = Plugin('p')\n@plugin.scalar_fn\ndef f(x: int) -> int: return x\n";
        load_object(
            &run(py, code).unwrap().get_item("plugin").unwrap().unwrap(),
            &Loading::default(),
        )
    });
    assert_eq!(object.unwrap().origin(), &Origin::default());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn only_the_same_plugin_is_loaded_again() {
    start();
    let file = std::env::temp_dir().join(format!("arrowsmith_again_{}.py", std::process::id()));
    let text = "db.set_plugin_id('again')\n@db.scalar_fn\ndef f(x: int) -> int: return x\n";
    std::fs::write(&file, text).unwrap();
    let loaded = load_path(&file, &Loading::default()).unwrap();
    let again = || load_again(loaded.id(), &loaded.origin().source, &Loading::default());
    assert_eq!(again().unwrap().id(), loaded.id());
    std::fs::write(&file, text.replace("again", "other")).unwrap();
    let message = again().unwrap_err().to_string();
    assert!(message.contains("now holds the plugin other, not again"), "{message}");
    std::fs::remove_file(&file).unwrap();
    let message = again().unwrap_err().to_string();
    assert!(message.contains("cannot read the plugin: No such file"), "{message}");
    for (source, way) in [(Source::Text, "load_python_plugin"), (Source::Object, "load_plugin")] {
        let message =
            load_again(loaded.id(), &source, &Loading::default()).unwrap_err().to_string();
        assert!(message.contains(&format!("with {way}")), "{message}");
    }
}
