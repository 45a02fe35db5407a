//! Policy projects in other languages than Rust: what `admit build` starts, when, and what it
//! says where a tool is missing. The tools are played; the SDKs are tested with real ones.

mod links;
mod played;

use admit_tests::{admit, component, is_there, stderr, stdout};
pub(crate) use played::Played;
use std::fs;
use std::path::Path;
use std::thread;

#[test]
fn what_is_as_it_was_is_neither_installed_nor_built_again() {
    for played in [Played::node(), Played::python()] {
        let output = played.build();
        assert!(output.status.success(), "{}", stderr(&output));
        let built = played.project().join("target/admit/mine.wasm");
        assert_eq!(Path::new(stdout(&output).trim()), built);
        let said = stderr(&output);
        assert!(said.contains("installing the tools of `"), "{said}");
        assert!(said.contains("building `project`, a policy in "), "{said}");
        assert!(said.contains("a finding\n"), "{said}");
        assert_eq!(played.started(), ["install", "build"]);

        let inspected = stdout(&admit().arg("inspect").arg(&built).output().unwrap());
        assert!(inspected.contains(&format!("language   {}\n", played.language)), "{inspected}");

        let output = played.build();
        assert_eq!(stderr(&output), "");
        assert_eq!(stdout(&output).trim(), built.to_str().unwrap());
        assert_eq!(played.started(), ["install", "build"]);
    }
}

#[test]
fn whatever_goes_into_it_is_a_reason_to_build() {
    for played in [Played::node(), Played::python()] {
        played.build();
        for (file, started) in [
            // Beside the project, as the SDK's tool lists it.
            ("shared", &["build"][..]),
            ("project/policy.toml", &["build"]),
            ("project/src/another", &["build"]),
            (played.sdk, &["build"]),
            (played.lock, &["install", "build"]),
        ] {
            played.forget();
            let path = played.root().join(file);
            let text = fs::read_to_string(&path).unwrap_or_default();
            fs::write(&path, text + "\n").unwrap();
            played.lock_is_newer(file == played.lock);
            let output = played.build();
            assert!(output.status.success(), "{}", stderr(&output));
            assert_eq!(played.started(), started, "{file}");
        }
        played.forget();
        played.lock_is_newer(false);
        let component = played.project().join("target/admit/mine.wasm");
        fs::write(component, "").unwrap();
        played.build();
        assert_eq!(played.started(), ["build"]);
    }
}

#[test]
fn a_build_that_fails_leaves_what_was_built_before() {
    let played = Played::python();
    played.build();
    let built = played.project().join("target/admit/mine.wasm");
    let before = fs::read(&built).unwrap();
    fs::write(played.root().join("fail"), "").unwrap();
    fs::write(played.project().join("src/another"), "").unwrap();
    for _ in 0..2 {
        let output = played.build();
        assert_eq!(output.status.code(), Some(1));
        let said = stderr(&output);
        assert!(said.contains("a finding\n"), "{said}");
        assert!(said.contains("error: cannot build `"), "{said}");
        assert!(fs::read(&built).unwrap() == before);
    }
    let left = fs::read_dir(built.parent().unwrap()).unwrap().count();
    assert_eq!(left, 3, "the lock, the component and its inputs");
}

#[test]
fn two_builds_at_once_are_one() {
    let played = Played::node();
    thread::scope(|scope| {
        let builds: Vec<_> = (0..4).map(|_| scope.spawn(|| played.build())).collect();
        for build in builds {
            let output = build.join().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
        }
    });
    assert_eq!(played.started(), ["install", "build"]);
}

#[test]
fn a_missing_tool_is_one_clear_sentence() {
    let node = "install Node.js 20 or newer, from nodejs.org or your system's packages (apt-get \
                install nodejs npm)";
    for (played, tool, text, expected) in [
        (Played::node(), "node", None, format!("there is no `node` here: {node}")),
        (Played::node(), "npm", None, format!("there is no `npm` here: {node}")),
        (
            Played::node(),
            "node",
            Some("echo v18.20.4"),
            format!("Node.js v18.20.4 is too old: {node}"),
        ),
        (
            Played::python(),
            "python3",
            None,
            "there is no `python3` here: install Python 3.10 or newer, from python.org or your \
             system's packages (apt-get install python3 python3-venv)"
                .to_owned(),
        ),
        (
            Played::python(),
            "python3",
            Some("exit 1"),
            "this Python has no module `venv`: `apt-get install python3-venv` brings it".to_owned(),
        ),
        (
            Played::node(),
            "npm",
            Some("exit 1"),
            "`npm install --no-save` failed, and says above why".to_owned(),
        ),
    ] {
        match text {
            Some(text) => played.play(tool, text),
            None => fs::remove_file(played.tool(tool)).unwrap(),
        }
        let output = played.build();
        assert_eq!(output.status.code(), Some(1));
        let said = stderr(&output);
        let error = said.lines().find(|line| line.starts_with("error: ")).unwrap();
        assert!(error.ends_with(&expected), "{said}");
        assert!(!played.project().join("target/admit/mine.wasm").exists());
    }
}

