//! A file in the making, beside the place that it is for.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use arrowsmith_contract::{CancelToken, watchdog};
use url::Url;

use crate::{Error, Result};

/// How long the writer of a stopped query may take to make the file that it was about to make.
const LATE: Duration = Duration::from_secs(1);

/// What a writer says who found no room; other errors name the file.
const NO_ROOM: &str = "Unable to copy data to file";

/// Goes away again unless it is published.
pub(crate) struct Draft {
    path: PathBuf,
    /// What it will replace, or be.
    target: PathBuf,
    /// The target as the user wrote it.
    wanted: String,
    /// What stops its writer.
    token: CancelToken,
    is_published: bool,
}

impl Draft {
    pub(crate) fn beside(wanted: &str, extension: &str, token: &CancelToken) -> Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // A link stays one: what it points to is written.
        let target = fs::canonicalize(wanted).or_else(|_| std::path::absolute(wanted));
        let target = target.map_err(|error| file_error(wanted, &error))?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let draft = format!(".{name}.{}-{number}.{extension}", std::process::id());
        Ok(Self {
            path: target.with_file_name(draft),
            target,
            wanted: wanted.to_owned(),
            token: token.clone(),
            is_published: false,
        })
    }

    /// Where to write, in a form in which no character stands for others.
    pub(crate) fn url(&self) -> Result<String> {
        let url = Url::from_file_path(&self.path).map_err(|()| Error::File {
            path: self.wanted.clone(),
            message: "not a path of this system".to_owned(),
        })?;
        Ok(url.into())
    }

    /// Puts the file that `rows` were written to at its place.
    pub(crate) fn publish(mut self, rows: u64) -> Result<()> {
        let published = self.take_place(rows);
        published.map_err(|error| file_error(&self.wanted, &error))?;
        self.is_published = true;
        Ok(())
    }

    fn take_place(&self, rows: u64) -> std::io::Result<()> {
        if rows == 0 && !self.path.exists() {
            // Some writers make no file for an answer without rows.
            File::create(&self.path)?;
        }
        if let Ok(replaced) = fs::metadata(&self.target) {
            fs::set_permissions(&self.path, replaced.permissions())?;
        }
        fs::rename(&self.path, &self.target)
    }

    /// Names the user's file where writing itself failed.
    pub(crate) fn name_in(&self, error: Error) -> Error {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        match error {
            Error::Execution(message) | Error::File { message, .. }
                if message.contains(&*name) || message.contains(NO_ROOM) =>
            {
                Error::File { path: self.wanted.clone(), message }
            }
            other => other,
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.is_published {
            return;
        }
        remove(&self.path);
        if self.token.is_stopped() {
            // It may be in the making on a thread that nobody waits for.
            let path = std::mem::take(&mut self.path);
            watchdog::after(LATE, move || {
                // Files may take long to answer, and everybody's deadlines are the watchdog's.
                let builder = thread::Builder::new().name("arrowsmith-draft".to_owned());
                drop(builder.spawn(move || remove(&path)));
            })
            .leave();
        }
    }
}

/// It may never have been made.
fn remove(path: &Path) {
    drop(fs::remove_file(path));
}

fn file_error(path: &str, error: &std::io::Error) -> Error {
    Error::File { path: path.to_owned(), message: error.to_string() }
}
