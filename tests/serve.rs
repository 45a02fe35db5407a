//! `admit serve`: the answers are those of the function, the API is Lambda's, and changes are
//! taken in while it runs.

use admit_tests::{
    Answer, Bundle, Lambda, Response, Served, admit, component, event, memory, post, root,
    sample_manifest, target_of_projects,
};
use serde_json::Value;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;

fn function_error(response: &Response) -> bool {
    response.header.contains(&"x-amz-function-error: unhandled".to_owned())
}

#[test]
fn admit_serve_answers_as_the_function_does() {
    let served = Served::start(&sample_manifest());
    let bundle = Bundle::sample();
    let mut lambda = Lambda::start(&bundle.path());
    for entry in fs::read_dir(root().join("tests/events")).unwrap() {
        let event = fs::read_to_string(entry.unwrap().path()).unwrap();
        let response = served.invoke(&event);
        assert_eq!(response.status, 200);
        match lambda.invoke(event) {
            Answer::Response(answer) => {
                assert!(!function_error(&response));
                assert_eq!(response.body, answer);
            }
            Answer::Error(error) => {
                assert!(function_error(&response));
                let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
                assert_eq!(parse(&response.body), parse(&error));
            }
            Answer::Nothing => panic!("no answer"),
        }
    }
}

#[test]
fn the_api_is_lambdas() {
    let served = Served::start(&sample_manifest());
    let path = "/2015-03-31/functions/PreSignUp/invocations";
    let status = |path: &str, headers: &[(&str, &str)], body: &str| {
        let response = served.post(path, headers, body);
        let kind = response.header.iter().find_map(|line| line.strip_prefix("x-amzn-errortype: "));
        (response.status, kind.map(str::to_owned))
    };
    let event = event("sign-up.json");
    assert_eq!(status(path, &[], &event), (200, None));
    assert_eq!(status(&format!("{path}?Qualifier=live"), &[], &event), (200, None));
    assert_eq!(status(path, &[("X-Amz-Invocation-Type", "Event")], &event), (202, None));
    assert_eq!(status(path, &[("X-Amz-Invocation-Type", "DryRun")], &event), (204, None));
    let kind = |kind: &str| Some(kind.to_owned());
    let wrong = [("X-Amz-Invocation-Type", "Later")];
    assert_eq!(status(path, &wrong, &event), (400, kind("invalidparametervalueexception")));
    assert_eq!(status("/", &[], &event), (404, kind("resourcenotfoundexception")));
    let large = "x".repeat(7 << 20);
    assert_eq!(status(path, &[], &large), (413, kind("requesttoolargeexception")));
    // An invalid event is an error of the function, as in Lambda.
    let response = served.post(path, &[], "no event");
    assert!(response.status == 200 && function_error(&response), "{response:?}");
}

/// A page in a browser may send requests to this machine, and under a name that leads here.
#[test]
fn requests_of_a_browser_are_refused() {
    let mut command = admit();
    command.args(["serve", "--host", "host.docker.internal", "--manifest"]).arg(sample_manifest());
    let served = Served::start_command(command);
    let path = "/2015-03-31/functions/admit/invocations";
    let event = event("sign-up.json");
    let (_, port) = served.address().rsplit_once(':').unwrap();
    let here = |name: &str| format!("{name}:{port}");
    for host in ["127.0.0.1", "localhost", "host.docker.internal"] {
        assert_eq!(served.post(path, &[("Host", &here(host))], &event).status, 200, "{host}");
    }
    let (evil, other_port) = (here("evil.example"), "localhost:1".to_owned());
    let origin = ("Origin", "http://evil.example");
    for headers in [&[("Host", evil.as_str())][..], &[("Host", &other_port)], &[origin]] {
        let response = served.post(path, headers, &event);
        assert_eq!(response.status, 403, "{headers:?}");
        let kind = "x-amzn-errortype: accessdeniedexception".to_owned();
        assert!(response.header.contains(&kind), "{response:?}");
        assert!(response.body.contains(headers[0].1), "{response:?}");
    }
    // Nothing was decided for those.
    let decisions = served.end_log().matches("\"decision\"").count();
    assert_eq!(decisions, 3);
}