#[test]
fn an_installation_that_was_interrupted_is_made_again() {
    for played in [Played::node(), Played::python()] {
        fs::write(played.root().join("fail-install"), "").unwrap();
        assert_eq!(played.build().status.code(), Some(1));
        assert_eq!(played.build().status.code(), Some(1));
        fs::remove_file(played.root().join("fail-install")).unwrap();
        assert!(played.build().status.success());
        assert_eq!(played.started(), ["install", "install", "install", "build"]);
    }
}

/// The language and what lies there must fit.
#[test]
fn a_language_that_does_not_fit_points_at_its_line() {
    let played = Played::node();
    let file = played.project().join("policy.toml");
    let text = fs::read_to_string(&file).unwrap();
    for (from, to, expected) in [
        (
            "\"typescript\"",
            "\"python\"",
            "a policy in Python needs the file `src/policy.py`; this folder has `src/policy.ts`, for \
             which the language is `typescript`\n --> project/policy.toml:4:12\n",
        ),
        (
            "language = \"typescript\"\n",
            "",
            "a policy in Rust needs the file `Cargo.toml`; this folder has `src/policy.ts`, for which \
             the language is `typescript`\n",
        ),
    ] {
        fs::write(&file, text.replace(from, to)).unwrap();
        let said = stderr(&played.build());
        assert!(said.starts_with("error: `language`: "), "{said}");
        assert!(said.contains(expected), "{said}");
    }
    fs::remove_file(played.project().join("src/policy.ts")).unwrap();
    fs::write(&file, &text).unwrap();
    let said = stderr(&played.build());
    assert!(said.contains("needs the file `src/policy.ts`, which is missing\n"), "{said}");
    fs::remove_file(&file).unwrap();
    let expected = "error: `project` is not a policy project: it has no `policy.toml`, ";
    assert!(stderr(&played.build()).starts_with(expected));
}

#[test]
fn a_component_of_another_contract_is_not_a_policy() {
    let played = Played::node();
    fs::copy(component("empty"), played.root().join("component.wasm")).unwrap();
    let said = stderr(&played.build());
    let expected = "error: `project` builds a component that is not a policy: `export default \
                    definePolicy({ … })` in `src/policy.ts`\n";
    assert!(said.ends_with(expected), "{said}");
}

/// By the contract alone, without a line of the SDK.
const C: &str = r#"
#define EXPORT(name) __attribute__((export_name(name)))
static char heap[65536];
static unsigned long used;
EXPORT("cabi_realloc") void *cabi_realloc(void *old, unsigned long size, unsigned long align, unsigned long wanted) {
    used = (used + align - 1) / align * align;
    used += wanted;
    return heap + used - wanted;
}
static struct { int is_error; const char *text; unsigned long length; } configured;
EXPORT("admit:policy/sign-up-policy@0.1.0#configure") void *configure(const char *settings, unsigned long length) {
    return &configured;
}
static struct { int is_error; int is_denial; const char *code; unsigned long code_length; const char *message; unsigned long length; }
    answer = { 0, 1, CODE, sizeof(CODE) - 1, "no", 2 };
EXPORT("admit:policy/sign-up-policy@0.1.0#evaluate") void *evaluate(const char *a, int b, const char *c, int d, const char *e, int f,
    const char *g, int h, const char *i, int j, void *k, int l, void *m, int n, void *o, int p) {
    return &answer;
}
"#;

#[test]
fn a_policy_in_c_needs_clang_alone() {
    if !is_there("a_policy_in_c_needs_clang_alone", "clang") {
        return;
    }
    let played = Played::c();
    fs::write(played.root().join("sdk/include/admit_policy.h"), "#define CODE \"first\"\n")
        .unwrap();
    let source = played.project().join("src/policy.c");
    fs::write(&source, format!("#include \"admit_policy.h\"\n{C}")).unwrap();
    let eval = || {
        let mut eval = admit();
        eval.args(["eval", "--format", "json", "--policy"]).arg(played.project());
        eval.arg("tests/events/sign-up.json");
        let output = eval.output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        stdout(&output)
    };
    assert!(eval().contains("\"first\""));
    fs::write(played.root().join("sdk/include/admit_policy.h"), "#define CODE \"second\"\n")
        .unwrap();
    assert!(eval().contains("\"second\""));
    let built = fs::read(played.project().join("target/admit/mine.wasm")).unwrap();
    assert!(built.len() < 8_000, "{} bytes", built.len());

    fs::write(&source, "int x = ;\n").unwrap();
    let mut build = admit();
    let output = build.arg("build").arg(played.project()).output().unwrap();
    let said = stderr(&output);
    assert!(said.contains("src/policy.c:1:9: error: "), "{said}");
    fs::write(&source, "int x = 1;\n").unwrap();
    let said = stderr(&build.output().unwrap());
    assert!(said.contains("` does not build a policy: "), "{said}");

    // Played by a folder without it; and by a clang that knows of no linker.
    let no_clang = "there is no `clang` here: install clang and lld, ";
    assert!(stderr(&played.build()).contains(no_clang));
    played.play("clang", "echo wasm-ld");
    let said = stderr(&played.build());
    assert!(said.contains("there is no `wasm-ld` here: install clang and lld, "), "{said}");
}
