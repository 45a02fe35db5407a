//! The package that is deployed: what Lambda wants of it, that it is the same each time, and
//! what `--check` says before anything is written.

use admit_tests::{
    Answer, FunctionZip, Lambda, admit, bootstrap, event, root, stderr, stdout, unpack,
};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The three samples of AWS, with components that are found from anywhere.
fn samples() -> String {
    let manifest = fs::read_to_string(root().join("plugins/admit.toml")).unwrap();
    let plugins = format!("component = \"{}/", root().join("plugins").display());
    manifest.replace("component = \"", &plugins)
}

/// The smallest set that decides.
const ONE: &str = "[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\nreads = []\nverdicts = []\n";

fn check(manifest: &Path, zip: &Path) -> Output {
    let mut command = admit();
    command.args(["bundle", "--check", "--manifest"]).arg(manifest);
    command.arg("--bootstrap").arg(bootstrap()).arg("--zip").arg(zip).output().unwrap()
}

#[test]
fn the_package_is_small_and_starts_where_it_is_unpacked() {
    let zip = FunctionZip::with(&samples());
    let size = fs::metadata(zip.path()).unwrap().len();
    assert!(size < 3_000_000, "{size} bytes");
    let folder = unpack(&zip.path());
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
    assert_eq!(mode("bootstrap") & 0o777, 0o755);
    assert_eq!(mode("bundle/bundle.json") & 0o777, 0o644);
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["bootstrap", "bundle"]);
    let mut lambda = Lambda::start_command(Command::new(folder.path().join("bootstrap")));
    let all = event("sign-up.json").replace("false", "true");
    assert_eq!(lambda.invoke(event("sign-up.json")), Answer::Response(all));
}

/// Nothing of the machine is in it: not the time, not the order of a folder, not a path.
#[test]
fn the_same_input_gives_the_same_package() {
    let (one, two) = (FunctionZip::with(&samples()), FunctionZip::with(&samples()));
    assert!(fs::read(one.path()).unwrap() == fs::read(two.path()).unwrap());
    let folder = unpack(&one.path());
    let bytes = fs::read(folder.path().join("bootstrap")).unwrap();
    let home = std::env::home_dir().unwrap();
    for path in [root().to_str().unwrap(), home.join(".cargo").to_str().unwrap()] {
        let found = bytes.windows(path.len()).any(|window| window == path.as_bytes());
        assert!(!found, "`{path}` is in the program");
    }
}

#[test]
fn a_check_says_what_would_change_and_writes_nothing() {
    let zip = FunctionZip::with(&samples());
    let folder = zip.path().parent().unwrap().to_owned();
    let manifest = folder.join("admit.toml");
    let before = fs::read(zip.path()).unwrap();

    let output = check(&manifest, &zip.path());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).ends_with("\nunchanged\n"), "{}", stdout(&output));

    let changed = samples()
        .replace("id = \"email-domain\"", "id = \"email-domain\"\nmode = \"monitor\"")
        .replace("id = \"verify-contact\"", "id = \"verify\"");
    fs::write(&manifest, changed).unwrap();
    let output = check(&manifest, &zip.path());
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let said = stdout(&output);
    let changes: Vec<&str> = said.lines().filter_map(|l| l.strip_prefix("changed: ")).collect();
    assert_eq!(
        changes,
        [
            "order of policies: [\"email-domain\",\"verify-contact\",\"minimum-username-length\"] → \
             [\"email-domain\",\"verify\",\"minimum-username-length\"]",
            "policy.email-domain.mode: enforce → monitor",
            "policy.verify: added",
            "policy.verify-contact: removed",
        ]
    );
    for line in ["bootstrap  sha256:", "bundle.json  sha256:", "KiB for x86_64"] {
        assert!(said.contains(line), "{line} in {said}");
    }

    let output = check(&manifest, &folder.join("new.zip"));
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("new: there was no"), "{}", stdout(&output));
    assert!(!folder.join("new.zip").exists());
    assert!(fs::read(zip.path()).unwrap() == before);

    // Settings may be secrets, and their values are not printed.
    let secret = samples().replace("characters = 5", "characters = 77");
    fs::write(&manifest, secret).unwrap();
    let said = stdout(&check(&manifest, &zip.path()));
    let changes: Vec<&str> = said.lines().filter_map(|l| l.strip_prefix("changed: ")).collect();
    assert_eq!(changes, ["policy.minimum-username-length.settings.characters: changed"]);
}