/// A connection is kept as long as there is room for others.
#[test]
fn busy_clients_do_not_keep_others_out() {
    let served = Served::start(&sample_manifest());
    let ask = |mut client: &TcpStream| {
        client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = [0; 1024];
        let length = client.read(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[..length]).to_lowercase()
    };
    let connect = || TcpStream::connect(served.address()).unwrap();
    let first = connect();
    assert!(!ask(&first).contains("connection: close"));
    let others: Vec<_> = (1..64).map(|_| connect()).collect();
    // When the last of them is answered, all have their places.
    assert!(others.iter().any(|client| ask(client).contains("connection: close")));
    assert_eq!(served.invoke(&event("sign-up.json")).status, 200);
}

#[test]
fn many_large_payloads_take_little_memory() {
    const AT_ONCE: usize = 150;
    let served = Served::start(&sample_manifest());
    served.invoke(&event("sign-up.json"));
    let before = memory(served.process(), "VmHWM:");
    let (address, large) = (served.address(), "x".repeat(5 << 20));
    thread::scope(|scope| {
        let invoke = || {
            let response = post(address, "/2015-03-31/functions/admit/invocations", &[], &large);
            assert!(function_error(&response), "{response:?}");
        };
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(invoke)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    let peak = memory(served.process(), "VmHWM:");
    // The payloads of 64 connections would be 320 MiB.
    assert!(peak < before + (128 << 20), "from {before} to {peak} bytes");
}

fn write(folder: &Path, lines: &str) {
    let manifest = format!(
        "[[policy]]\nid = \"p\"\ncomponent = \"policy.wasm\"\nreads = [\"userName\"]\n\
         verdicts = [\"deny\", \"confirm\"]\n{lines}\n"
    );
    fs::write(folder.join("admit.toml"), manifest).unwrap();
}

#[test]
fn changes_are_reloaded_and_invalid_ones_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.wasm");
    fs::copy(component("minimum-username-length"), &policy).unwrap();
    write(folder.path(), "settings = { characters = 5 }");
    let served = Served::start(&folder.path().join("admit.toml"));
    let event = event("sign-up.json");
    let is_denied = || function_error(&served.invoke(&event));
    assert!(!is_denied());

    write(folder.path(), "settings = { characters = 50 }");
    served.said_line("reloaded");
    assert!(is_denied());

    // Each mistake is reported, and the last valid set goes on.
    write(folder.path(), "settings = { characters = \"many\" }");
    served.said_line("`configure` refuses the settings");
    served.said_line("keeping the previous policies");
    assert!(is_denied());
    write(folder.path(), "verdict = []");
    served.said_line("unknown field `verdict`");
    assert!(is_denied());
    write(folder.path(), "settings = { characters = 49 }");
    served.said_line("reloaded");
    fs::write(&policy, "no component").unwrap();
    served.said_line("an unknown kind of file");
    assert!(is_denied());

    // A component in place of another, as editors and compilers replace files.
    let beside = folder.path().join("beside.wasm");
    fs::copy(component("grants-everything"), &beside).unwrap();
    fs::rename(beside, &policy).unwrap();
    write(folder.path(), "");
    served.said_line("reloaded");
    assert!(!is_denied());
    assert!(served.invoke(&event).body.contains("\"autoConfirmUser\": true"));
}

/// Changes as builds and checkouts make them.
#[test]
fn every_change_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let build = folder.path().join("build");
    let manifest = folder.path().join("admit.toml");
    let component_in_build = |name: &str| {
        let _ = fs::remove_dir_all(&build);
        fs::create_dir(&build).unwrap();
        fs::copy(component(name), build.join("policy.wasm")).unwrap();
    };
    let write = |component: &str| {
        let text = format!(
            "[[policy]]\nid = \"p\"\ncomponent = {component:?}\nreads = [\"userName\"]\n\
             verdicts = [\"deny\", \"confirm\"]\n"
        );
        fs::write(&manifest, text).unwrap();
    };
    component_in_build("minimum-username-length");
    write("build/policy.wasm");
    let served = Served::start(&manifest);
    let event = event("sign-up.json");
    let confirms = || served.invoke(&event).body.contains("\"autoConfirmUser\": true");
    assert!(!confirms());
    // The folder is made anew, twice.
    component_in_build("grants-everything");
    served.said_line("reloaded");
    assert!(confirms());
    component_in_build("minimum-username-length");
    served.said_line("reloaded");
    assert!(!confirms());
    // A component that is not there yet.
    write("later/policy.wasm");
    served.said_line("no component at");
    fs::create_dir(folder.path().join("later")).unwrap();
    fs::copy(component("grants-everything"), folder.path().join("later/policy.wasm")).unwrap();
    served.said_line("reloaded");
    assert!(confirms());
    // A manifest without policies is not served.
    fs::write(&manifest, "").unwrap();
    served.said_line("names no policy: every sign-up would be admitted");
    assert!(confirms());
    // Other files of the folder change nothing.
    fs::write(folder.path().join("admit.log"), "a line").unwrap();
    fs::remove_file(&manifest).unwrap();
    served.said_line("cannot read the manifest");
    assert!(confirms());
}

