//! Files: compressed, cut off, replaced in one step, found by patterns.
#![expect(clippy::unwrap_used, reason = "clippy sees no test in what tests share")]

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use arrowsmith_text::{Compression, Error, Pipeline, Source, Target, Trim, expand};
use tempfile::TempDir;

const NAMES: [&str; 5] = ["plain", "a.gz", "a.zst", "a.bz2", "a.xz"];

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn copy(from: &Path, to: &Path) -> arrowsmith_text::Result<u64> {
    Pipeline::default().run(Source::path(from), Target::path(to)).map(|summary| summary.bytes_out)
}

fn files_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn long_text() -> String {
    let lines = (0..20_000).map(|number| format!("{number}: {}", number * 7919));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_compressed_comes_back_whatever_its_name() {
    let folder = folder();
    let (plain, text) = (folder.path().join("plain.txt"), long_text());
    fs::write(&plain, &text).unwrap();
    for name in NAMES {
        let packed = folder.path().join(name);
        copy(&plain, &packed).unwrap();
        let is_packed = Compression::of_name(&packed).is_some();
        assert_eq!(fs::read(&packed).unwrap() != text.as_bytes(), is_packed, "{name}");
        let renamed = folder.path().join("renamed");
        fs::rename(&packed, &renamed).unwrap();
        let out = folder.path().join("out");
        copy(&renamed, &out).unwrap();
        assert_eq!(fs::read_to_string(&out).unwrap(), text, "{name}");
    }
}

#[test]
fn members_of_one_file_are_read_one_after_the_other() {
    let folder = folder();
    for name in NAMES {
        let mut all = Vec::new();
        for text in ["first\n", "", "second\n"] {
            let part = folder.path().join("part.txt");
            fs::write(&part, text).unwrap();
            let packed = folder.path().join(name);
            copy(&part, &packed).unwrap();
            all.extend(fs::read(&packed).unwrap());
        }
        let (both, out) = (folder.path().join("both"), folder.path().join("out"));
        fs::write(&both, all).unwrap();
        copy(&both, &out).unwrap();
        assert_eq!(fs::read_to_string(&out).unwrap(), "first\nsecond\n", "{name}");
    }
}

#[test]
fn a_file_that_is_cut_off_or_damaged_says_how_far_it_got() {
    let folder = folder();
    let plain = folder.path().join("plain.txt");
    fs::write(&plain, long_text()).unwrap();
    for name in &NAMES[1..] {
        let packed = folder.path().join(name);
        copy(&plain, &packed).unwrap();
        let whole = fs::read(&packed).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 0x55;
        for (what, bytes) in [("cut", &whole[..whole.len() - 5]), ("flipped", &flipped[..])] {
            fs::write(&packed, bytes).unwrap();
            let out = folder.path().join("out");
            let error = copy(&packed, &out).unwrap_err();
            assert!(matches!(error, Error::Corrupt { .. }), "{name} {what}: {error}");
            assert!(error.to_string().contains(name), "{error}");
            assert!(!out.exists());
        }
    }
    assert_eq!(files_in(folder.path()).len(), NAMES.len());
}

#[test]
fn a_target_is_replaced_only_by_what_is_complete() {
    let folder = folder();
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    fs::write(&output, "old").unwrap();
    fs::write(&input, b"new\xff").unwrap();
    let error = copy(&input, &output).unwrap_err().to_string();
    assert!(error.contains("in is not utf-8: invalid bytes at byte 3, line 1"), "{error}");
    assert_eq!(fs::read_to_string(&output).unwrap(), "old");
    assert_eq!(files_in(folder.path()), ["in", "out"]);
    drop(Target::path(&output).create().unwrap());
    assert_eq!(files_in(folder.path()), ["in", "out"]);
    let mut writer = Target::path(&output).create().unwrap();
    writer.write(b"new").unwrap();
    assert_eq!(fs::read_to_string(&output).unwrap(), "old");
    assert_eq!(files_in(folder.path()).len(), 3);
    writer.finish().unwrap();
    assert_eq!(fs::read_to_string(&output).unwrap(), "new");
    assert_eq!(files_in(folder.path()), ["in", "out"]);
}

#[test]
fn a_replaced_file_keeps_its_permissions_and_a_new_one_has_the_usual() {
    let folder = folder();
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    fs::write(&input, "text").unwrap();
    let usual = fs::metadata(&input).unwrap().permissions().mode();
    copy(&input, &output).unwrap();
    assert_eq!(fs::metadata(&output).unwrap().permissions().mode(), usual);
    fs::set_permissions(&output, Permissions::from_mode(0o751)).unwrap();
    copy(&input, &output).unwrap();
    assert_eq!(fs::metadata(&output).unwrap().permissions().mode() & 0o777, 0o751);
}

#[test]
fn a_link_stays_one_and_what_it_points_to_is_replaced() {
    let folder = folder();
    let input = folder.path().join("in");
    fs::write(&input, "text").unwrap();
    fs::create_dir(folder.path().join("far")).unwrap();
    for target in ["there", "missing"] {
        let link = folder.path().join(format!("to-{target}"));
        symlink(Path::new("far").join(target), &link).unwrap();
        if target == "there" {
            fs::write(&link, "old").unwrap();
        }
        copy(&input, &link).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(folder.path().join("far").join(target)).unwrap(), "text");
    }
    symlink("loop", folder.path().join("loop")).unwrap();
    let error = copy(&input, &folder.path().join("loop")).unwrap_err().to_string();
    assert!(error.contains("too many symbolic links"), "{error}");
}

