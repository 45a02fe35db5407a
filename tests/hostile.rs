//! What a hostile component can do to the function: nothing to any other sign-up.
//!
//! Each guest in `tests/guests` has a test of its name. What can be compiled runs in the
//! release build of the function, beside a healthy policy, alone and then eight at once.

use admit_tests::{Answer, Bundle, Lambda, Trial, admit, component, root, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::process::{Command, Output};
use std::time::Duration;

include!(concat!(env!("OUT_DIR"), "/each_guest.rs"));

macro_rules! has_a_test {
    ($guest:ident) => {
        #[allow(unused_imports, reason = "it is enough that there is one")]
        use self::$guest as _;
    };
}
each_guest!(has_a_test);

/// More than any row may take above what the process had before: 40 MB.
const MAX_MEMORY: u64 = 40_000_000;
/// The budget of 2 s, and what a busy machine may add.
const MAX_TIME: Duration = Duration::from_secs(3);

const PUBLIC_MESSAGE: &str = "The sign-up could not be checked, please try again later";

/// A guest that gives no answer: every sign-up that it is asked about is denied with the
/// public message, the record says why, and every other one is decided as ever.
fn fails(guest: &str, kind: &str, phase: &str, reason: &str) {
    fails_and_is_shown("", guest, kind, phase, reason);
}

/// The same under these limits, and with the same words where an author tries it out.
fn fails_and_is_shown(limits: &str, guest: &str, kind: &str, phase: &str, reason: &str) {
    fails_under(limits, guest, kind, phase, reason);
    documented(guest, kind);
    let output = eval(guest, limits);
    let said = stdout(&output) + &stderr(&output);
    assert!(said.contains(reason), "{said}");
    // What would fail on every sign-up is found out before there is one.
    assert_eq!(output.status.code(), Some(if phase == "evaluate" { 3 } else { 1 }), "{said}");
}

fn fails_under(limits: &str, guest: &str, kind: &str, phase: &str, reason: &str) {
    let mut trial = Trial::of(guest, limits).unwrap();
    let check = |(finding, memory): (admit_tests::Finding, u64)| {
        check_refusal(&finding.answer);
        for record in &finding.records {
            let found = (&record["kind"], &record["phase"]);
            assert_eq!(found, (&json!(kind), &json!(phase)), "{record}");
            assert_eq!(record["reason"], reason);
        }
        assert!(finding.time < MAX_TIME, "{guest} took {:?}", finding.time);
        assert!(memory < MAX_MEMORY, "{guest} took {memory} bytes");
    };
    check(trial.peak_of(Trial::one));
    trial.check_health();
    check(trial.peak_of(Trial::eight));
    trial.check_health();
}

/// The sign-up is denied, and the person is told nothing but that it could not be checked.
fn check_refusal(answer: &Answer) {
    let Answer::Error(error) = answer else { panic!("{answer:?}") };
    let error: Value = serde_json::from_str(error).unwrap();
    assert_eq!(error, json!({ "errorType": "PolicyFailure", "errorMessage": PUBLIC_MESSAGE }));
}

/// A guest whose verdict stands, whatever else it did, with so many notes kept.
fn stands(guest: &str, record: &Value, notes: usize) {
    documented(guest, record["opinion"].as_str().unwrap());
    let mut trial = Trial::of(guest, "").unwrap();
    // Again and again, so that what one leaves behind the next would find.
    for eight in [false, true, false] {
        let (finding, memory) =
            trial.peak_of(|trial| if eight { trial.eight() } else { trial.one() });
        for found in &finding.records {
            for (member, value) in record.as_object().unwrap() {
                assert_eq!(&found[member], value, "{found}");
            }
        }
        assert_eq!(finding.notes.len(), if eight { 8 * notes } else { notes });
        assert!(finding.time < MAX_TIME, "{guest} took {:?}", finding.time);
        assert!(memory < MAX_MEMORY, "{guest} took {memory} bytes");
        trial.check_health();
    }
}

/// `SECURITY.md` says that this is what comes of a guest.
fn documented(guest: &str, outcome: &str) {
    let page = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let row = format!("| `{guest}` | {outcome} | ");
    assert!(page.lines().any(|line| line.starts_with(&row)), "no row in SECURITY.md: {row}");
}

fn abstains() -> Value {
    json!({ "opinion": "allow", "votes": [] })
}

/// A guest that gets into no bundle, and the reason.
fn refused(guest: &str, reason: &str) {
    let output = eval(guest, "");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
}

/// The same, where it can be compiled: it harms nobody even if it is in a bundle.
fn refused_and_not_loaded(guest: &str, reason: &str) {
    refused(guest, reason);
    let mut trial = Trial::of(guest, "").unwrap();
    let finding = trial.one();
    check_refusal(&finding.answer);
    let record = &finding.records[0];
    assert_eq!(record["kind"], "not-loaded");
    assert!(record["reason"].as_str().unwrap().contains(reason), "{record}");
    trial.check_health();
}

fn eval(guest: &str, limits: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("admit.toml");
    let guest = component(guest);
    let policy = format!(
        "[[policy]]\nid = \"p\"\ncomponent = {guest:?}\nreads = [\"userName\"]\n\
         verdicts = [\"confirm\"]\nlimits = {{ {limits} }}\n"
    );
    std::fs::write(&manifest, policy).unwrap();
    let event = root().join("tests/events/sign-up.json");
    admit().args(["eval", "--explain", "--manifest"]).args([manifest, event]).output().unwrap()
}

fn out_of_fuel(guest: &str, phase: &str) {
    let reason = format!(
        "stopped after 50,000,000 units of fuel in `{phase}`; `limits.fuel` allows no more"
    );
    // On a slow machine the default limit on time would end it first.
    fails_and_is_shown("time = \"1s\"", guest, "fuel", phase, &reason);
    // With fuel enough for minutes it is the time that ends it.
    let limits = "fuel = 10_000_000_000, time = \"20ms\"";
    let reason = format!("stopped after 20ms in `{phase}`; `limits.time` allows no more");
    fails_under(limits, guest, "deadline", phase, &reason);
}

fn traps(guest: &str, phase: &str, trap: &str) {
    fails(guest, "trap", phase, &format!("crashed in `{phase}`: wasm trap: {trap}"));
}

fn malformed(guest: &str, phase: &str, reason: &str) {
    let reason = format!(
        "`{phase}` gave no value of the contract, or more than 64KiB (`limits.host-call`) or 64 \
         handles (`limits.handles`): {reason}"
    );
    fails(guest, "malformed", phase, &reason);
}

fn too_many_parts(guest: &str, parts: &str) {
    let reason = format!(
        "wanted too much in `instantiate`: `limits.instances` allows 100, `limits.memories` 10 \
         and `limits.tables` 50; resource limit exceeded: {parts}"
    );
    fails(guest, "resources", "instantiate", &reason);
}

#[test]
fn loops_in_evaluate() {
    out_of_fuel("loops-in-evaluate", "evaluate");
}

#[test]
fn loops_in_configure() {
    out_of_fuel("loops-in-configure", "configure");
}

#[test]
fn loops_in_start() {
    out_of_fuel("loops-in-start", "instantiate");
}

#[test]
fn loops_in_realloc() {
    out_of_fuel("loops-in-realloc", "configure");
}

#[test]
fn loops_after_evaluate() {
    out_of_fuel("loops-after-evaluate", "evaluate");
}

#[test]
fn loops_after_configure() {
    out_of_fuel("loops-after-configure", "configure");
}

#[test]
fn loops_in_destructor() {
    out_of_fuel("loops-in-destructor", "evaluate");
}

#[test]
fn fills_memory_forever() {
    out_of_fuel("fills-memory-forever", "evaluate");
}

#[test]
fn fills_60_mib_forever() {
    let reason =
        "wanted more than 16MiB of memory in `instantiate`; `limits.memory` allows no more";
    fails("fills-60-mib-forever", "memory", "instantiate", reason);
}

#[test]
fn fills_table_forever() {
    out_of_fuel("fills-table-forever", "evaluate");
}

#[test]
fn logs_forever() {
    let reason = "stopped after 20ms in `evaluate`; `limits.time` allows no more";
    fails_under("time = \"20ms\"", "logs-forever", "deadline", "evaluate", reason);
}

#[test]
fn grows_memory() {
    let reason = "wanted more than 16MiB of memory in `evaluate`; `limits.memory` allows no more";
    fails("grows-memory", "memory", "evaluate", reason);
}

#[test]
fn grows_memory_and_answers() {
    stands("grows-memory-and-answers", &abstains(), 0);
}

#[test]
fn declares_1_gib() {
    let reason = "declares a memory of 1GiB, and no policy may have more than 64MiB";
    refused("declares-1-gib", reason);
}

#[test]
fn two_memories() {
    let reason =
        "wanted more than 16MiB of memory in `instantiate`; `limits.memory` allows no more";
    fails("two-memories", "memory", "instantiate", reason);
}

#[test]
fn eleven_memories() {
    too_many_parts("eleven-memories", "memory count too high at 11");
}

#[test]
fn declares_10_million_elements() {
    let reason = "declares tables of 10000000 elements, and no policy may have more than 100000";
    refused("declares-10-million-elements", reason);
}

#[test]
fn grows_table() {
    let reason = "wanted too much in `evaluate`: more than 20000 elements of tables, which \
                  `limits.table-elements` does not allow";
    fails("grows-table", "resources", "evaluate", reason);
}

#[test]
fn two_tables() {
    let reason = "wanted too much in `instantiate`: more than 20000 elements of tables, which \
                  `limits.table-elements` does not allow";
    fails("two-tables", "resources", "instantiate", reason);
}

#[test]
fn fifty_one_tables() {
    too_many_parts("fifty-one-tables", "table count too high at 51");
}

#[test]
fn hundred_instances() {
    too_many_parts("hundred-instances", "instance count too high at 101");
}

#[test]
fn thousand_instances() {
    refused("thousand-instances", "instances count exceeds limit of 1000");
}

#[test]
fn keeps_handles() {
    let reason = "cannot allocate another handle: store handle limit exceeded";
    malformed("keeps-handles", "evaluate", reason);
}

#[test]
fn recurses() {
    traps("recurses", "evaluate", "call stack exhausted");
}

#[test]
fn recurses_into_log() {
    traps("recurses-into-log", "evaluate", "call stack exhausted");
}

const TOO_MUCH_DATA: &str = "too much data is being copied between the host and the guest: fuel \
                             allocated for hostcalls has been exhausted";

#[test]
fn denies_with_1_mb() {
    malformed("denies-with-1-mb", "evaluate", TOO_MUCH_DATA);
}

#[test]
fn denies_with_4_gib() {
    malformed("denies-with-4-gib", "evaluate", "string pointer/length out of bounds of memory");
}

#[test]
fn fails_with_1_mb() {
    malformed("fails-with-1-mb", "evaluate", TOO_MUCH_DATA);
}

#[test]
fn floods_log() {
    stands("floods-log", &abstains(), 1);
}

#[test]
fn floods_log_with_nothing() {
    stands("floods-log-with-nothing", &abstains(), 64);
}

#[test]
fn logs_too_much_at_once() {
    malformed("logs-too-much-at-once", "evaluate", TOO_MUCH_DATA);
}

#[test]
fn logs_invalid_utf8_in_start() {
    let reason = "invalid UTF sequence of N bytes from index N";
    malformed("logs-invalid-utf8-in-start", "instantiate", reason);
}

#[test]
fn logs_out_of_bounds() {
    malformed("logs-out-of-bounds", "evaluate", "string pointer/length out of bounds of memory");
}

#[test]
fn logs_at_no_level() {
    malformed("logs-at-no-level", "evaluate", "unexpected discriminant: N");
}

/// The level is a number of the guest's own choice, which could be a value of the person.
#[test]
fn logs_at_a_told_level() {
    malformed("logs-at-a-told-level", "evaluate", "unexpected discriminant: N");
}

#[test]
fn logs_invalid_utf8() {
    let reason = "invalid UTF sequence of N bytes from index N";
    malformed("logs-invalid-utf8", "evaluate", reason);
}

#[test]
fn unreachable() {
    traps("unreachable", "evaluate", "wasm `unreachable` instruction executed");
}

#[test]
fn unreachable_in_start() {
    traps("unreachable-in-start", "instantiate", "wasm `unreachable` instruction executed");
}

#[test]
fn unreachable_in_realloc() {
    traps("unreachable-in-realloc", "configure", "wasm `unreachable` instruction executed");
}

#[test]
fn unreachable_after_evaluate() {
    traps("unreachable-after-evaluate", "evaluate", "wasm `unreachable` instruction executed");
}

#[test]
fn divides_by_zero() {
    traps("divides-by-zero", "evaluate", "integer divide by zero");
}

#[test]
fn reads_out_of_bounds() {
    traps("reads-out-of-bounds", "evaluate", "out of bounds memory access");
}

#[test]
fn calls_nothing() {
    traps("calls-nothing", "evaluate", "uninitialized element");
}

#[test]
fn data_out_of_bounds() {
    traps("data-out-of-bounds", "instantiate", "out of bounds memory access");
}

#[test]
fn denies_in_invalid_utf8() {
    let reason = "invalid UTF sequence of N bytes from index N";
    malformed("denies-in-invalid-utf8", "evaluate", reason);
}

#[test]
fn denies_out_of_bounds() {
    malformed("denies-out-of-bounds", "evaluate", "string pointer/length out of bounds of memory");
}

#[test]
fn answers_misaligned() {
    malformed("answers-misaligned", "evaluate", "return pointer not aligned");
}

#[test]
fn answers_out_of_bounds() {
    malformed("answers-out-of-bounds", "evaluate", "pointer out of bounds of memory");
}

#[test]
fn answers_no_result() {
    malformed("answers-no-result", "evaluate", "invalid expected discriminant");
}

#[test]
fn answers_no_verdict() {
    malformed("answers-no-verdict", "evaluate", "unexpected discriminant: N");
}

#[test]
fn votes_for_nothing_known() {
    malformed("votes-for-nothing-known", "evaluate", "unexpected discriminant: N");
}

#[test]
fn reallocs_out_of_bounds() {
    malformed("reallocs-out-of-bounds", "configure", "realloc return: beyond end of memory");
}

#[test]
fn reallocs_misaligned() {
    malformed("reallocs-misaligned", "evaluate", "realloc return: result not aligned");
}

#[test]
fn logs_in_realloc() {
    traps("logs-in-realloc", "configure", "cannot leave component instance");
}

#[test]
fn logs_after_evaluate() {
    traps("logs-after-evaluate", "evaluate", "cannot leave component instance");
}

#[test]
fn logs_in_start() {
    stands("logs-in-start", &abstains(), 1);
}

#[test]
fn counts_sign_ups() {
    let first = json!([{ "flag": "confirm", "vote": "grant", "counted": true }]);
    stands("counts-sign-ups", &json!({ "opinion": "allow", "votes": first }), 0);
}

#[test]
fn finds_others_memory() {
    stands("finds-others-memory", &abstains(), 0);
}

#[test]
fn grants_everything() {
    let manifest = "[[policy]]\nid = \"p\"\ncomponent = \"grants-everything\"\nreads = []\n\
                    verdicts = [\"verify-email\"]\n";
    let bundle = Bundle::unchecked(manifest).unwrap();
    let mut lambda = Lambda::start(&bundle.path());
    let event = Trial::sign_up("client");
    assert_eq!(lambda.invoke(event.clone()), Answer::Response(event));
    let vote = |flag, counted: Value| {
        let mut vote = json!({ "flag": flag, "vote": "grant" });
        vote.as_object_mut().unwrap().extend(counted.as_object().unwrap().clone());
        vote
    };
    let not_permitted = json!({ "counted": false, "because": "not-permitted" });
    let votes = json!([
        vote("confirm", not_permitted.clone()),
        vote("verify-email", json!({ "counted": true })),
        vote("verify-phone", not_permitted),
    ]);
    assert_eq!(lambda.decision_line()["policies"][0]["votes"], votes);
}

#[test]
fn wasi() {
    let reason = "imports `wasi:cli/environment@0.2.3`, which no policy is granted: a policy has \
                  no WASI";
    refused_and_not_loaded("wasi", reason);
}

#[test]
fn unknown_interface() {
    let reason = "imports `acme:keys/pool@1.0.0`, which no policy is granted";
    refused_and_not_loaded("unknown-interface", reason);
}

#[test]
fn newer_log() {
    let reason = "imports `admit:policy/log@0.2.0`, which no policy is granted";
    refused_and_not_loaded("newer-log", reason);
}

#[test]
fn another_log() {
    let reason = "does not speak the contract `admit:policy@0.1.0`: component imports instance \
                  `admit:policy/log@0.1.0`";
    refused_and_not_loaded("another-log", reason);
}

#[test]
fn empty() {
    refused_and_not_loaded("empty", "it exports nothing");
}

#[test]
fn another_type() {
    refused_and_not_loaded("another-type", "does not speak the contract `admit:policy@0.1.0`");
}

#[test]
fn unfolds() {
    refused("unfolds", "nests components that would unfold into more than 100000 parts");
}

#[test]
fn hands_itself_texts() {
    refused("hands-itself-texts", "cannot be compiled; perhaps components inside it hand each");
}

#[test]
fn unfolds_exports() {
    refused("unfolds-exports", "would unfold into more than 100000 parts");
}

#[test]
fn unfolds_borders() {
    refused("unfolds-borders", "would unfold into more than 100000 parts");
}

#[test]
fn escapes() {
    let output = eval("escapes", "");
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(!said.contains('\u{1b}') && said.contains("which no policy is granted"), "{said:?}");
}

/// A Rust policy that panics.
#[test]
fn puppet() {
    let puppet = component("puppet");
    let manifest = format!(
        "[[policy]]\nid = \"p\"\ncomponent = {puppet:?}\nreads = []\nverdicts = []\n\
         settings = {{ crash = \"a secret\" }}\n"
    );
    let bundle = Bundle::with(&manifest);
    let mut lambda = Lambda::start(&bundle.path());
    check_refusal(&lambda.invoke(Trial::sign_up("client")));
    assert_eq!(lambda.decision_line()["policies"][0]["kind"], "trap");
}

/// Eight that are hostile in different ways, all in one decision.
#[test]
fn eight_at_once_keep_to_the_budget() {
    let guests = [
        "loops-in-evaluate",
        "loops-in-configure",
        "loops-after-evaluate",
        "loops-in-realloc",
        "logs-forever",
        "grows-memory-and-answers",
        "recurses",
        "denies-with-1-mb",
    ];
    let limits = "limits = { fuel = 10_000_000_000, time = \"2s\" }";
    let manifest: String = guests
        .iter()
        .map(|guest| {
            format!(
                "[[policy]]\nid = {guest:?}\ncomponent = {guest:?}\nreads = []\n\
                 verdicts = [\"deny\"]\n{limits}\n"
            )
        })
        .collect();
    let bundle = Bundle::unchecked(&manifest).unwrap();
    let mut lambda = Lambda::start(&bundle.path());
    let started = std::time::Instant::now();
    check_refusal(&lambda.invoke(Trial::sign_up("client")));
    assert!(started.elapsed() < MAX_TIME, "{:?}", started.elapsed());
    let line = lambda.decision_line();
    let took = line["microseconds"].as_u64().unwrap();
    // The budget, and the 50 ms that one may be late.
    assert!(took < 2_050_000, "{took}");
    let kinds: Vec<_> = line["policies"].as_array().unwrap().iter().map(|p| &p["kind"]).collect();
    assert_eq!(
        json!(kinds),
        json!(["budget", "budget", "budget", "budget", "budget", null, "trap", "malformed"])
    );
}

/// Two bytes far apart would make an image of all that lies between them, in each of the
/// modules that are never used.
#[test]
fn a_sparse_memory_makes_no_large_bundle() {
    let module = "(core module (memory 256) (data (i32.const 0) \"a\") \
                  (data (i32.const 16777000) \"b\"))";
    let text = format!("(component {})", module.repeat(14));
    let compiler = admit_engine::Compiler::for_target(admit_engine::Target::X86_64).unwrap();
    let compiled = compiler.compile(&wat::parse_str(text).unwrap()).unwrap();
    assert!(compiled.len() < 1 << 20, "{} bytes", compiled.len());
}

/// What would take minutes to compile is refused before it is tried.
#[test]
fn a_very_large_function_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.wasm");
    let text = format!("(component (core module (func {})))", "nop ".repeat(600 << 10));
    std::fs::write(&file, wat::parse_str(text).unwrap()).unwrap();
    let event = root().join("tests/events/sign-up.json");
    let output = admit().args(["eval", "--policy"]).arg(&file).arg(event).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let reason = "has a function of 600 KiB, and no policy may have one of more than 512 KiB";
    assert!(stderr(&output).contains(reason), "{}", stderr(&output));
}

