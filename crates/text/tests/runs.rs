//! Runs: what fails, what it says, and what stays behind.
#![expect(clippy::unwrap_used, reason = "clippy sees no test in what tests share")]

mod stages;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ThreadId;

use arrowsmith_text::{
    Applied, Encoding, Error, Errors, OnError, Options, Pipeline, Position, Progress, Source,
    Summary, Target, Trim, Unit, Units,
};
use parking_lot::Mutex;
use stages::{Choosy, Doing, Memory, Nothing, Oops, Picky};

fn folder_with(files: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    let write = |(name, text): &(&str, &str)| {
        let path = folder.path().join("in").join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let paths = files.iter().map(write).collect();
    (folder, paths)
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn choosy(options: Options) -> Pipeline {
    Pipeline::new([Choosy(Unit::Line)]).options(options)
}

#[test]
fn the_first_failing_unit_is_named_with_its_own_error() {
    let text = format!("{}x!\ny!\n", "a\n".repeat(1000));
    let options = Options::default().chunk_bytes(64).jobs(4);
    let error = choosy(options).run(Source::text("notes", text), Target::null()).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"stage Choosy failed on notes, line 1001, column 1: oops, "x!""#
    );
    let Error::Unit(failure) = error else { panic!("{error}") };
    assert_eq!(failure.error.downcast_ref::<Oops>(), Some(&Oops("x!".to_owned())));
}

#[test]
fn the_first_unit_is_the_first_whatever_stage_it_fails_in() {
    let pipeline = Pipeline::new([Choosy(Unit::Line)]).then(Picky(Unit::Line));
    let error = |text| pipeline.apply(text).unwrap_err().to_string();
    let early = error("ok\né\nx!\né");
    assert_eq!(early, r#"stage Picky failed on the text, line 2, column 1: oops, "é""#);
    let late = error("ok\nx!\né");
    assert_eq!(late, r#"stage Choosy failed on the text, line 2, column 1: oops, "x!""#);
}

#[test]
fn failing_units_are_left_out_and_told_of() {
    let text = "a\nx!\nb!\nc";
    let skip = choosy(Options::default().on_error(OnError::Skip));
    let (out, summary) = skip.apply_named("t", text).unwrap();
    assert_eq!((out.as_str(), summary.units_failed, summary.failures.len()), ("a0\nc", 2, 0));
    let collect = choosy(Options::default().on_error(OnError::Collect));
    let (_, summary) = collect.apply_named("t", text).unwrap();
    let told: Vec<String> = summary.failures.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            r#"stage Choosy failed on t, line 2, column 1: oops, "x!""#,
            r#"stage Choosy failed on t, line 3, column 1: oops, "b!""#
        ]
    );
    let few = choosy(Options::default().on_error(OnError::Collect).failure_limit(1).chunk_bytes(2));
    let summary = few.run(Source::text("t", text), Target::null()).unwrap();
    assert_eq!((summary.units_failed, summary.failures.len()), (2, 1));
    assert_eq!(summary.failures[0].position, Position { line: 2, column: 1 });
}

#[test]
fn a_file_that_fails_does_not_keep_the_others_from_it() {
    let (folder, mut files) = folder_with(&[("1", "a\n"), ("2", "b\n"), ("3", "c\n")]);
    fs::write(&files[1], b"b\n\xff").unwrap();
    files.push(folder.path().join("in/missing"));
    fs::create_dir_all(folder.path().join("out/3")).unwrap();
    let out = folder.path().join("out");
    let summary = Pipeline::new([Trim::default()]).run_files(&files, &out).unwrap();
    let told: Vec<String> = summary.file_failures.iter().map(ToString::to_string).collect();
    assert!(told[0].contains("in/2 is not utf-8: invalid bytes at byte 2, line 2"), "{told:?}");
    assert!(told[1].contains("cannot write") && told[1].contains("out/3"), "{told:?}");
    assert!(told[2].contains("cannot open"), "{told:?}");
    assert_eq!((summary.files, told.len()), (1, 3));
    assert_eq!(names(&out), ["1", "3"]);
}

#[test]
fn the_first_file_with_a_failing_unit_ends_the_run() {
    let texts: Vec<(String, &str)> =
        (0..40).map(|n| (format!("{n:02}"), if n % 10 == 5 { "a\nx!\n" } else { "a\n" })).collect();
    let files: Vec<(&str, &str)> =
        texts.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    for jobs in 1..4 {
        let (folder, files) = folder_with(&files);
        let out = folder.path().join("out");
        let pipeline = choosy(Options::default().jobs(jobs));
        let error = pipeline.run_files(&files, &out).unwrap_err().to_string();
        assert!(error.contains("in/05, line 2, column 1"), "{error}");
        let written = names(&out);
        assert_eq!(written[..5], ["00", "01", "02", "03", "04"]);
        assert!(written.iter().all(|name| !name.ends_with("draft") && !name.ends_with('5')));
    }
}

#[test]
fn a_stopped_run_leaves_no_drafts() {
    let (folder, files) = folder_with(&[("1", &"a\n".repeat(5000)), ("2", &"b\n".repeat(5000))]);
    let out = folder.path().join("out");
    let asked = AtomicUsize::new(0);
    let stop = move || asked.fetch_add(1, Ordering::Relaxed) > 20;
    let options = Options::default().jobs(2).chunk_bytes(100).stop(stop);
    let error =
        Pipeline::new([Trim::default()]).options(options).run_files(&files, &out).unwrap_err();
    assert!(matches!(error, Error::Stopped));
    assert_eq!(names(&out), Vec::<String>::new());
    let stopped = Pipeline::default().options(Options::default().stop(|| true));
    assert!(matches!(stopped.apply("a"), Err(Error::Stopped)));
}

#[test]
fn files_behind_one_that_ends_the_run_are_not_begun() {
    let names: Vec<String> = (0..300).map(|n| format!("{n:03}")).collect();
    let text = |n: usize| if n == 0 { "x!" } else { "a" };
    let files: Vec<_> =
        names.iter().enumerate().map(|(n, name)| (name.as_str(), text(n))).collect();
    let (folder, files) = folder_with(&files);
    let out = folder.path().join("out");
    choosy(Options::default().jobs(1)).run_files(&files, &out).unwrap_err();
    // A reader may be some files ahead of its writer.
    assert!(self::names(&out).len() < 100);
}

/// Empty lines, which say what thread reads them.
struct Traced(Arc<Mutex<Option<ThreadId>>>);

impl io::Read for Traced {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        *self.0.lock() = Some(std::thread::current().id());
        buffer.fill(b'\n');
        Ok(buffer.len())
    }
}

