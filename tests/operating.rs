//! The operator's guide says what is so: its tables, its example and its numbers are compared
//! with the code, and those of its commands are run that need no account.

use admit_core::{FAILURE_MESSAGE, Limits, Manifest, Size, Time, grouped};
use admit_engine::{Digest, Target};
use admit_tests::{Bundle, Lambda, admit, bootstrap, component, event, root, stderr, stdout};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

fn page() -> String {
    read("docs/operating.md")
}

/// A file of the repository.
fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// What stands between a heading, given with its signs, and the next one of its level or above.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = page.find(&format!("\n{heading}\n"));
    let start = start.unwrap_or_else(|| panic!("no heading `{heading}`")) + heading.len() + 2;
    let level = heading.bytes().take_while(|byte| *byte == b'#').count();
    let ends = (2..=level).filter_map(|level| {
        let next = format!("\n{} ", "#".repeat(level));
        page[start..].find(&next).map(|end| start + end)
    });
    &page[start..ends.min().unwrap_or(page.len())]
}

/// The rows of the table with this header, without the back ticks around a whole cell.
fn table(text: &str, header: &[&str]) -> Vec<Vec<String>> {
    let header = format!("| {} |", header.join(" | "));
    let mut lines = text.lines().skip_while(|line| *line != header).skip(2);
    let rows: Vec<Vec<String>> = lines
        .by_ref()
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect();
    assert!(!rows.is_empty(), "no table `{header}`");
    assert!(lines.all(|line| line != header), "two tables `{header}`");
    rows
}

/// The words between back ticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn unquoted(text: &str) -> &str {
    match quoted(text)[..] {
        [word] if text.len() == word.len() + 2 => word,
        _ => panic!("`{text}` is not one quoted word"),
    }
}

/// The code blocks of a language, without their indentation.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        if line.trim_start() == format!("```{language}") {
            let block = lines.by_ref().take_while(|line| line.trim() != "```");
            blocks.push(
                block.map(|line| line.get(indent..).unwrap_or("").to_owned() + "\n").collect(),
            );
        }
    }
    blocks
}

fn schema() -> Value {
    serde_json::from_str(&read("schemas/decision.schema.json")).unwrap()
}

/// The tables of the record, by their headings, and where their members are in the schema.
const TABLES: [(&str, &[&str]); 7] = [
    ("### The record", &["/properties"]),
    ("### `flags`", &["/properties/flags/properties"]),
    ("### `flags.*`", &["/$defs/flag/properties"]),
    (
        "### `policies[]`",
        &[
            "/$defs/policy/properties",
            "/$defs/policy/oneOf/0/properties",
            "/$defs/policy/oneOf/1/properties",
            "/$defs/policy/oneOf/2/properties",
        ],
    ),
    ("### `policies[].votes[]`", &["/$defs/vote/properties"]),
    ("### `policies[].ifEnforced`", &["/$defs/alternative/properties"]),
    ("### `policies[].ifEnforced.flags`", &["/$defs/alternative/properties/flags/properties"]),
];

/// The members that are described at these places of the schema, with their values in words.
fn described(schema: &Value, places: &[&str]) -> BTreeMap<String, (String, String)> {
    let mut members = BTreeMap::new();
    for place in places {
        let properties = schema.pointer(place).unwrap_or_else(|| panic!("no {place}"));
        for (name, member) in properties.as_object().unwrap() {
            let Some(description) = member["description"].as_str() else { continue };
            let words = (values(schema, member), description.to_owned());
            let before = members.insert(name.clone(), words.clone());
            assert!(before.is_none_or(|before| before == words), "{name} is described twice");
        }
    }
    members
}

/// What a member may be, as the page writes it.
fn values(schema: &Value, member: &Value) -> String {
    if let Some(reference) = member["$ref"].as_str() {
        return values(schema, schema.pointer(&reference[1..]).unwrap());
    }
    let word = |value: &Value| format!("`{}`", value.as_str().unwrap());
    if let Some(word_of_all) = member.get("const") {
        return word(word_of_all);
    }
    if let Some(words) = member["enum"].as_array() {
        return words.iter().map(word).collect::<Vec<_>>().join(", ");
    }
    let alternatives = match (&member["oneOf"], &member["type"]) {
        (Value::Array(schemas), _) => schemas.iter().map(|s| values(schema, s)).collect(),
        (_, Value::Array(types)) => types.iter().map(|t| type_in_words(t).to_owned()).collect(),
        (_, only) => vec![type_in_words(only).to_owned()],
    };
    alternatives.join(" or ")
}

fn type_in_words(name: &Value) -> &'static str {
    match name.as_str().unwrap() {
        "string" => "text",
        "integer" => "number",
        "boolean" => "`true`, `false`",
        "array" => "list",
        "object" => "object",
        "null" => "`null`",
        other => panic!("no word for the type `{other}`"),
    }
}

