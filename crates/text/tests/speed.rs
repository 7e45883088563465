//! How fast it is. Nothing is asserted about time:
//! `cargo test -p arrowsmith-text --test speed -- --ignored --nocapture`

#![expect(clippy::print_stdout, reason = "this measures and prints")]

use std::time::Instant;

use arrowsmith_text::{
    Encoding, Ends, Errors, Form, Options, Pipeline, Source, Target, Trim, Whitespace, decode,
    fingerprint64, normalise, split_lines, trim_lines,
};

const BYTES: usize = 200 << 20;

/// Lines of about 60 bytes, each third one indented.
fn text() -> String {
    let lines = "  the quick brown fox jumps over the lazy dog 0123456789  \n\
        the quick brown fox jumps over the lazy dog 0123456789 abc\n\
        caf\u{e9} au lait, cr\u{e8}me br\u{fb}l\u{e9}e, na\u{ef}ve na\u{ef}ve na\u{ef}ve\n";
    lines.repeat(BYTES / lines.len())
}

/// The best of five, in GB of the text a second.
fn measure(what: &str, text: &str, mut work: impl FnMut() -> usize) {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        assert!(work() > 0, "{what} gives nothing");
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{what:40} {:6.2} GB/s", text.len() as f64 / best / 1e9);
}

#[test]
#[ignore = "it measures"]
fn text_in_memory() {
    let text = text();
    let plain = text.replace("  ", "");
    measure("trim_lines", &text, || trim_lines(&text, Whitespace::Unicode).len());
    let part = &text[..text.floor_char_boundary(1 << 20)];
    measure("trim_lines, 1 MiB a hundred times", &part.repeat(100), || {
        (0..100).map(|_| trim_lines(part, Whitespace::Unicode).len()).sum()
    });
    measure("trim_lines, nothing to trim", &plain, || {
        trim_lines(&plain, Whitespace::Unicode).len()
    });
    measure("lines, trim, join as one writes it", &text, || {
        text.lines().map(str::trim).collect::<Vec<_>>().join("\n").len()
    });
    measure("split_lines", &text, || split_lines(&text, Ends::Drop).count());
    measure("decode", &text, || {
        decode(text.as_bytes(), Encoding::UTF_8, Errors::Strict).unwrap().len()
    });
    measure("std::str::from_utf8", &text, || std::str::from_utf8(text.as_bytes()).unwrap().len());
    measure("normalise, normal already", &text, || normalise(&text, Form::Nfc).len());
    measure("fingerprint64", &text, || fingerprint64(text.as_bytes()) as usize);
}

#[test]
#[ignore = "it measures"]
fn streams() {
    let text = text();
    let folder = tempfile::tempdir().unwrap();
    let pack = |name: &str| {
        let path = folder.path().join(name);
        Pipeline::default().run(Source::text("text", text.as_str()), Target::path(&path)).unwrap();
        path
    };
    let (plain, gzip, zstd) = (pack("plain.txt"), pack("plain.gz"), pack("plain.zst"));
    let trim = |jobs| Pipeline::new([Trim::default()]).options(Options::default().jobs(jobs));
    for jobs in [1, 2] {
        for (what, path) in [("plain", &plain), ("gzip", &gzip), ("zstd", &zstd)] {
            measure(&format!("{what} through Trim to null, {jobs} jobs"), &text, || {
                trim(jobs).run(Source::path(path), Target::null()).unwrap().bytes_out as usize
            });
        }
        measure(&format!("plain through Trim to a file, {jobs} jobs"), &text, || {
            let out = folder.path().join("out");
            trim(jobs).run(Source::path(&plain), Target::path(out)).unwrap().bytes_out as usize
        });
    }
}

#[test]
#[ignore = "it measures"]
fn small_files() {
    let folder = tempfile::tempdir().unwrap();
    let names = (0..5000).map(|n| folder.path().join(format!("{n}.txt")));
    let files: Vec<_> = names.inspect(|path| std::fs::write(path, " hello \n").unwrap()).collect();
    let start = Instant::now();
    let out = folder.path().join("out");
    let summary = Pipeline::new([Trim::default()]).run_files(&files, out).unwrap();
    assert_eq!(summary.files, 5000);
    println!("{:.0} files/s", 5000.0 / start.elapsed().as_secs_f64());
}