#[test]
fn what_cannot_be_opened_or_written_says_so() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("in"), "text").unwrap();
    let messages = [
        (copy(&path("missing"), &path("out")), "cannot open", "missing: No such file"),
        (copy(folder.path(), &path("out")), "cannot open", "is a directory"),
        (copy(&path("in"), &path("gone/out")), "cannot write", "gone/out: No such file"),
        (copy(&path("in"), folder.path()), "cannot write", "is a directory"),
        (copy(&path("in"), &path("in")), "", "would be overwritten by its own output"),
        (copy(&path("in"), Path::new("/dev/full")), "cannot write /dev/full", "No space left"),
    ];
    for (answer, start, part) in messages {
        let error = answer.unwrap_err().to_string();
        assert!(error.starts_with(start) && error.contains(part), "{error}");
    }
    assert_eq!(files_in(folder.path()), ["in"]);
    assert_eq!(copy(&path("in"), Path::new("/dev/null")).unwrap(), 4);
}

/// Makes empty files below a folder.
fn plant(folder: &Path, names: &[&str]) {
    for name in names {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        File::create(path).unwrap().write_all(name.as_bytes()).unwrap();
    }
}

#[test]
fn patterns_and_folders_become_sorted_files() {
    let folder = folder();
    plant(
        folder.path(),
        &[
            "logs/b/2.gz",
            "logs/a/1.gz",
            "logs/0.gz",
            "logs/a/1.txt",
            "logs/.hidden/3.gz",
            "logs/.4.gz",
            "[x].txt",
        ],
    );
    let found = |patterns: &[&str]| {
        let patterns = patterns.iter().map(|pattern| folder.path().join(pattern));
        let files = expand(patterns)?;
        let short =
            |path: &PathBuf| path.strip_prefix(folder.path()).unwrap().display().to_string();
        Ok::<Vec<String>, Error>(files.iter().map(short).collect())
    };
    assert_eq!(found(&["logs/**/*.gz"]).unwrap(), ["logs/0.gz", "logs/a/1.gz", "logs/b/2.gz"]);
    assert_eq!(
        found(&["logs/a", "logs/a/*.gz", "logs/0.gz"]).unwrap(),
        ["logs/0.gz", "logs/a/1.gz", "logs/a/1.txt"]
    );
    assert_eq!(found(&["logs/.hidden/*"]).unwrap(), ["logs/.hidden/3.gz"]);
    assert_eq!(found(&["logs/.4.gz", "[x].txt"]).unwrap(), ["[x].txt", "logs/.4.gz"]);
    assert_eq!(found(&[""]).unwrap().len(), 5);
    for pattern in ["logs/*.txt", "missing.txt", "logs/.hidden/x*"] {
        let error = found(&["logs", pattern]).unwrap_err();
        assert!(
            matches!(&error, Error::NothingFound { pattern: named } if named.ends_with(pattern))
        );
    }
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert!(matches!(found(&["empty"]), Err(Error::NothingFound { .. })));
    let error = found(&["a***"]).unwrap_err().to_string();
    assert!(error.contains("is no pattern of file names"), "{error}");
}

#[test]
fn a_folder_is_mirrored() {
    let folder = folder();
    plant(folder.path(), &["in/a/1.txt", "in/b/2.txt.gz"]);
    let out = folder.path().join("new/out");
    let files = expand([folder.path().join("in")]).unwrap();
    let summary = Pipeline::new([Trim::default()]).run_files(&files, &out).unwrap();
    assert_eq!((summary.files, summary.bytes_in), (2, 23));
    assert_eq!(fs::read_to_string(out.join("a/1.txt")).unwrap(), "in/a/1.txt");
    let mut packed = Source::path(out.join("b/2.txt.gz")).open().unwrap();
    assert_eq!(packed.compression(), Some(Compression::Gzip));
    let mut bytes = [0; 99];
    let length = packed.read(&mut bytes).unwrap();
    assert_eq!(&bytes[..length], b"in/b/2.txt.gz");
}