/// The places of a schema where members are described.
fn places_of_members(schema: &Value, here: &str, places: &mut BTreeSet<String>) {
    let Some(members) = schema.as_object() else {
        for (index, item) in schema.as_array().into_iter().flatten().enumerate() {
            places_of_members(item, &format!("{here}/{index}"), places);
        }
        return;
    };
    for (name, member) in members {
        let place = format!("{here}/{name}");
        let is_described = |properties: &Value| {
            properties
                .as_object()
                .is_some_and(|all| all.values().any(|m| m["description"].is_string()))
        };
        if name == "properties" && is_described(member) {
            places.insert(place.clone());
        }
        places_of_members(member, &place, places);
    }
}

#[test]
fn every_member_of_a_record_is_described_as_in_the_schema() {
    let (page, schema) = (page(), schema());
    for (heading, places) in TABLES {
        let rows = table(section(&page, heading), &["member", "value", "what it is"]);
        let shown: Vec<_> = rows
            .iter()
            .map(|row| (unquoted(&row[0]).to_owned(), (row[1].clone(), row[2].clone())))
            .collect();
        let described = described(&schema, places);
        assert_eq!(shown.len(), described.len(), "{heading}: a member twice, too many or too few");
        assert_eq!(shown.into_iter().collect::<BTreeMap<_, _>>(), described, "{heading}");
    }
    let mut all = BTreeSet::new();
    places_of_members(&schema, "", &mut all);
    let tables = TABLES.iter().flat_map(|(_, places)| *places);
    assert_eq!(all, tables.map(|place| (*place).to_owned()).collect(), "a table for each place");
}

/// The sources of everything that runs in the function and reads its environment.
fn sources() -> String {
    let mut all = String::new();
    for folder in ["host/lambda/src", "host/trigger/src"] {
        for file in fs::read_dir(root().join(folder)).unwrap() {
            all += &fs::read_to_string(file.unwrap().path()).unwrap();
        }
    }
    all
}

/// The texts in the code that begin like this, and are names of variables.
fn variables(code: &str, prefix: &str) -> BTreeSet<String> {
    let is_name = |word: &&str| word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let texts = code.split('"').filter(|word| word.starts_with(prefix)).filter(is_name);
    texts.map(str::to_owned).collect()
}

#[test]
fn the_variables_are_those_that_the_code_reads() {
    let page = page();
    let page = section(&page, "## 2. Environment variables");
    let own = table(page, &["variable", "value", "where it is not set", "what it does"]);
    let names = |rows: &[Vec<String>]| {
        rows.iter().map(|row| unquoted(&row[0]).to_owned()).collect::<Vec<_>>()
    };
    let expect = |names: Vec<String>, prefix: &str| {
        let code = variables(&sources(), prefix);
        assert!(code.len() >= 6, "{code:?}");
        assert_eq!(names.len(), code.len(), "{names:?}");
        assert_eq!(names.into_iter().collect::<BTreeSet<_>>(), code);
    };
    expect(names(&own), "ADMIT_");
    expect(names(&table(page, &["variable", "what it is for"])), "AWS_");
    let most: u64 = number(&read("host/lambda/src/main.rs"), "const MOST_AT_ONCE: u32 = ");
    assert!(page.contains(&format!("{} at most", grouped(most))), "{most}");
}

/// The function with these variables in its environment.
fn start(bundle: &Bundle, variables: &[(&str, &str)]) -> Lambda {
    let mut command = Command::new(bootstrap());
    command.env("ADMIT_BUNDLE", bundle.path()).envs(variables.iter().copied());
    Lambda::start_command(command)
}

#[test]
fn a_wrong_value_is_named_with_what_the_page_says_and_changes_nothing() {
    let page = page();
    let header = ["variable", "value", "where it is not set", "what it does"];
    let rows = table(section(&page, "## 2. Environment variables"), &header);
    let rows: Vec<_> = rows.iter().filter(|row| row[0] != "`ADMIT_BUNDLE`").collect();
    let wrong: Vec<(&str, &str)> = rows.iter().map(|row| (unquoted(&row[0]), ":?")).collect();
    let bundle = Bundle::sample();
    let mut lambda = start(&bundle, &wrong);
    lambda.invoke(event("sign-up.json"));
    let lines = lambda.end_log();
    let said: BTreeMap<_, _> = lines
        .iter()
        .filter(|line| line["type"] == "ignored-variable")
        .map(|line| (line["variable"].as_str().unwrap(), line["expected"].as_str().unwrap()))
        .collect();
    assert_eq!(said, rows.iter().map(|row| (unquoted(&row[0]), row[1].as_str())).collect());
    // And what is there by default is there.
    let kinds: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert!(kinds.ends_with(&["started", "decision"]), "{kinds:?}");
    assert_eq!(lines.last().unwrap()["userNameHash"], Value::Null);

    // Where there is no bundle, nothing goes on.
    for folder in ["", "/nowhere"] {
        let mut command = Command::new(bootstrap());
        command.env("ADMIT_BUNDLE", folder).current_dir("/");
        let mut lambda = Lambda::start_command(command);
        let admit_tests::Answer::Error(error) = lambda.init_error() else { panic!("it starts") };
        let kind = &serde_json::from_str::<Value>(&error).unwrap()["errorType"];
        assert!(page.contains(&format!("| `{}` |", kind.as_str().unwrap())), "{kind}");
        assert_eq!(lambda.wait(), Some(1));
        assert_eq!(lambda.any_log_line()["type"], "error");
    }
}