/// The changes that a check names for a changed package.
fn changes(change: impl FnOnce(&mut Vec<(String, Vec<u8>, u32)>)) -> Vec<String> {
    let zip = FunctionZip::with(ONE);
    let folder = unpack(&zip.path());
    let mut files = Vec::new();
    for place in ["bootstrap", "bundle"] {
        let path = folder.path().join(place);
        let listed = match path.is_dir() {
            true => fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect(),
            false => vec![path],
        };
        for path in listed {
            let name = path.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_owned();
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            files.push((name, fs::read(&path).unwrap(), mode & 0o777));
        }
    }
    change(&mut files);
    let mut writer = ZipWriter::new(File::create(zip.path()).unwrap());
    for (name, bytes, mode) in files {
        let options = SimpleFileOptions::default().unix_permissions(mode);
        writer.start_file(name, options).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap();
    let output = check(&zip.path().with_file_name("admit.toml"), &zip.path());
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let said = stdout(&output);
    said.lines().filter_map(|line| line.strip_prefix("changed: ")).map(str::to_owned).collect()
}

/// A bundle that would deny every sign-up is reported as different.
#[test]
fn a_check_finds_what_is_broken_in_a_package() {
    assert_eq!(changes(|_| {}), ["different bytes with the same meaning"]);
    let not_executable = changes(|files| files[0].2 = 0o644);
    assert_eq!(not_executable, ["bootstrap: not executable"]);
    let compiled = |name: &str| name.ends_with(".cwasm");
    let damaged = changes(|files| {
        files.iter_mut().find(|file| compiled(&file.0)).unwrap().1[1000] ^= 1;
    });
    assert!(damaged.len() == 1 && damaged[0].ends_with(".cwasm: damaged"), "{damaged:?}");
    let missing = changes(|files| {
        let index = files.iter().position(|file| compiled(&file.0)).unwrap();
        files.remove(index);
    });
    assert!(missing.len() == 1 && missing[0].ends_with(".cwasm: missing"), "{missing:?}");
    let added = changes(|files| files.push(("secrets.txt".to_owned(), Vec::new(), 0o644)));
    assert_eq!(added, ["`secrets.txt`: no part of a package"]);
    let without = changes(|files| files.retain(|file| file.0 != "bundle/bundle.json"));
    assert_eq!(without, ["bundle.json: cannot read the previous one: there is no `bundle.json`"]);
}

#[test]
fn a_file_that_is_not_a_package_is_not_replaced() {
    let zip = FunctionZip::with(ONE);
    let manifest = zip.path().with_file_name("admit.toml");
    let bundle = |args: &[&str], output: &Path| {
        let mut command = admit();
        command.args(["bundle", "--manifest"]).arg(&manifest).arg("--bootstrap").arg(bootstrap());
        command.args(args).arg(output).output().unwrap()
    };
    let notes = zip.path().with_file_name("notes.txt");
    fs::write(&notes, "mine").unwrap();
    let output = bundle(&["--zip"], &notes);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("is not a deployment package: remove it, or specify another file")
    );
    assert_eq!(fs::read_to_string(&notes).unwrap(), "mine");
    // A pipe would never end.
    let fifo = zip.path().with_file_name("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    assert_eq!(bundle(&["--zip"], &fifo).status.code(), Some(1));
    let wrong_usage = bundle(&["-o"], &zip.path().with_file_name("bundle"));
    assert_eq!(wrong_usage.status.code(), Some(2), "--bootstrap is for --zip");
    // Behind a link, what it leads to is replaced, and folders are made.
    let link = zip.path().with_file_name("link.zip");
    std::os::unix::fs::symlink(zip.path(), &link).unwrap();
    fs::write(zip.path(), "").unwrap();
    assert_eq!(bundle(&["--zip"], &link).status.code(), Some(0));
    assert!(link.is_symlink() && fs::metadata(zip.path()).unwrap().len() > 1_000_000);
    let deep = zip.path().with_file_name("a").join("b/function.zip");
    assert_eq!(bundle(&["--zip"], &deep).status.code(), Some(0));
    assert!(deep.is_file());
}

/// The reader of the report may stop; the package is written all the same, and a check keeps its
/// status.
#[test]
fn a_closed_pipe_changes_neither_package_nor_status() {
    let zip = FunctionZip::with(ONE);
    let unread = |args: &[&str]| {
        let mut command = admit();
        command.args(["bundle", "--manifest"]).arg(zip.path().with_file_name("admit.toml"));
        command.arg("--bootstrap").arg(bootstrap()).args(args).arg("--zip");
        command.arg(zip.path().with_file_name("new.zip")).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        child.wait().unwrap().code()
    };
    assert_eq!(unread(&["--check"]), Some(3));
    assert_eq!(unread(&[]), Some(0));
    assert!(zip.path().with_file_name("new.zip").is_file());
}

/// A folder is checked alike.
#[test]
fn a_check_of_a_folder_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle");
    let run = |check: &[&str]| {
        let mut command = admit();
        command.args(["bundle", "--manifest", "plugins/admit.toml", "-o"]).arg(&bundle);
        command.args(check).output().unwrap().status.code()
    };
    assert_eq!(run(&["--check"]), Some(3));
    assert!(!bundle.exists());
    assert_eq!(run(&[]), Some(0));
    assert_eq!(run(&["--check"]), Some(0));
    assert_eq!(run(&["--check", "--target", "arm64"]), Some(3));
}

