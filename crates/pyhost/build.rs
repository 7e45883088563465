//! Links this crate's own test binaries with libpython. pyo3 does so too, except where the
//! environment says that an extension module is built.

use std::path::PathBuf;
use std::process::Command;

const QUESTION: &str = "import sysconfig as s; print(s.get_config_var('LIBDIR')); print(s.get_config_var('LDVERSION'))";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for variable in ["PYO3_BUILD_EXTENSION_MODULE", "PYO3_CONFIG_FILE", "PYO3_PYTHON"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let Some((folder, name)) = configured().or_else(asked) else {
        println!("cargo::warning=no libpython was found; the tests of this crate may not link");
        return;
    };
    println!("cargo::rustc-link-arg=-L{folder}");
    println!("cargo::rustc-link-arg=-l{name}");
    if cfg!(unix) {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{folder}");
    }
}

fn configured() -> Option<(String, String)> {
    let python = pyo3_build_config::get();
    Some((python.lib_dir()?.to_owned(), python.lib_name()?.to_owned()))
}

/// The configuration that maturin writes for extension modules names no library.
fn asked() -> Option<(String, String)> {
    let python = std::env::var_os("PYO3_PYTHON").map_or_else(|| "python3".into(), PathBuf::from);
    let answer = Command::new(python).args(["-c", QUESTION]).output().ok()?;
    let answer = String::from_utf8(answer.stdout).ok()?;
    let (folder, version) = answer.trim().split_once('\n')?;
    Some((folder.trim().to_owned(), format!("python{}", version.trim())))
}