/// Words and levels of the lines that the code writes.
fn lines_of_the_code() -> BTreeMap<String, BTreeSet<String>> {
    let mut lines: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let diagnostics = read("host/trigger/src/diagnostics.rs");
    let mut written: Vec<&str> = diagnostics.split("!(\"type\" = \"").collect();
    assert_eq!(written.len() - 1, diagnostics.matches("\"type\" = ").count());
    let mut before = written.remove(0);
    for line in written {
        let macro_name = before.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap();
        let word = line.split('"').next().unwrap();
        lines.entry(word.to_owned()).or_default().insert(macro_name.to_ascii_uppercase());
        before = line;
    }
    let record = read("host/trigger/src/record.rs");
    let level = record.split("const LEVEL: &str = \"").nth(1).unwrap().split('"').next().unwrap();
    for tagged in record.split("tag = \"type\", rename = \"").skip(1) {
        let word = tagged.split('"').next().unwrap();
        lines.entry(word.to_owned()).or_default().insert(level.to_owned());
    }
    let metrics = read("host/trigger/src/metrics.rs");
    let typed = "insert(\"type\".to_owned(), \"";
    for tagged in metrics.split(typed).skip(1) {
        lines.entry(tagged.split('"').next().unwrap().to_owned()).or_default();
    }
    lines
}

#[test]
fn every_kind_of_line_has_a_row_with_its_levels() {
    let page = page();
    let section = section(&page, "## 6. The other lines");
    let rows = table(section, &["`type`", "level", "means", "do"]);
    let code = lines_of_the_code();
    assert!(code.len() >= 13, "{code:?}");
    assert_eq!(rows.len(), code.len());
    for row in &rows {
        let levels: BTreeSet<String> = quoted(&row[1]).into_iter().map(str::to_owned).collect();
        assert_eq!(code.get(unquoted(&row[0])), Some(&levels), "{row:?}");
        assert!(levels.is_empty() == (row[1] == "none") && !row[2].is_empty(), "{row:?}");
    }
    assert!(section.contains(FAILURE_MESSAGE));
    let kinds = table(section, &["`errorType`", "the person is told", "look for"]);
    let code = read("host/cognito/src/reply.rs") + &read("host/lambda/src/init.rs");
    let named = |kind: &str| code.contains(&format!("\"{kind}\""));
    assert!(kinds.iter().all(|row| named(unquoted(&row[0]))), "{kinds:?}");
    assert_eq!(kinds.len(), 5);
}

#[test]
fn every_kind_of_failure_has_a_row() {
    let code = read("host/core/src/failure.rs");
    let cases = code.split_once("pub enum FailureKind {").unwrap().1.split_once('}').unwrap().0;
    let cases: Vec<&str> =
        cases.split(',').map(str::trim).filter(|case| !case.is_empty()).collect();
    let words: BTreeSet<String> = cases
        .iter()
        .map(|case| {
            let word = code.split(&format!("FailureKind::{case} => \"")).nth(1).unwrap();
            word.split('"').next().unwrap().to_owned()
        })
        .collect();
    assert!(words.len() >= 11 && words.len() == cases.len(), "{words:?}");
    let page = page();
    let section = section(&page, "## 8. What to do when a policy fails");
    let rows = table(section, &["`kind`", "what happened", "look first at", "change"]);
    let shown: BTreeSet<String> = rows.iter().map(|row| unquoted(&row[0]).to_owned()).collect();
    assert_eq!((rows.len(), shown), (words.len(), words));
    assert!(rows.iter().flatten().all(|cell| !cell.is_empty()));
    // And what the rows say of the most that a manifest may ask for.
    let row = |kind: &str| rows.iter().find(|row| unquoted(&row[0]) == kind).unwrap()[3].clone();
    for (kind, most) in [
        ("deadline", in_words(&Limits::CEILING.time.to_string())),
        ("budget", in_words(&Manifest::BUDGET_CEILING.to_string())),
        ("fuel", grouped(Limits::CEILING.fuel)),
        ("memory", in_words(&Limits::CEILING.memory.to_string())),
    ] {
        let limit = if kind == "budget" { "`budget`" } else { "`limits." };
        let row = row(kind);
        assert!(row.contains(limit) && row.contains(&format!("{most} at most")), "{row}: {most}");
    }
}

/// A quantity with a space before its unit, as the page writes it.
fn in_words(quantity: &str) -> String {
    let digits = quantity.bytes().take_while(u8::is_ascii_digit).count();
    format!("{} {}", &quantity[..digits], &quantity[digits..])
}

