//! Policy projects in other languages than Rust: what `admit build` starts, when, and what it
//! says where a tool is missing. The tools are fakes; the SDKs are tested with real ones.

mod fake_tools;
mod links;

use admit_tests::{admit, component, is_there, root, stderr, stdout};
pub(crate) use fake_tools::FakeTools;
use std::fs;
use std::path::Path;
use std::thread;

#[test]
fn an_unchanged_project_is_neither_installed_nor_built_again() {
    for tools in [FakeTools::node(), FakeTools::python()] {
        let output = tools.build();
        assert!(output.status.success(), "{}", stderr(&output));
        let built = tools.project().join("target/admit/mine.wasm");
        assert_eq!(Path::new(stdout(&output).trim()), built);
        let said = stderr(&output);
        assert!(said.contains("installing the tools of `"), "{said}");
        assert!(said.contains("building `project`, a policy in "), "{said}");
        assert!(said.contains("a finding\n"), "{said}");
        assert_eq!(tools.started(), ["install", "build"]);

        let inspected = stdout(&admit().arg("inspect").arg(&built).output().unwrap());
        assert!(inspected.contains(&format!("language   {}\n", tools.language)), "{inspected}");

        let output = tools.build();
        assert_eq!(stderr(&output), "");
        assert_eq!(stdout(&output).trim(), built.to_str().unwrap());
        assert_eq!(tools.started(), ["install", "build"]);
    }
}

#[test]
fn a_warning_is_shown_again_until_the_source_changes() {
    let tools = FakeTools::node();
    let report = |warnings: &str| {
        let lines = format!(
            "/bin/cp $ROOT/component.wasm \"$4\"\n\
             echo '{{\"files\": [], \"warnings\": [{warnings}]}}' > \"$6\""
        );
        tools.fake("build", &lines);
    };
    report("\"src/policy.ts:1:1: warning: \\\\u001b[31mone\"");
    assert!(tools.build().status.success());
    for _ in 0..2 {
        let output = tools.build();
        assert!(output.status.success());
        assert_eq!(stderr(&output), "src/policy.ts:1:1: warning: [31mone\n");
    }
    report(&["\"many\""; 53].join(", "));
    fs::write(tools.project().join("src/policy.ts"), "changed").unwrap();
    fs::remove_file(tools.root().join("node_modules/.package-lock.json")).unwrap();
    assert!(tools.build().status.success());
    let said = stderr(&tools.build());
    assert_eq!(said.lines().filter(|line| *line == "many").count(), 50);
    assert!(said.ends_with("\nwarning: 3 more warnings are not shown\n"), "{said}");
}

#[test]
fn a_change_of_any_input_is_a_reason_to_build() {
    for tools in [FakeTools::node(), FakeTools::python()] {
        tools.build();
        for (file, started) in [
            // Beside the project, as the SDK's tool lists it.
            ("shared", &["build"][..]),
            ("project/policy.toml", &["build"]),
            ("project/src/another", &["build"]),
            (tools.sdk, &["build"]),
            (tools.lock, &["install", "build"]),
        ] {
            tools.forget();
            let path = tools.root().join(file);
            let text = fs::read_to_string(&path).unwrap_or_default();
            fs::write(&path, text + "\n").unwrap();
            tools.lock_is_newer(file == tools.lock);
            let output = tools.build();
            assert!(output.status.success(), "{}", stderr(&output));
            assert_eq!(tools.started(), started, "{file}");
        }
        tools.forget();
        tools.lock_is_newer(false);
        let component = tools.project().join("target/admit/mine.wasm");
        fs::write(component, "").unwrap();
        tools.build();
        assert_eq!(tools.started(), ["build"]);
    }
}

