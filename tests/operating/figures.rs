//! The numbers of the page.

use super::page::*;
use admit_core::{Limits, Manifest, Size, Time};
use admit_tests::{Bundle, Lambda, event};
use serde_json::{Value, json};

#[test]
fn the_memory_is_what_the_code_assumes() {
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
    // How many compiled files fit the smallest function, one request at a time, and what fits all.
    let largest = Limits::MAX.memory.bytes() >> 20;
    assert!(rows.iter().any(|row| row[0] == "1" && row[1] == format!("{largest} MiB")));
    let (kept, engine) =
        (number(&code, "const KEPT: Size = Size::from_mib("), read("host/engine/src/config.rs"));
    let (each, files) =
        (number(&engine, "const KEPT: usize = "), number(&engine, "const WARM: u32 = "));
    let fit = |memory: u64| ((128 - base - request - memory + kept) << 10) / each;
    let default = Limits::default().memory.bytes() >> 20;
    assert!(section.contains(&format!(
        "for up to {} compiled files, or up to {} where a",
        fit(default),
        fit(largest)
    )));
    let all = base + request + largest + ((files * each) >> 10) - kept;
    assert!(section.contains(&format!("{all} MB is enough for every manifest")), "{all}");
    assert!(section.contains(&format!("add {} MiB for each", each as f64 / 1024.0)), "{each}");
    assert!(section.contains(&format!("of {files} files at most")), "{files}");
}

#[test]
fn the_times_are_those_of_the_code() {
    let page = page();
    let section = section(&page, "## 9. Choose memory and budget");
    let default = in_words(&Manifest::DEFAULT_BUDGET.to_string());
    let most = in_words(&Manifest::MAX_BUDGET.to_string());
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
    let share =
        format!("has {share} s of wall-clock time, which at 128 MB is 1,000 ms × 128 / 1,769");
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
        "const SETTINGS_CHECK: Duration = Duration::from_millis(",
    );
    let code = read("host/trigger/src/write_timeout.rs");
    let timeout = number(&code, "const WHOLE: Duration = Duration::from_millis(");
    assert!(page.contains(&format!("all together, for {timeout} ms at most")), "{timeout}");
    assert!(timeout < reserve, "the answer is sent in time");
    assert!(
        init == 500 && page.contains("settings are tried out for at most half a second in total"),
        "{init}"
    );
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