/// The number behind a text in the code.
fn number(code: &str, before: &str) -> u64 {
    let rest = code.split(before).nth(1).unwrap_or_else(|| panic!("no `{before}`"));
    let digits: String = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '_')
        .filter(|c| *c != '_')
        .collect();
    digits.parse().unwrap()
}

/// `admit serve` with what it writes to its log.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    /// Runs a command of the page, but on a port that is free.
    fn start(command: &str, folder: &Path) -> Serving {
        let words: Vec<&str> = command.split_whitespace().collect();
        let ["admit", args @ ..] = &words[..] else { panic!("{command}") };
        let mut command = admit();
        command.args(args).args(["--port", "0"]).current_dir(folder);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("admit starts");
        let said = BufReader::new(child.stderr.take().unwrap());
        let mut said = said.lines().map_while(Result::ok);
        let address = said.find_map(|line| {
            let address = line.strip_prefix("listening on http://")?.split('/').next()?;
            Some(address.to_owned())
        });
        Serving { child, address: address.expect("it listens") }
    }

    /// Decides these events and returns the log.
    fn decide(mut self, events: &[&str]) -> String {
        for name in events {
            let event = event(name);
            let mut stream = TcpStream::connect(&self.address).unwrap();
            let head = format!(
                "POST /2015-03-31/functions/admit/invocations HTTP/1.1\r\nhost: {}\r\n\
                 connection: close\r\ncontent-length: {}\r\n\r\n",
                self.address,
                event.len()
            );
            stream.write_all((head + &event).as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        }
        self.child.kill().unwrap();
        let mut log = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line without what differs from run to run and from machine to machine.
fn comparable(line: &Value) -> Value {
    let mut line = line.clone();
    for member in ["timestamp", "requestId", "microseconds"] {
        assert!(line[member].take() != Value::Null, "no {member}");
    }
    for policy in line["policies"].as_array_mut().unwrap() {
        for member in ["component", "fuel", "microseconds"] {
            assert!(policy[member].take() != Value::Null, "no {member}");
        }
    }
    line
}

#[test]
fn the_example_is_a_record_as_admit_serve_writes_it() {
    let page = page();
    let examples = blocks(&page, "json");
    assert_eq!(examples.len(), 1);
    let example: Value = serde_json::from_str(&examples[0]).unwrap();
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&example).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let serve = command(&page, "admit serve ");
    let log = Serving::start(&serve, root()).decide(&["sign-up-short-name.json"]);
    let record = log.lines().find(|line| line.contains("\"decision\"")).expect("a record");
    let record: Value = serde_json::from_str(record).unwrap();
    assert!(validator.is_valid(&record));
    assert_eq!(comparable(&example), comparable(&record));
    // What the page says of the time that these policies took.
    let times = example["policies"].as_array().unwrap().iter().map(|p| p["microseconds"].as_u64());
    let times: Vec<u64> = times.map(Option::unwrap).collect();
    let (least, most) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(page.contains(&format!("took {least} to {most} µs")), "{times:?}");
}

/// The one block of the page that begins like this.
fn command(page: &str, beginning: &str) -> String {
    let blocks = blocks(page, "sh");
    let found: Vec<_> = blocks.iter().filter(|block| block.starts_with(beginning)).collect();
    assert_eq!(found.len(), 1, "blocks that begin with `{beginning}`");
    found[0].trim_end().to_owned()
}

/// A folder in which the commands of the page find what they name, and may write.
fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["plugins", "tests"] {
        symlink(root().join(name), folder.path().join(name)).unwrap();
    }
    fs::create_dir(folder.path().join("bin")).unwrap();
    symlink(admit().get_program(), folder.path().join("bin/admit")).unwrap();
    folder
}

/// Runs a command in a workplace.
fn shell(command: &str, folder: &Path) -> Output {
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", folder.join("bin").display());
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", command]).current_dir(folder).env("PATH", path);
    shell.env("ADMIT_USER_NAME_KEY", KEY).output().unwrap()
}

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// Whether a program is there that the README does not ask for; says so where it is not.
#[expect(clippy::print_stderr, reason = "who runs the tests is told what was left out")]
fn is_there(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output();
    let found = found.unwrap().status.success();
    if !found {
        eprintln!("no {program} on this machine: a command of docs/operating.md is not run");
    }
    found
}

/// Nothing is left out: a block is one of those that the tests below run, or talks to AWS.
#[test]
fn every_command_is_run_unless_it_needs_an_account() {
    let run = [
        "admit eval ",
        "admit serve ",
        "curl --silent --data-binary",
        "admit bundle ",
        "jq ",
        "unzip ",
        "printf ",
    ];
    let blocks = blocks(&page(), "sh");
    let (ours, others): (Vec<&String>, Vec<&String>) =
        blocks.iter().partition(|block| run.iter().any(|command| block.starts_with(command)));
    assert_eq!(ours.len(), 8, "{ours:?}");
    assert!(ours.iter().all(|block| !block.contains("aws ")), "{ours:?}");
    assert!(!others.is_empty());
    assert!(others.iter().all(|block| block.contains("aws ")), "{others:?}");
}

