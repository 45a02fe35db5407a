//! Measures a policy in each language: prints the table of `docs/src/languages.md`, and puts it
//! there with `--write`. Python, whose components take minutes, comes with `--python`, and with one
//! policy: but for the fuel, the others would say the same.
//!
//!     cargo run -p admit-tests --example languages -- --python --write

use admit_core::Language;
use admit_engine::{Compiler, Target};
use admit_tests::{Answer, Bundle, EVERYWHERE, Lambda, Load, LoadRun, Project, admit, bootstrap};
use admit_tests::{event, milliseconds, root};
use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Error, Write as _, stdout};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// How often each is built and compiled; but once where that takes a minute.
const BUILDS: usize = 3;
/// How often the function is started with each.
const STARTS: u32 = 30;
/// How often each decides.
const SIGN_UPS: usize = 1_000;

/// The policy that is measured in Python as well.
const IN_PYTHON: &str = "email-domain";

const BEGIN: &str = "<!-- table -->";
const END: &str = "<!-- /table -->";

fn main() -> std::io::Result<()> {
    let is_asked = |word: &str| env::args().skip(1).any(|argument| argument == word);
    let mut table = String::from(
        "| policy | language | component | compiled | build | compile | cold start | warm | fuel | \
         memory |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for name in EVERYWHERE {
        for project in Project::all(name) {
            let is_left_out = !is_asked("--python") || name != IN_PYTHON;
            if project.language == Language::Python && is_left_out {
                continue;
            }
            let row = measure(name, &project)?;
            stdout().lock().write_all(row.as_bytes())?;
            table.push_str(&row);
        }
    }
    if is_asked("--write") { write(&table) } else { stdout().lock().write_all(table.as_bytes()) }
}

/// One row, and how it comes about.
fn measure(name: &str, project: &Project) -> std::io::Result<String> {
    let component = project.component();
    let builds = if project.language == Language::Python { 1 } else { BUILDS };
    let build = middle(builds, || build(&project.folder, &component))?;
    let source = fs::read(&component)?;
    let compiler = Compiler::for_target(Target::HERE.ok_or(Error::other("no target"))?);
    let compiler = compiler.map_err(Error::other)?;
    let mut compiled = 0;
    let compile = middle(builds, || {
        let started = Instant::now();
        compiled = compiler.compile(&source).map_err(Error::other)?.len();
        Ok(started.elapsed())
    })?;
    let manifest = manifest(name, &component);
    let bundle = Bundle::with(&manifest);
    let cold = cold_start(&bundle)?;
    let (warm, fuel, memory) = warm(&bundle.path())?;
    let mut row = String::new();
    writeln!(
        row,
        "| `{name}` | {} | {} | {} | {:.1} s | {:.0} ms | {:.1} ms | {:.0} µs | {} | {memory} |",
        project.language,
        size(source.len()),
        size(compiled),
        build.as_secs_f64(),
        milliseconds(compile),
        milliseconds(cold),
        warm.as_secs_f64() * 1e6,
        grouped(fuel),
    )
    .map_err(Error::other)?;
    Ok(row)
}

fn settings(name: &str) -> &'static str {
    match name {
        "blocked-email-domains" => "domains = [\"example.org\", \"spam.example\"]",
        "invitation-code" => {
            "sha256 = [\"d7ecdf25eaf3deba0f2628771dbdd22d4138ab6cf38f91ed02a2ca0dec7c8ab7\"]"
        }
        "minimum-username-length" => "characters = 5",
        _ => "",
    }
}

fn manifest(name: &str, component: &Path) -> String {
    format!(
        "[[policy]]\nid = {name:?}\ncomponent = {component:?}\nreads = [\"userName\", \
         \"userAttributes.*\", \"validationData.*\", \"clientMetadata.*\"]\nverdicts = [\"confirm\", \
         \"verify-email\", \"verify-phone\", \"deny\"]\nsettings = {{ {} }}\n",
        settings(name)
    )
}

/// A build after a change of the source: the tools are installed, and caches are warm.
fn build(folder: &Path, component: &Path) -> std::io::Result<Duration> {
    // Cargo goes by the times of the sources, the others by what is written beside the component.
    let inputs = component.with_extension("inputs.json");
    if inputs.exists() {
        fs::remove_file(inputs)?;
    }
    for file in fs::read_dir(folder.join("src"))? {
        File::options().append(true).open(file?.path())?.set_modified(SystemTime::now())?;
    }
    let mut build = admit();
    build.arg("build").arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    match build.status()?.success() {
        true => Ok(started.elapsed()),
        false => Err(Error::other(format!("{} cannot be built", folder.display()))),
    }
}

/// From starting the function with this policy alone to its first answer.
fn cold_start(bundle: &Bundle) -> std::io::Result<Duration> {
    let function = || {
        let mut command = Command::new(bootstrap());
        command.env("ADMIT_BUNDLE", bundle.path());
        command
    };
    let event = event("sign-up-with-metadata.json");
    if let Answer::Nothing = LoadRun::default().run(function(), &event)?.answer {
        return Err(Error::other("the function gave no answer"));
    }
    let mut load = Load::default();
    for _ in 0..STARTS {
        load.add(function(), &event, 1);
    }
    Ok(Load::within(&load.cold, 50))
}

/// The time, fuel and memory of one decision in a fresh sandbox, configured ahead, as the function
/// records them.
fn warm(bundle: &Path) -> std::io::Result<(Duration, u64, String)> {
    let mut lambda = Lambda::start(bundle);
    let event = event("sign-up-with-metadata.json");
    let mut last = serde_json::Value::Null;
    let time = middle(SIGN_UPS, || {
        lambda.invoke(event.clone());
        last = lambda.decision_line()["policies"][0].take();
        let micros = last["microseconds"].as_u64().ok_or(Error::other(last.to_string()))?;
        Ok(Duration::from_micros(micros))
    })?;
    let memory = last["memory"].as_str().unwrap_or_default().to_owned();
    Ok((time, last["fuel"].as_u64().unwrap_or_default(), memory))
}

/// The median of this many runs, which a busy machine changes little.
fn middle(
    times: usize,
    mut run: impl FnMut() -> std::io::Result<Duration>,
) -> std::io::Result<Duration> {
    let mut taken = (0..times).map(|_| run()).collect::<Result<Vec<_>, _>>()?;
    taken.sort();
    Ok(taken[times / 2])
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000_000 => format!("{:.0} KB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Puts the table in the place of the one in the docs.
fn write(table: &str) -> std::io::Result<()> {
    let page = root().join("docs/src/languages.md");
    let text = fs::read_to_string(&page)?;
    let (before, rest) = text.split_once(BEGIN).ok_or(Error::other("no place for the table"))?;
    let (_, after) = rest.split_once(END).ok_or(Error::other("no end of the table"))?;
    fs::write(page, format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
}