#[test]
fn no_input_is_overwritten_and_no_output_written_twice() {
    let folder = folder();
    plant(folder.path(), &["in/a/1.txt", "in/b/1.txt"]);
    let path = |name: &str| folder.path().join(name);
    let run =
        |inputs: &[PathBuf], out: PathBuf| Pipeline::default().run_files(inputs, out).unwrap_err();
    let both = [path("in/a/1.txt"), path("in/b/1.txt")];
    assert!(matches!(run(&both, path("in")), Error::OverwritesInput { .. }));
    assert!(matches!(run(&both[..1], path("in/b/../a")), Error::OverwritesInput { .. }));
    let twice = [path("in/a/1.txt"), path("in/a/../a/1.txt")];
    assert!(matches!(run(&twice, path("out")), Error::SameOutput { .. }));
    symlink(path("in"), path("link")).unwrap();
    assert!(matches!(run(&both, path("link")), Error::OverwritesInput { .. }));
    fs::create_dir(path("out")).unwrap();
    symlink(path("in/a/1.txt"), path("out/1.txt")).unwrap();
    assert!(matches!(run(&both[..1], path("out")), Error::OverwritesInput { .. }));
    assert_eq!(fs::read_to_string(path("in/a/1.txt")).unwrap(), "in/a/1.txt");
    assert_eq!(files_in(&path("out")), ["1.txt"]);
}

#[test]
fn names_that_are_not_utf_8_are_found() {
    let folder = folder();
    let odd = folder.path().join(OsStr::from_bytes(b"in/\xff/a\xff.txt"));
    fs::create_dir_all(odd.parent().unwrap()).unwrap();
    fs::write(&odd, "a").unwrap();
    for pattern in ["in", "in/**/*.txt", "in/*/a?.txt"] {
        let found = expand([folder.path().join(pattern)]).unwrap();
        assert_eq!(found, std::slice::from_ref(&odd), "{pattern}");
    }
}

#[test]
fn links_to_folders_and_what_is_no_file_are_left_out() {
    let folder = folder();
    plant(folder.path(), &["in/a/1.txt"]);
    let path = |name: &str| folder.path().join(name);
    symlink("..", path("in/a/loop")).unwrap();
    symlink("1.txt", path("in/a/2.txt")).unwrap();
    symlink("/dev/null", path("in/a/3.txt")).unwrap();
    for pattern in ["in", "in/**/*.txt", "in/*/*", "in/**"] {
        let found = expand([path(pattern)]).unwrap();
        assert_eq!(found, [path("in/a/1.txt"), path("in/a/2.txt")], "{pattern}");
    }
    assert_eq!(expand([path("in/a/3.txt")]).unwrap(), [path("in/a/3.txt")]);
}

#[test]
fn a_file_of_several_names_is_found_once() {
    let folder = folder();
    plant(folder.path(), &["a.txt"]);
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("b")).unwrap();
    assert_eq!(expand([path("a.txt"), path("b/../a.txt")]).unwrap(), [path("a.txt")]);
    assert_eq!(expand(["src/lib.rs", "./src/lib.rs"]).unwrap(), [Path::new("src/lib.rs")]);
}

#[test]
fn no_input_is_overwritten_behind_a_folder_to_come() {
    let folder = folder();
    plant(folder.path(), &["in/1.txt"]);
    symlink("in", folder.path().join("link")).unwrap();
    let input = folder.path().join("in/1.txt");
    for out in ["new/../in", "new/er/../../link"] {
        let error = Pipeline::default().run_files([&input], folder.path().join(out)).unwrap_err();
        assert!(matches!(error, Error::OverwritesInput { .. }), "{error}");
    }
}

#[test]
fn zeros_behind_a_gzip_member_are_padding() {
    let folder = folder();
    let (plain, packed) = (folder.path().join("plain"), folder.path().join("a.gz"));
    fs::write(&plain, "text\n").unwrap();
    copy(&plain, &packed).unwrap();
    let member = fs::read(&packed).unwrap();
    let padded = [&member[..], &vec![0; 600 << 10], &member, &[0; 7]].concat();
    fs::write(&packed, &padded).unwrap();
    copy(&packed, &plain).unwrap();
    assert_eq!(fs::read_to_string(&plain).unwrap(), "text\ntext\n");
    fs::write(&packed, [&padded[..], b"x"].concat()).unwrap();
    assert!(matches!(copy(&packed, &plain).unwrap_err(), Error::Corrupt { .. }));
}