/// A Rust policy that comes to grief as its settings say.
#[test]
fn mishaps() {
    let manifest = format!(
        "[[policy]]\nid = \"p\"\ncomponent = {:?}\nreads = []\nverdicts = []\n\
         settings = {{ mishap = \"panic\" }}\n",
        component("mishaps")
    );
    let bundle = Bundle::with(&manifest);
    let mut lambda = Lambda::start(&bundle.path());
    check_refusal(&lambda.invoke(Trial::sign_up("client")));
    assert_eq!(lambda.decision_line()["policies"][0]["kind"], "trap");
}

/// A Rust policy with a hundred thousand entries in its settings. The default limits stop it when it
/// is bundled; with those of the recipe it decides, and does not take another domain for a listed one.
#[test]
fn large_domain_list() {
    let domains: Vec<String> = (0..100_000).map(|n| format!("domain-{n}.example")).collect();
    let manifest = |limits: &str| {
        format!(
            "[[policy]]\nid = \"p\"\ncomponent = {:?}\nreads = [\"userAttributes.email\"]\n\
             verdicts = [\"deny\"]\n{limits}\nsettings = {{ domains = {domains:?} }}\n",
            component("large-domain-list")
        )
    };
    let folder = tempfile::tempdir().unwrap();
    // The time does not stop it first, on a slow machine.
    let stopped = manifest("limits = { time = \"2s\" }");
    fs::write(folder.path().join("admit.toml"), stopped).unwrap();
    let output =
        admit().args(["bundle", "-o", "bundle"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let expected = "stopped after 50,000,000 units of fuel in `configure`";
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));

    let recipe = fs::read_to_string(root().join("docs/src/recipes/long-list.md")).unwrap();
    let limits = recipe.lines().find(|line| line.starts_with("limits = ")).unwrap();
    let bundle = Bundle::with(&manifest(limits));
    let mut lambda = Lambda::start(&bundle.path());
    let mut answer = |address: &str| {
        let mut event: Value = serde_json::from_str(&Trial::sign_up("client")).unwrap();
        event["request"]["userAttributes"]["email"] = address.into();
        lambda.invoke(event.to_string())
    };
    let Answer::Error(denied) = answer("mary@mail.DOMAIN-99999.example.") else { panic!() };
    assert!(denied.contains("Please sign up with another email address"), "{denied}");
    assert!(matches!(answer("mary@domain-100000.example"), Answer::Response(_)));
}

