//! What a policy costs in each language: prints the table of `docs/src/languages.md`, and puts it
//! there with `--write`. Python, whose components take minutes, comes with `--python`.
//!
//!     cargo run -p admit-tests --release --example languages -- --python --write

use admit_core::{Language, Manifest, SignUp};
use admit_engine::{Compiler, Engine, Loaded, PolicySet, Target};
use admit_tests::{Answer, Bundle, Drive, EVERYWHERE, Load, Project, bootstrap, event, root};
use admit_tests::{milliseconds, release_admit};
use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Error, Write as _, stdout};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// How often each is built and compiled.
const BUILDS: usize = 3;
/// How often the function is started with each.
const STARTS: u32 = 30;
/// How often each decides.
const SIGN_UPS: usize = 2_000;

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
            if project.language == Language::Python && !is_asked("--python") {
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
    let build = middle(BUILDS, || build(&project.folder))?;
    let source = fs::read(&component)?;
    let compiler = Compiler::for_target(Target::HERE.ok_or(Error::other("no target"))?);
    let compiler = compiler.map_err(Error::other)?;
    let mut compiled = 0;
    let compile = middle(BUILDS, || {
        let started = Instant::now();
        compiled = compiler.compile(&source).map_err(Error::other)?.len();
        Ok(started.elapsed())
    })?;
    let manifest = manifest(name, &component);
    let cold = cold_start(&manifest)?;
    let (warm, fuel, memory) = warm(&manifest, &source)?;
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

/// After a change to the source that changes nothing: tools are there, caches are warm.
fn build(folder: &Path) -> std::io::Result<Duration> {
    for file in fs::read_dir(folder.join("src"))? {
        File::options().append(true).open(file?.path())?.set_modified(SystemTime::now())?;
    }
    let mut build = release_admit();
    build.arg("build").arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    match build.status()?.success() {
        true => Ok(started.elapsed()),
        false => Err(Error::other(format!("{} cannot be built", folder.display()))),
    }
}

/// From starting the function with this policy alone to its first answer.
fn cold_start(manifest: &str) -> std::io::Result<Duration> {
    let bundle = Bundle::with(manifest);
    let function = || {
        let mut command = Command::new(bootstrap());
        command.env("ADMIT_BUNDLE", bundle.path());
        command
    };
    let event = event("sign-up-with-metadata.json");
    if let Answer::Nothing = Drive::default().run(function(), &event)?.answer {
        return Err(Error::other("the function gave no answer"));
    }
    let mut load = Load::default();
    for _ in 0..STARTS {
        load.add(function(), &event, 1);
    }
    Ok(Load::within(&load.cold, 50))
}

/// One decision in a fresh sandbox, configured ahead: its time, fuel and memory.
fn warm(manifest: &str, source: &[u8]) -> std::io::Result<(Duration, u64, String)> {
    let engine = Arc::new(Engine::new(1).map_err(Error::other)?);
    let manifest = Manifest::from_toml("admit.toml", manifest).map_err(Error::other)?;
    let policy = &manifest.policies[0];
    let taken = engine
        .snapshot(source, (&policy.limits, policy.log), &policy.settings.to_json())
        .map_err(Error::other)?;
    let component = engine.compile(&taken.component).map_err(Error::other)?;
    let policies = PolicySet::new(engine, manifest, |_, _| Loaded {
        snapshot: Some(taken.snapshot),
        ..Loaded::new(None, Ok(component.clone()))
    });
    let text = event("sign-up-with-metadata.json");
    let event = admit_cognito::Event::parse(text.as_bytes()).map_err(Error::other)?;
    let sign_up: &SignUp<'_> = event.sign_up();
    let mut last = policies.decide(sign_up, Duration::from_secs(4));
    let time = middle(SIGN_UPS, || {
        let started = Instant::now();
        last = policies.decide(sign_up, Duration::from_secs(4));
        Ok(started.elapsed())
    })?;
    let evaluation = &last.evaluations[0];
    evaluation.answer.as_ref().map_err(|failure| Error::other(failure.to_string()))?;
    Ok((time, evaluation.fuel.unwrap_or_default(), evaluation.memory.to_string()))
}

/// The middle one of so many: a machine that is busy elsewhere changes little.
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
