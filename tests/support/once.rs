//! Things that tests share and that are made once in a process, or once in a nextest run.

use crate::binaries::target;
use std::collections::HashMap;
use std::env;
use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

type Made = Arc<OnceLock<PathBuf>>;

static MADE: LazyLock<Mutex<HashMap<String, Made>>> = LazyLock::new(Mutex::default);

/// The path of a thing with this name, which the first test that asks for it makes.
pub(crate) fn once(name: &str, make: impl FnOnce() -> PathBuf) -> PathBuf {
    let mut all = MADE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let made = Arc::clone(all.entry(name.to_owned()).or_default());
    drop(all);
    made.get_or_init(|| once_in_run(name, make)).clone()
}

/// The same for the processes of one nextest run, which share a file with the path.
fn once_in_run(name: &str, make: impl FnOnce() -> PathBuf) -> PathBuf {
    let folder = target().join("once");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name.replace('/', "-"));
    let mut file =
        File::options().create(true).truncate(false).read(true).write(true).open(path).unwrap();
    file.lock().unwrap();
    let run = env::var("NEXTEST_RUN_ID").unwrap_or_default();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    if let Some((before, path)) = text.split_once('\n')
        && before == run
        && !run.is_empty()
    {
        return path.into();
    }
    let path = make();
    file.set_len(0).unwrap();
    file.rewind().unwrap();
    write!(file, "{run}\n{}", path.display()).unwrap();
    path
}