/// Whatever a policy says to the person signing up, it is one printable line.
#[test]
fn what_a_denial_says_is_one_printable_line() {
    let long = "x".repeat(60_000);
    let cut = "x".repeat(256);
    for (said, shown) in [
        ("Too short\r\n{\"type\":\"decision\"}", "Too short {\"type\":\"decision\"}"),
        ("\u{1b}[31mred", "[31mred"),
        ("abc\u{202e}gpj.exe\u{2066}\u{200b}", "abcgpj.exe"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        (&long, &cut),
        ("", "The sign-up was denied"),
        (" \n\t ", "The sign-up was denied"),
    ] {
        let puppet = component("puppet");
        let settings = json!({ "deny": [said, said] });
        let manifest = format!(
            "[[policy]]\nid = \"p\"\ncomponent = {puppet:?}\nreads = []\nverdicts = [\"deny\"]\n\
             limits = {{ host-call = \"1MiB\" }}\nsettings.deny = {}\n",
            settings["deny"],
        );
        let bundle = Bundle::with(&manifest);
        let mut lambda = Lambda::start(&bundle.path());
        let Answer::Error(answer) = lambda.invoke(Trial::sign_up("client")) else { panic!() };
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer, json!({ "errorType": "SignUpDenied", "errorMessage": shown }));
        let line = lambda.decision_line();
        let code = line["policies"][0]["code"].as_str().unwrap();
        assert!(code.len() <= 64 && code.chars().all(|c| c.is_ascii_graphic()), "{code}");
    }
}

/// What is no component is told apart by its first bytes.
#[test]
fn what_is_no_component_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.wasm");
    let check = |reason: &str| {
        let event = root().join("tests/events/sign-up.json");
        let output = admit().args(["eval", "--policy"]).arg(&file).arg(event).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    };
    for (bytes, reason) in [
        (&b""[..], "an empty file, not a WebAssembly component"),
        (b"\x7fELF\x02\x01\x01", "an ELF file, not a WebAssembly component"),
        (b"\0asm\x01\0\0\0", "a core WebAssembly module, not a component"),
        (b"\0asm\x0d\0\x01\0\xff", "no valid component"),
        (b"hello", "an unknown kind of file"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        check(reason);
    }
    std::fs::remove_file(&file).unwrap();
    // Reading it would never end.
    assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
    check("is no regular file");
}

#[test]
fn exports_wizer_initialize() {
    let reason = "exports `wizer-initialize`, which the tool that configures a policy ahead gives \
                  a meaning of its own";
    refused_and_not_loaded("exports-wizer-initialize", reason);
}
