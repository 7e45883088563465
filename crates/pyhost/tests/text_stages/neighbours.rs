//! Files of one folder that import each other.

use arrowsmith_pyhost::load_stages;

use crate::support::*;
use crate::{Folder, names, stages, through};

#[test]
fn every_way_to_import_a_neighbour() {
    for text in [
        "import cleaning\ndef process(text): return cleaning.trim(text)",
        "import cleaning as c\ndef process(text): return c.trim(text)",
        "from cleaning import trim\ndef process(text): return trim(text)",
        "from cleaning import *\ndef process(text): return trim(text)",
        "from . import cleaning\ndef process(text): return cleaning.trim(text)",
        "from .cleaning import trim\ndef process(text): return trim(text)",
        "def process(text):\n    import cleaning\n    return cleaning.trim(text)",
        "def process(text):\n    from cleaning import trim\n    return trim(text)",
        "import tools.text\ndef process(text): return tools.text.trim(text)",
        "import tools.text as t\ndef process(text): return t.trim(text)",
        "from tools.text import trim\ndef process(text): return trim(text)",
        "from tools import text as t\ndef process(text): return t.trim(text)",
        "class process:\n    def __call__(self, text):\n        import cleaning\n        return cleaning.trim(text)",
    ] {
        let stages = stages(&[
            ("a.py", text),
            ("cleaning.py", "import deeper\ndef trim(text): return deeper.trim(text)"),
            ("deeper.py", "from importlib import import_module\nNAME = __name__\ntrim = str.strip"),
            ("tools/__init__.py", ""),
            ("tools/text.py", "import cleaning\nfrom . import more\ntrim = cleaning.trim"),
            ("tools/more.py", ""),
        ]);
        assert_eq!(names(&stages), ["a"]);
        // The folder may be gone by then: what is imported late must have been loaded or be there.
        assert_eq!(through(&stages, "  x "), "x", "{text}");
    }
}

#[test]
fn two_folders_have_their_own() {
    start();
    let stage = "import cleaning\ndef process(text):\n    import late\n    return text + cleaning.NAME + late.NAME";
    let folder = |name: &str| {
        let text = format!("NAME = '{name}'");
        Folder::new(&[("a.py", stage), ("cleaning.py", &text), ("late.py", &text)])
    };
    let (first, second) = (folder("1"), folder("2"));
    let one = load_stages(first.path(), None).unwrap();
    let two = load_stages(second.path(), None).unwrap();
    assert_eq!((through(&one, "x"), through(&two, "x")), ("x11".into(), "x22".into()));
    // The same folder twice is two loads as well.
    first.write("cleaning.py", "NAME = '3'");
    let three = load_stages(first.path(), None).unwrap();
    assert_eq!((through(&one, "x"), through(&three, "x")), ("x11".into(), "x31".into()));
    attached(|py| {
        assert!(py.import("cleaning").is_err());
        Ok(())
    });
}

#[test]
fn the_library_s_modules_are_still_there() {
    let stages = stages(&[
        // It is called as the library that it wraps.
        ("html.py", "import html\ndef process(text): return html.escape(text)"),
        ("sys.py", "import sys\ndef process(text): return text + str('path' in vars(sys))"),
        (
            "zlast.py",
            "import sys, os.path\ndef process(text): return text + os.path.sep + type(sys.path).__name__",
        ),
    ]);
    assert_eq!(through(&stages, "<"), "&lt;True/list");
}

#[test]
fn stages_that_import_stages_share_the_module() {
    let stages = stages(&[
        ("a.py", "import b\ndef process(text): return text + str(b.count)"),
        (
            "b.py",
            "count = globals().get('count', 0) + 1\ndef process(text): return text + str(count)",
        ),
        ("c.py", "import a\nimport b\ndef process(text): return text + str(a.b is b)"),
    ]);
    assert_eq!(through(&stages, ""), "11True");
}

#[test]
fn a_package_is_begun_before_its_stages() {
    let stages = stages(&[
        ("__init__.py", "from .cleaning import trim\nREADY = [1]"),
        ("a.py", "from . import READY, trim\ndef process(text): return trim(text) + str(READY)"),
        ("cleaning.py", "trim = str.strip"),
    ]);
    assert_eq!(through(&stages, " x "), "x[1]");
}

#[test]
fn classes_of_neighbours_are_pickled_by_name() {
    let stages = stages(&[
        (
            "a.py",
            "import pickle, dataclasses\nfrom things import P\n\
            def process(text): return pickle.loads(pickle.dumps(P(text))).x",
        ),
        ("things.py", "import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: 'str'\n"),
    ]);
    assert_eq!(through(&stages, "x"), "x");
}