#[test]
fn a_part_is_never_published() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, progress) =
        (Arc::<Mutex<Option<ThreadId>>>::default(), Arc::<Progress>::default());
    let source = Source::reader("endless", Traced(Arc::clone(&reader)));
    let (asked, counters) = (AtomicUsize::new(0), Arc::clone(&progress));
    // Only the reader is told, once all of the four lines that it has read are on their way.
    let stop = move || {
        let is_reader = *reader.lock() == Some(std::thread::current().id());
        if !is_reader || asked.fetch_add(1, Ordering::Relaxed) < 4 {
            return false;
        }
        while counters.units() < 4 {
            std::thread::yield_now();
        }
        true
    };
    let options = Options::default().jobs(1).chunk_bytes(1).progress(progress).stop(stop);
    let pipeline = Pipeline::new([Trim::default()]).options(options);
    let error = pipeline.run(source, Target::path(folder.path().join("out"))).unwrap_err();
    assert!(matches!(error, Error::Stopped));
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn what_a_stage_does_wrong_is_an_error() {
    let cases: [(Doing, &str); 6] = [
        (
            Doing::new(|_| Err("no network".into())),
            "stage Doing failed on the text, from line 1 on: no network",
        ),
        (Doing::new(|_| panic!("unlucky")), "a stage of Doing panicked on the text: unlucky"),
        (Doing::new(|_| Ok(Applied::one_to_one(Units::new()))), "0 units came back for 2"),
        (
            Doing::new(|units| Ok(Applied::with_parents(units, vec![0]))),
            "2 units came back with 1 parents",
        ),
        (
            Doing::new(|units| Ok(Applied::with_parents(units, vec![1, 0]))),
            "parent 1 comes before 0",
        ),
        (
            Doing::new(|units| Ok(Applied::with_parents(units, vec![0, 2]))),
            "2 is named as a parent, and 2 units",
        ),
    ];
    for (stage, message) in cases {
        let short = Pipeline::new([stage.clone()]).apply("a\nb").unwrap_err().to_string();
        assert!(short.contains(message), "{short}");
        let run = Pipeline::new([stage]).run(Source::text("the text", "a\nb"), Target::null());
        assert_eq!(run.unwrap_err().to_string(), short);
    }
}

#[test]
fn what_was_read_before_an_error_is_written_first() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("unplugged"))
        }
    }
    for chunk_bytes in [1, 5, 1 << 20] {
        let memory = Memory::default();
        let text = io::Cursor::new("a\nb\nc, and so on, and so on");
        let source = Source::reader("line", io::Read::chain(text, Broken));
        let target = Target::writer("memory", memory.clone());
        let pipeline = Pipeline::new([Nothing(Unit::Line)]);
        let options = Options::default().chunk_bytes(chunk_bytes);
        let error = pipeline.options(options).run(source, target).unwrap_err().to_string();
        assert!(error.contains("cannot read line beyond byte 27: unplugged"), "{error}");
        assert_eq!(memory.text(), "a\nb\n");
    }
}