/// A program to which its C library is not linked.
fn dynamic_program(folder: &Path) -> Vec<u8> {
    let [source, program] = ["main.rs", "program"].map(|name| folder.join(name));
    fs::write(&source, "fn main() {}").unwrap();
    let mut rustc = Command::new("rustc");
    rustc.arg(source).arg("-o").arg(&program).current_dir(root());
    assert!(rustc.status().unwrap().success());
    fs::read(program).unwrap()
}

#[test]
fn a_bootstrap_that_lambda_cannot_start_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("function.zip");
    let good = fs::read(bootstrap()).unwrap();
    // Its C library is not linked in.
    let dynamic = dynamic_program(folder.path());
    let replaced = |program: &[u8], from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let mut bytes = program.to_vec();
        let places: Vec<usize> = (0..bytes.len() - from.len())
            .filter(|at| bytes[*at..].starts_with(from.as_bytes()))
            .collect();
        assert!(!places.is_empty(), "{from} is in the bootstrap");
        for at in places {
            bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        }
        bytes
    };
    let other = if cfg!(target_arch = "x86_64") { "arm64" } else { "x86_64" };
    let here = if other == "arm64" { "x86_64" } else { "arm64" };
    let refused = |bytes: &[u8], target: &str, reason: &str| {
        let path = folder.path().join("candidate");
        fs::write(&path, bytes).unwrap();
        let output = admit()
            .args(["bundle", "--manifest", "plugins/admit.toml", "--target", target, "--zip"])
            .arg(&zip)
            .arg("--bootstrap")
            .arg(&path)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = stderr(&output);
        assert!(said.contains("is not a bootstrap for ") && said.contains(reason), "{said}");
        assert!(!zip.exists());
    };
    refused(b"#!/bin/sh\n", here, "no executable for 64-bit Linux");
    refused(&good, other, &format!("it is for {here}, and the function is to run on {other}"));
    refused(&replaced(&dynamic, "GLIBC_2.34", "GLIBC_2.39"), here, "it needs glibc 2.39");
    let loads = admit_engine::bundle::HOST;
    let old = loads.replace("48.", "47.");
    refused(&replaced(&good, loads, &old), here, "it is not a bootstrap of `admit`");
    let musl = replaced(&dynamic, "/lib64/ld-linux-x86-64.so.2", "/lib64/ld-musl-x86_64.so.12");
    refused(&musl, here, "to be loaded by `/lib64/ld-musl-x86_64.so.12`");
    // The tool itself knows the same formats, and is not a bootstrap.
    refused(&fs::read(admit().get_program()).unwrap(), here, "it is not a bootstrap of `admit`");
}