/// A policy is being written: its sources change, and it is built.
#[test]
fn a_project_is_built_anew_when_its_sources_change() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("policy");
    fs::create_dir_all(project.join("src")).unwrap();
    let sdk = root().join("guest-sdk/rust");
    let cargo_toml = format!(
        "[package]\nname = \"policy-that-is-served\"\nedition = \"2024\"\n[dependencies]\n\
         admit-policy = {{ path = {sdk:?} }}\n"
    );
    fs::write(project.join("Cargo.toml"), cargo_toml).unwrap();
    let source = |verdict: &str| {
        let text = format!(
            "use admit_policy::{{Error, NoSettings, Policy, SignUp, Verdict}};\nstruct P;\n\
             impl Policy for P {{\n    type Settings = NoSettings;\n\
             fn configure(_: NoSettings) -> Result<Self, Error> {{ Ok(P) }}\n\
             fn evaluate(&self, _: &SignUp) -> Result<Verdict, Error> {{ Ok({verdict}) }}\n}}\n\
             admit_policy::export!(P);\n"
        );
        fs::write(project.join("src/lib.rs"), text).unwrap();
    };
    source("Verdict::allow()");
    fs::write(
        folder.path().join("admit.toml"),
        "[[policy]]\nid = \"p\"\ncomponent = \"policy\"\nreads = []\nverdicts = [\"deny\"]\n",
    )
    .unwrap();
    // The lock file of this repository, so that a release of a dependency does not break the test.
    fs::copy(root().join("Cargo.lock"), project.join("Cargo.lock")).unwrap();
    let mut command = admit();
    command.args(["serve", "--manifest"]).arg(folder.path().join("admit.toml"));
    command.env("CARGO_TARGET_DIR", target_of_projects());
    let served = Served::start_command(command);
    let event = event("sign-up.json");
    assert!(!function_error(&served.invoke(&event)));
    source("Verdict::deny(\"no\", \"Not today\")");
    served.said_line("reloaded");
    assert!(served.invoke(&event).body.contains("Not today"));
    source("this is no Rust");
    served.said_line("keeping the previous policies");
    assert!(served.invoke(&event).body.contains("Not today"));
}

#[test]
fn an_invalid_policy_set_is_an_error_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let serve = |args: &[&str]| {
        let output = admit_tests::admit()
            .args(["serve", "--manifest"])
            .arg(folder.path().join("admit.toml"))
            .args(args)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        admit_tests::stderr(&output)
    };
    assert!(serve(&[]).contains("cannot read the manifest"));
    write(folder.path(), "");
    assert!(serve(&[]).contains("no component at"));
    fs::copy(component("grants-everything"), folder.path().join("policy.wasm")).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert!(serve(&["--port", &port]).contains("use --port for another port"));
}