#[test]
fn the_zip_is_made_and_checked_as_the_page_says() {
    let page = page();
    let folder = workplace();
    let here = Target::HERE.expect("a machine that Lambda has").to_string();
    let run = |command: &str| {
        let command = command.replace("x86_64", &here);
        let output = shell(&command, folder.path());
        (output.status.code(), stdout(&output), stderr(&output))
    };
    let decided = run(&command(&page, "admit eval "));
    assert_eq!(decided.0, Some(0), "{}", decided.2);
    assert!(decided.1.contains("\nadmitted: "), "{}", decided.1);
    let denied = command(&page, "admit eval ").replace("sign-up.json", "sign-up-short-name.json");
    assert_eq!(run(&denied).0, Some(3));

    let commands = blocks(&page, "sh");
    let mut bundles = commands.iter().filter(|command| command.starts_with("admit bundle "));
    let (make, check) = (bundles.next().unwrap(), bundles.next().unwrap());
    assert!(check.contains(" --check") && bundles.next().is_none());
    // Before there is a zip, a check finds a change and makes none.
    let mut statuses = BTreeSet::new();
    let mut expect = |command: &str, status: i32, says: &str| {
        let (code, out, err) = run(command);
        assert_eq!(code, Some(status), "{command}{err}");
        assert!((out.clone() + &err).contains(says), "`{says}` is not in {out}{err}");
        statuses.insert(status.to_string());
        out
    };
    expect(check, 3, "new: there is no");
    assert!(!folder.path().join("function.zip").exists());
    let said = expect(make, 0, "new: there is no");
    expect(check, 0, "\nunchanged\n");
    let zip = fs::read(folder.path().join("function.zip")).unwrap();
    expect(make, 0, "\nunchanged\n");
    assert!(zip == fs::read(folder.path().join("function.zip")).unwrap(), "the bytes differ");
    // As a policy is rolled out: the line of the manifest is the line of the check.
    let enforced = with_components(&read("plugins/admit.toml"));
    let monitored = monitored(&enforced);
    let manifest = folder.path().join("admit.toml");
    let of_manifest = |command: &str| command.replace("plugins/admit.toml", "admit.toml");
    fs::write(&manifest, monitored).unwrap();
    expect(&of_manifest(make), 0, "changed: ");
    fs::write(&manifest, enforced).unwrap();
    let out = expect(&of_manifest(check), 3, "policy.minimum-username-length.mode");
    let changed: Vec<_> = out.lines().filter(|line| line.starts_with("changed: ")).collect();
    assert_eq!(changed, ["changed: policy.minimum-username-length.mode: monitor → enforce"]);
    assert!(page.contains("`changed: policy.….mode: monitor → enforce`"));
    fs::write(&manifest, "[[policy]]\nid = \"p\"\n").unwrap();
    expect(&of_manifest(check), 1, "admit.toml");
    expect(&make.replace("--manifest", "--manifesto"), 2, "Usage");
    let rows = table(section(&page, "## 1. Deploy"), &["exit status", "means"]);
    assert_eq!(rows.iter().map(|row| row[0].clone()).collect::<BTreeSet<_>>(), statuses);

    // What `admit bundle` prints for the index is what a record names, and what `unzip` shows.
    let index = said.lines().find_map(|line| line.strip_prefix("bundle.json  ")).unwrap();
    let bundle = Bundle::sample();
    let mut lambda = start(&bundle, &[]);
    lambda.invoke(event("sign-up.json"));
    assert_eq!(lambda.decision_line()["bundle"], index);
    let text = fs::read(bundle.path().join("bundle.json")).unwrap();
    assert_eq!(Digest::of(&text).to_string(), index);
    let inside: Value = serde_json::from_slice(&text).unwrap();
    assert!(inside["digest"].is_string() && inside["digest"] != index, "the trap is none");
    if is_there("unzip") && is_there("sha256sum") {
        fs::write(folder.path().join("function.zip"), zip).unwrap();
        let (code, out, err) = run(&command(&page, "unzip "));
        assert_eq!(code, Some(0), "{err}");
        assert_eq!(format!("sha256:{}", &out[..64]), index);
    }
}

/// The sample manifest with its last policy in mode `monitor`.
fn monitored(manifest: &str) -> String {
    let id = "id = \"minimum-username-length\"\n";
    assert!(manifest.contains(id));
    manifest.replace(id, &format!("{id}mode = \"monitor\"\n"))
}

/// The sample manifest with components that are found from anywhere.
fn with_components(manifest: &str) -> String {
    ["email-domain", "verify-contact", "minimum-username-length"].iter().fold(
        manifest.to_owned(),
        |manifest, name| {
            let named = format!("component = \"{name}\"");
            assert!(manifest.contains(&named), "{named}");
            manifest.replace(&named, &format!("component = {:?}", component(name)))
        },
    )
}