#[test]
fn one_endless_unit_is_an_error_and_not_all_memory() {
    let endless = || Source::reader("zeros", std::io::repeat(b'0'));
    let options = || Options::default().unit_limit(1 << 20).chunk_bytes(1 << 12);
    let pipelines = [
        (Pipeline::new([Trim::default()]), "has a line of more than 1048576 bytes from line 1 on"),
        (Pipeline::new([Nothing(Unit::Whole)]), "has a file, all of which is needed at once,"),
        (Pipeline::new([Nothing(Unit::Paragraph)]), "has a paragraph of more"),
    ];
    for (pipeline, message) in pipelines {
        let error = pipeline.options(options()).run(endless(), Target::null()).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
    let text = format!("{}\nlong {}\n", "a\n".repeat(99), "b".repeat(999));
    let small = Pipeline::new([Trim::default()]).options(Options::default().unit_limit(500));
    let error = small.run(Source::text("t", text), Target::null()).unwrap_err().to_string();
    assert!(error.contains("t has a line of more than 500 bytes from line 101 on"), "{error}");
}

#[test]
fn many_short_units_are_no_long_unit() {
    let options = Options::default().unit_limit(10).chunk_bytes(10);
    let text = "a\n".repeat(1000);
    let memory = Memory::default();
    let target = Target::writer("memory", memory.clone());
    let pipeline = Pipeline::new([Nothing(Unit::Line)]).options(options);
    pipeline.run(Source::text("t", text.as_str()), target).unwrap();
    assert_eq!(memory.text(), text);
}

#[test]
fn text_in_other_encodings_becomes_utf_8() {
    let utf_16: Vec<u8> = "é\nb".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for chunk_bytes in [1, 2, 100] {
        let encoding = "utf-16-le".parse::<Encoding>().unwrap();
        let options =
            Options::default().encoding(encoding, Errors::Strict).chunk_bytes(chunk_bytes);
        let memory = Memory::default();
        let target = Target::writer("memory", memory.clone());
        let pipeline = Pipeline::new([Trim::default()]).options(options);
        pipeline.run(Source::bytes("t", utf_16.clone()), target).unwrap();
        assert_eq!(memory.text(), "é\nb");
    }
}

#[test]
fn counters_and_summary_agree() {
    let (folder, files) = folder_with(&[("1", "a\nd\n"), ("2", "b\n"), ("3", "")]);
    let progress = Arc::new(Progress::default());
    let options = Options::default().progress(Arc::clone(&progress));
    let Summary { files, units_in, units_out, bytes_in, bytes_out, .. } =
        choosy(options).run_files(&files, folder.path().join("out")).unwrap();
    assert_eq!((files, units_in, units_out, bytes_in, bytes_out), (3, 3, 3, 6, 7));
    assert_eq!((progress.files_done(), progress.files_total()), (3, 3));
    assert_eq!((progress.bytes_read(), progress.bytes_total()), (6, 6));
    assert_eq!(progress.units(), 3);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let options = [
        (Options::default().jobs(0), "jobs is 0; it has to be from 1 to 65536"),
        (Options::default().chunk_bytes(0), "chunk_bytes is 0"),
        (Options::default().unit_limit(usize::MAX), "unit_limit is"),
    ];
    for (options, message) in options {
        let error = Pipeline::default().options(options).apply("a").unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

/// Lines without end, and how many bytes of them were read.
struct Lines(Arc<AtomicUsize>);

impl io::Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = FLOOD - self.0.load(Ordering::Relaxed);
        let length = buffer.len().min(left);
        buffer[..length].fill(b'\n');
        self.0.fetch_add(length, Ordering::Relaxed);
        Ok(length)
    }
}

const FLOOD: usize = 64 << 20;

/// Writes slowly, and sees how far the reader is ahead.
struct Slow {
    read: Arc<AtomicUsize>,
    written: usize,
    furthest: Arc<AtomicUsize>,
}

impl io::Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for _ in 0..200 {
            std::thread::yield_now();
        }
        let ahead = self.read.load(Ordering::Relaxed) - self.written;
        self.furthest.fetch_max(ahead, Ordering::Relaxed);
        self.written += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_waits_for_its_writer() {
    let (read, furthest) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let target = Slow { read: Arc::clone(&read), written: 0, furthest: Arc::clone(&furthest) };
    let options = Options::default().jobs(2).chunk_bytes(128 << 10);
    let pipeline = Pipeline::new([Trim::default()]).options(options);
    let source = Source::reader("flood", Lines(Arc::clone(&read)));
    let summary = pipeline.run(source, Target::writer("slow", target)).unwrap();
    assert_eq!(summary.bytes_out, FLOOD as u64);
    let furthest = furthest.load(Ordering::Relaxed);
    assert!((1..4 << 20).contains(&furthest), "{furthest} bytes were on their way");
}