#[test]
fn a_build_that_fails_leaves_what_was_built_before() {
    let tools = FakeTools::python();
    tools.build();
    let built = tools.project().join("target/admit/mine.wasm");
    let before = fs::read(&built).unwrap();
    fs::write(tools.root().join("fail"), "").unwrap();
    fs::write(tools.project().join("src/another"), "").unwrap();
    for _ in 0..2 {
        let output = tools.build();
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
fn concurrent_builds_are_done_once() {
    let tools = FakeTools::node();
    thread::scope(|scope| {
        let builds: Vec<_> = (0..4).map(|_| scope.spawn(|| tools.build())).collect();
        for build in builds {
            let output = build.join().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
        }
    });
    assert_eq!(tools.started(), ["install", "build"]);
}

#[test]
fn a_missing_tool_is_reported_in_one_sentence() {
    let node = "install Node.js 20 or newer, from nodejs.org or your system's packages (apt-get \
                install nodejs npm)";
    for (tools, tool, text, expected) in [
        (FakeTools::node(), "node", None, format!("there is no `node` here: {node}")),
        (FakeTools::node(), "npm", None, format!("there is no `npm` here: {node}")),
        (
            FakeTools::node(),
            "node",
            Some("echo v18.20.4"),
            format!("Node.js v18.20.4 is too old: {node}"),
        ),
        (
            FakeTools::python(),
            "python3",
            None,
            "there is no `python3` here: install Python 3.10 or newer, from python.org or your \
             system's packages (apt-get install python3 python3-venv)"
                .to_owned(),
        ),
        (
            FakeTools::python(),
            "python3",
            Some("exit 1"),
            "this Python has no module `venv`: `apt-get install python3-venv` brings it".to_owned(),
        ),
        (
            FakeTools::node(),
            "npm",
            Some("exit 1"),
            "`npm install --no-save` failed, and says above why".to_owned(),
        ),
    ] {
        match text {
            Some(text) => tools.fake(tool, text),
            None => fs::remove_file(tools.tool(tool)).unwrap(),
        }
        let output = tools.build();
        assert_eq!(output.status.code(), Some(1));
        let said = stderr(&output);
        let error = said.lines().find(|line| line.starts_with("error: ")).unwrap();
        assert!(error.ends_with(&expected), "{said}");
        assert!(!tools.project().join("target/admit/mine.wasm").exists());
    }
}

#[test]
fn an_installation_that_was_interrupted_is_made_again() {
    for tools in [FakeTools::node(), FakeTools::python()] {
        fs::write(tools.root().join("fail-install"), "").unwrap();
        assert_eq!(tools.build().status.code(), Some(1));
        assert_eq!(tools.build().status.code(), Some(1));
        fs::remove_file(tools.root().join("fail-install")).unwrap();
        assert!(tools.build().status.success());
        assert_eq!(tools.started(), ["install", "install", "install", "build"]);
    }
}

/// The language and what lies there must fit.
#[test]
fn a_language_that_does_not_fit_points_at_its_line() {
    let tools = FakeTools::node();
    let file = tools.project().join("policy.toml");
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
        let said = stderr(&tools.build());
        assert!(said.starts_with("error: `language`: "), "{said}");
        assert!(said.contains(expected), "{said}");
    }
    fs::remove_file(tools.project().join("src/policy.ts")).unwrap();
    fs::write(&file, &text).unwrap();
    let said = stderr(&tools.build());
    assert!(said.contains("needs the file `src/policy.ts`, which is missing\n"), "{said}");
    fs::remove_file(&file).unwrap();
    let expected = "error: `project` is not a policy project: it has no `policy.toml`, ";
    assert!(stderr(&tools.build()).starts_with(expected));
}

#[test]
fn a_component_of_another_contract_is_not_a_policy() {
    let tools = FakeTools::node();
    fs::copy(component("empty"), tools.root().join("component.wasm")).unwrap();
    let said = stderr(&tools.build());
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
    let tools = FakeTools::c();
    fs::write(tools.root().join("sdk/include/admit_policy.h"), "#define CODE \"first\"\n").unwrap();
    let source = tools.project().join("src/policy.c");
    fs::write(&source, format!("#include \"admit_policy.h\"\n{C}")).unwrap();
    let eval = || {
        let mut eval = admit();
        eval.args(["eval", "--format", "json", "--policy"]).arg(tools.project());
        eval.arg("tests/events/sign-up.json");
        let output = eval.output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        stdout(&output)
    };
    assert!(eval().contains("\"first\""));
    fs::write(tools.root().join("sdk/include/admit_policy.h"), "#define CODE \"second\"\n")
        .unwrap();
    assert!(eval().contains("\"second\""));
    let built = fs::read(tools.project().join("target/admit/mine.wasm")).unwrap();
    assert!(built.len() < 8_000, "{} bytes", built.len());

    fs::write(&source, "int x = ;\n").unwrap();
    let mut build = admit();
    let output = build.arg("build").arg(tools.project()).output().unwrap();
    let said = stderr(&output);
    assert!(said.contains("src/policy.c:1:9: error: "), "{said}");
    fs::write(&source, "int x = 1;\n").unwrap();
    let said = stderr(&build.output().unwrap());
    assert!(said.contains("` does not build a policy: "), "{said}");

    // FakeTools by a folder without it; and by a clang that knows of no linker.
    let no_clang = "there is no `clang` here: install clang and lld, ";
    assert!(stderr(&tools.build()).contains(no_clang));
    tools.fake("clang", "echo wasm-ld");
    let said = stderr(&tools.build());
    assert!(said.contains("there is no `wasm-ld` here: install clang and lld, "), "{said}");
}

/// The version of the contract follows from `policy.toml`.
#[test]
fn a_policy_in_c_with_facts_speaks_the_contract_with_facts() {
    if !is_there("a_policy_in_c_with_facts_speaks_the_contract_with_facts", "clang") {
        return;
    }
    for (name, version) in [("link-by-email", "0.2.0"), ("verify-contact", "0.1.0")] {
        let folder = root().join("guest-sdk/c/examples").join(name);
        let mut inspect = admit();
        let said = stdout(&inspect.arg("inspect").arg(folder).output().unwrap());
        assert!(said.contains(&format!("contract   admit:policy@{version}\n")), "{name}: {said}");
    }
}

#[test]
fn an_sdk_without_facts_is_named_where_policy_toml_requests_one() {
    for (tools, sdk) in [
        (FakeTools::c(), "sdk"),
        (FakeTools::node(), "sdk"),
        (FakeTools::python(), "sdk/src/admit_policy"),
    ] {
        request_facts(&tools);
        let output = tools.build();
        assert_eq!(output.status.code(), Some(1));
        let said = stderr(&output);
        let expected = "is an SDK without facts, which `policy.toml` requests: replace ";
        assert!(said.contains(&format!("/{sdk}` {expected}")), "{said}");
    }
}

#[test]
fn the_tools_of_an_sdk_are_told_of_facts_where_policy_toml_requests_them() {
    for (tools, contract) in [
        (FakeTools::node(), "sdk/wit/0.2.0/policy.wit"),
        (FakeTools::python(), "sdk/src/admit_policy/policy-with-facts.wit"),
    ] {
        tools.fake(
            "build",
            "echo \"$7\" > $ROOT/told\n/bin/cp $ROOT/component.wasm \"$4\"\necho '[]' > \"$6\"",
        );
        let told = || fs::read_to_string(tools.root().join("told")).unwrap();
        assert!(tools.build().status.success());
        assert_eq!(told(), "\n", "an older SDK does not know the option");

        let contract = tools.root().join(contract);
        fs::create_dir_all(contract.parent().unwrap()).unwrap();
        fs::write(contract, "").unwrap();
        request_facts(&tools);
        let output = tools.build();
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(told(), "--facts\n");
    }
}

fn request_facts(tools: &FakeTools) {
    let metadata = tools.project().join("policy.toml");
    let text = fs::read_to_string(&metadata).unwrap();
    fs::write(&metadata, text + "facts = { now = \"clock\" }\n").unwrap();
}