#[test]
fn what_is_served_answers_as_the_page_shows() {
    let page = page();
    let folder = workplace();
    let serving = Serving::start(&command(&page, "admit serve "), folder.path());
    if !is_there("curl") {
        return;
    }
    let curl = command(&page, "curl --silent --data-binary");
    assert!(curl.contains("http://127.0.0.1:3001/"), "{curl}");
    let help = stdout(&admit().args(["serve", "--help"]).output().unwrap());
    assert!(help.contains("[default: 3001]"), "{help}");
    let output = shell(&curl.replace("127.0.0.1:3001", &serving.address), folder.path());
    assert!(output.status.success(), "{}", stderr(&output));
    let shown = &blocks(section(&page, "## 1. Deploy"), "text")[0];
    assert_eq!(stdout(&output).trim_end(), shown.trim_end());
}

#[test]
fn what_a_policy_would_change_is_counted_as_the_page_says() {
    let page = page();
    let folder = workplace();
    let manifest = monitored(&with_components(&read("plugins/admit.toml")));
    fs::write(folder.path().join("admit.toml"), manifest).unwrap();
    let serving = Serving::start("admit serve", folder.path());
    let events = ["sign-up-short-name.json", "sign-up.json", "sign-up-short-name.json"];
    let log = serving.decide(&events);
    let differs = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        (line["type"] == "decision").then(|| line["policies"][2]["ifEnforced"]["differs"].clone())
    };
    let flips: Vec<Value> = log.lines().filter_map(differs).collect();
    assert_eq!(flips, [json!(true), json!(false), json!(true)]);
    if is_there("jq") {
        fs::write(folder.path().join("admit.log"), log).unwrap();
        let output = shell(&command(&page, "jq "), folder.path());
        let counted = stdout(&output);
        let words: Vec<&str> = counted.split_whitespace().collect();
        assert_eq!(words, ["2", "minimum-username-length"], "{}", stderr(&output));
    }
}

#[test]
fn a_persons_hash_is_made_as_the_page_says() {
    if !is_there("openssl") {
        return;
    }
    let bundle = Bundle::sample();
    let mut lambda = start(&bundle, &[("ADMIT_USER_NAME_KEY", KEY)]);
    lambda.invoke(event("sign-up.json"));
    let hash = lambda.decision_line()["userNameHash"].as_str().unwrap().to_owned();
    let folder = workplace();
    let output = shell(&command(&page(), "printf "), folder.path());
    let said = stdout(&output);
    let digits = said.split_whitespace().last().expect("a hash");
    assert_eq!((hash.as_str(), digits.len()), (format!("hmac-sha256:{digits}").as_str(), 64));
}

/// A query that names what no record has finds nothing, and says nothing of it.
#[test]
fn the_queries_name_members_that_there_are() {
    const WORDS: [&str; 26] = [
        "filter",
        "fields",
        "stats",
        "sort",
        "unnest",
        "into",
        "as",
        "by",
        "and",
        "like",
        "count",
        "pct",
        "max",
        "min",
        "bin",
        "jsonParse",
        "asc",
        "desc",
        "@message",
        "@timestamp",
        "1h",
        "1d",
        "50",
        "99",
        "p",
        "record",
    ];
    let schema = schema();
    let members = |place: usize| described(&schema, TABLES[place].1);
    let mut known: BTreeSet<String> = members(0).into_keys().collect();
    known.extend(members(0).into_keys().map(|name| format!("record.{name}")));
    known.extend(members(3).into_keys().map(|name| format!("p.{name}")));
    known.extend(members(5).into_keys().map(|name| format!("p.ifEnforced.{name}")));
    let queries = blocks(&page(), "insights");
    assert_eq!(queries.len(), 9);
    let mut used = BTreeSet::new();
    for query in queries {
        // What is quoted, and what is a regular expression, names no member.
        let code: String = query.split('"').step_by(2).collect::<Vec<_>>().join(" ");
        let code: Vec<&str> = code
            .split(|c: char| !(c.is_ascii_alphanumeric() || "@.*".contains(c)))
            .filter(|word| !word.is_empty() && *word != "*")
            .collect();
        let aliases: BTreeSet<&str> =
            code.windows(2).filter(|pair| pair[0] == "as").map(|pair| pair[1]).collect();
        for word in code {
            if known.contains(word) {
                used.insert(word.to_owned());
            } else {
                assert!(WORDS.contains(&word) || aliases.contains(word), "`{word}` in {query}");
            }
        }
    }
    for name in ["type", "bundle", "p.ifEnforced.differs", "p.code", "p.kind", "userNameHash"] {
        assert!(used.contains(name), "{name} is not asked for");
    }
}

#[test]
fn the_metrics_are_those_of_the_table() {
    let puppet = |id: &str, lines: &str| {
        format!(
            "[[policy]]\nid = \"{id}\"\ncomponent = \"puppet\"\nreads = [\"userName\"]\n\
             verdicts = [\"deny\"]\n{lines}\n"
        )
    };
    let manifest = puppet("denies", "settings = { deny = [\"no\", \"No\"] }")
        + &puppet("fails", "mode = \"monitor\"\nsettings = { crash = \"x\" }");
    let bundle = Bundle::with(&manifest);
    let metrics = |chosen: &str| {
        let mut lambda = start(&bundle, &[("ADMIT_METRICS", chosen)]);
        lambda.invoke(event("sign-up.json"));
        lambda.decision_line();
        let line = lambda.log_line();
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap().clone();
        directives
            .into_iter()
            .map(|directive| {
                let metric = &directive["Metrics"][0];
                let sets = directive["Dimensions"].as_array().unwrap().iter().map(|set| {
                    let names = set.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
                    format!("`{}`", names.collect::<Vec<_>>().join(", "))
                });
                let word = |value: &Value| value.as_str().unwrap().to_owned();
                let sets = sets.collect::<Vec<_>>().join("; ");
                (word(&metric["Name"]), (word(&metric["Unit"]), sets))
            })
            .collect::<BTreeMap<_, _>>()
    };
    let page = page();
    let section = section(&page, "## 7. Metrics");
    let rows = table(section, &["metric", "chosen by", "unit", "dimensions", "counts"]);
    let mut shown = BTreeMap::new();
    for row in &rows {
        let name = unquoted(&row[0]).to_owned();
        let what = (unquoted(&row[2]).to_owned(), row[3].clone());
        let one = BTreeMap::from([(name.clone(), what.clone())]);
        assert_eq!(metrics(unquoted(&row[1])), one, "{row:?}");
        shown.insert(name, what);
    }
    assert_eq!(metrics("all"), shown);
    assert_eq!(rows.len(), shown.len());
    let code = read("host/trigger/src/metrics.rs");
    let most = number(&code, "const MOST_CODES: usize = ");
    assert!(section.contains(&format!("Of each policy {most} are told apart")), "{most}");
    for (before, name) in
        [("const OTHER_CODE: &str = \"", "`other`"), ("const NAMESPACE: &str = \"", "`Admit`")]
    {
        let word = code.split(before).nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(format!("`{word}`"), name);
        assert!(section.contains(name), "{name}");
    }
}

#[test]
fn the_memory_is_what_the_code_reckons_with() {
    let page = page();
    let section = section(&page, "## 9. Choose memory and budget");
    let code = read("host/trigger/src/trigger.rs");
    let base = number(&code, "const BASE: Size = Size::from_mib(");
    let request = number(&code, "const REQUEST: Size = Size::from_mib(");
    let formula = format!("{base} MiB + concurrency × ({request} MiB + largest limits.memory)\n");
    assert_eq!(blocks(section, "text"), [formula]);
    let rows = table(section, &["requests at once", "largest `limits.memory`", "needs"]);
    let mut warned = 0;
    for row in &rows {
        let mib = |cell: &str| cell.strip_suffix(" MiB").unwrap().parse::<u64>().unwrap();
        let (concurrency, memory) = (row[0].parse::<u64>().unwrap(), mib(&row[1]));
        assert_eq!(mib(&row[2]), base + concurrency * (request + memory), "{row:?}");
        let needs = Size::from_mib(mib(&row[2]));
        // And that is what the function says, which here has 128 MiB.
        let bundle = Bundle::with(&format!(
            "[[policy]]\nid = \"p\"\ncomponent = \"puppet\"\nreads = []\nverdicts = []\n\
             limits = {{ memory = \"{memory}MiB\" }}\n"
        ));
        let mut lambda = Lambda::start_many(&bundle.path(), usize::try_from(concurrency).unwrap());
        lambda.invoke(event("sign-up.json"));
        let lines = lambda.end_log();
        let said = lines.iter().find(|line| line["type"] == "little-memory");
        let has = Size::from_mib(128);
        let expected = (needs > has).then(|| (json!(needs), json!(has)));
        assert_eq!(said.map(|line| (line["needs"].clone(), line["has"].clone())), expected);
        warned += usize::from(said.is_some());
    }
    assert!(warned > 0 && warned < rows.len(), "rows of both kinds");
    // The largest manifest, one request at a time, still fits the smallest function.
    let largest = Limits::CEILING.memory.bytes() >> 20;
    assert!(rows.iter().any(|row| row[0] == "1" && row[1] == format!("{largest} MiB")));
    assert!(base + request + largest <= 128);
}

#[test]
fn the_times_are_those_of_the_code() {
    let page = page();
    let section = section(&page, "## 9. Choose memory and budget");
    let default = in_words(&Manifest::DEFAULT_BUDGET.to_string());
    let most = in_words(&Manifest::BUDGET_CEILING.to_string());
    let reserve =
        number(&read("host/lambda/src/handler.rs"), "RESERVE: Duration = Duration::from_millis(");
    let budget = format!(
        "{default} if the manifest says nothing and {most} at most, or what Lambda has left less \
         {reserve} ms"
    );
    assert!(section.contains(&budget), "{budget}");
    let time = Limits::default().time;
    assert_eq!(time, Time::from_millis(100));
    let (mib, vcpu) = (128.0, 1769.0);
    let stretched = time.duration().as_secs_f64() * vcpu / mib;
    assert!(section.contains(&format!("100 ms × 1,769 / 128 = {stretched:.1} s")), "{stretched}");
    assert!(section.contains(&format!("128 MB are {:.0} % of one", mib / vcpu * 100.0)));
    let share = Manifest::DEFAULT_BUDGET.duration().as_secs_f64() / 2.0;
    let computed = share * 1e3 * mib / vcpu;
    let share = format!("has {share} s by the wall, which at 128 MB is 1,000 ms × 128 / 1,769");
    assert!(section.contains(&format!("{share} = {computed:.0} ms of computing")), "{computed}");
    let template = read("deploy/sam/template.yaml");
    let timeout = number(&template, "\n      Timeout: ");
    assert!(section.contains(&format!(
        "The templates set {timeout} s, which is right for a budget of up to {} s",
        timeout - 1
    )));
    let limits = self::section(&page, "## 10. Limits of Cognito");
    assert!(limits.contains(&format!("the `budget` is {most} at most")));
    let init = number(
        &read("host/trigger/src/trigger.rs"),
        "const INIT: Duration = Duration::from_millis(",
    );
    assert!(init == 500 && page.contains("they are tried out for half a second in all"), "{init}");
}

/// A number as the page writes it, with its thousands apart.
fn cell(text: &str) -> f64 {
    text.replace(',', "").parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

#[test]
fn the_sizes_and_the_sums_of_the_costs_are_right() {
    let page = page();
    let section = section(&page, "## 11. Costs");
    let bundle = Bundle::sample();
    let key = ("ADMIT_USER_NAME_KEY", KEY);
    let lines = |name: &str, variables: &[(&str, &str)]| {
        let mut lambda = start(&bundle, variables);
        lambda.invoke(event(name));
        let mut lines = vec![lambda.decision_line()];
        if variables.iter().any(|(name, _)| *name == "ADMIT_METRICS") {
            lines.push(lambda.log_line());
        }
        lines
    };
    // In Lambda the id of a request has 36 characters, and the line has an end.
    let size = |line: &Value| {
        let id = line["requestId"].as_str().unwrap().len();
        (line.to_string().len() - id + 36 + 1) as f64
    };
    let close = |shown: f64, found: f64| (shown - found).abs() <= 20.0;
    let rows = table(section, &["event", "bytes"]);
    assert!(rows.len() >= 3);
    let mut record = 0.0;
    for row in &rows {
        let found = size(&lines(unquoted(&row[0]), &[])[0]);
        assert!(close(cell(&row[1]), found), "{row:?}: {found}");
        if row[0] == "`sign-up.json`" {
            record = cell(&row[1]);
        }
    }
    let hash = lines("sign-up.json", &[key]).remove(0)["userNameHash"].to_string();
    let added = "\"userNameHash\":,".len() + hash.len();
    assert!(section.contains(&format!("`userNameHash` adds {added} bytes")), "{added}");
    let said = section.split_once("the line of metrics of the first has ").unwrap().1;
    let (first, rest) = said.split_once(" bytes, that of the second ").unwrap();
    let second = rest.split_once('.').unwrap().0;
    for (shown, name) in [(first, "sign-up.json"), (second, "sign-up-short-name.json")] {
        let found = size(&lines(name, &[("ADMIT_METRICS", "all")])[1]);
        assert!(close(cell(shown), found), "{name}: {found}");
    }

    // And the example reckons with what the tables say.
    let rows = table(section, &["billed", "amount", "list price in USD", "USD"]);
    assert_eq!(rows.len(), 5);
    for row in &rows {
        let product = cell(&row[1]) * cell(&row[2]);
        assert_eq!(format!("{product:.2}"), row[3], "{row:?}");
    }
    let amount = |beginning: &str| {
        let row = rows.iter().find(|row| row[0].starts_with(beginning));
        cell(&row.unwrap_or_else(|| panic!("no row {beginning}"))[1])
    };
    let logged = (record + cell(first)) * 1_000_000.0 / 1e9;
    assert!((amount("GB taken into the log") - logged).abs() < 0.0005, "{logged}");
    assert!((amount("GB-months") - logged).abs() < 0.0005);
    assert!((amount("GB-s") - 1_000_000.0 * 0.010 * 128.0 / 1024.0).abs() < 0.0005);
}

/// A page that leads nowhere is worse than none.
#[test]
fn every_link_leads_somewhere() {
    let page = page();
    let anchors = |text: &str| -> BTreeSet<String> {
        let headings = text.lines().filter(|line| line.starts_with('#'));
        headings
            .map(|line| {
                let line = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
                line.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
            })
            .collect()
    };
    let links: Vec<&str> =
        page.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    assert!(links.len() > 15, "{links:?}");
    for link in links {
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        let path = root().join("docs").join(file);
        assert!(path.exists(), "{link}");
        if !anchor.is_empty() {
            let text =
                if file.is_empty() { page.clone() } else { fs::read_to_string(path).unwrap() };
            assert!(anchors(&text).contains(anchor), "{link}: {:?}", anchors(&text));
        }
    }
}
