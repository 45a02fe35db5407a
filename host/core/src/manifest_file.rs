//! Reads a manifest from TOML, and writes it.

use crate::key_path::KeyPath;
use crate::key_path::Problem;
use crate::manifest::{Manifest, RawManifest};
use crate::toml_file::{FileError, as_json, read_toml};

impl Manifest {
    /// Parses the text of an `admit.toml`. The file name is only used in errors.
    pub fn from_toml(file: &str, text: &str) -> Result<Manifest, FileError> {
        let mut raw: RawManifest = read_toml(file, text)?;
        settings_as_json(&mut raw)
            .and_then(|()| Manifest::try_from(raw))
            .map_err(|problem| FileError::new(file, text, problem))
    }
}

fn settings_as_json(raw: &mut RawManifest) -> Result<(), Problem> {
    for (index, policy) in raw.policy.iter_mut().enumerate() {
        let here = KeyPath::policy(index).key("settings");
        for (key, value) in &mut policy.settings {
            as_json(here.clone().key(key), value)?;
        }
    }
    Ok(())
}

impl Manifest {
    /// Writes the manifest with every default spelled out, so that it parses to the same manifest.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(&RawManifest::from(self.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Attribute;
    use crate::flag::Flag;
    use crate::id::LookupName;
    use crate::lookup::Source;
    use crate::permissions::Permission;
    use crate::policy::{Log, Mode, OnFailure};
    use crate::quantity::Time;
    use crate::record::Record;

    const MINIMAL: &str = r#"
[[policy]]
id = "a"
component = "a.wasm"
reads = []
verdicts = []
"#;

    fn check_error(text: &str, expected: &str) {
        let error = Manifest::from_toml("admit.toml", text).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    /// Checks the error of the minimal manifest with one more line, which is line 7.
    fn check_line(line: &str, expected: &str) {
        check_error(&format!("{MINIMAL}{line}\n"), expected);
    }

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let manifest = Manifest::from_toml("admit.toml", MINIMAL).unwrap();
        assert_eq!(manifest.budget, Time::from_millis(2_000));
        assert_eq!(manifest.record, Record::BestEffort);
        let policy = &manifest.policies[0];
        assert_eq!(policy.terms.mode, Mode::Enforce);
        assert_eq!(policy.terms.on_failure, OnFailure::Deny);
        assert_eq!(policy.log, Log::Record);
        assert_eq!(policy.settings.to_json(), "{}");
        let limits = serde_json::to_string(&policy.limits).unwrap();
        assert_eq!(
            limits,
            "{\"time\":\"100ms\",\"memory\":\"16MiB\",\"fuel\":50000000,\"host-call\":\"64KiB\",\
             \"memories\":10,\"tables\":50,\"table-elements\":20000,\"instances\":100,\
             \"handles\":64,\"log-lines\":64,\"log-bytes\":\"16KiB\",\"message\":256}"
        );
    }

    #[test]
    fn every_key_is_read() {
        let manifest = Manifest::from_toml(
            "admit.toml",
            r#"
budget = "1s"
record = "required"
[[policy]]
id = "corporate-domain"
component = "email-domain"
reads = ["userAttributes.email", "userAttributes.custom:domain"]
verdicts = ["confirm", "deny"]
mode = "monitor"
on-failure = "abstain"
applies-to = { triggers = ["PreSignUp_SignUp"], user-pools = ["p"], clients = ["c"] }
limits = { time = "50ms", memory = "8MiB", fuel = 1_000, host-call = "2KiB", log-lines = 0 }
log = "discard"
settings = { since = 2024-01-02, deep = [{ x = 1.5 }] }
"#,
        )
        .unwrap();
        assert_eq!(manifest.record, Record::Required);
        let policy = &manifest.policies[0];
        assert_eq!(policy.reads.iter().count(), 2);
        assert!(policy.terms.verdicts.permit(Permission::Deny));
        assert!(!policy.terms.verdicts.permit(Permission::Flag(Flag::VerifyEmail)));
        assert_eq!(policy.terms.mode, Mode::Monitor);
        assert_eq!(policy.terms.on_failure, OnFailure::Abstain);
        assert_eq!(policy.applies_to.clients, ["c"]);
        assert_eq!((policy.limits.fuel, policy.limits.log_lines), (1_000, 0));
        assert_eq!(policy.log, Log::Discard);
        assert_eq!(policy.settings.to_json(), r#"{"deep":[{"x":1.5}],"since":"2024-01-02"}"#);
    }

    const LOOKUPS: &str = r#"
[lookup.same-email]
directory = { by = "userAttributes.email" }
reads = ["status", "enabled", "email_verified", "identities"]
timeout = "300ms"
[lookup.now]
clock = true
[[policy]]
id = "a"
component = "a.wasm"
reads = []
facts = { user = "same-email", time = "now" }
verdicts = ["link"]
"#;

    #[test]
    fn look_ups_are_read_and_written() {
        let manifest = Manifest::from_toml("admit.toml", LOOKUPS).unwrap();
        let [now, same_email] = ["now", "same-email"].map(|name| {
            let name = LookupName::new(name).unwrap();
            manifest.lookups[&name].clone()
        });
        assert_eq!(now.source, Source::Clock);
        let Source::Directory(directory) = same_email.source else { panic!("{same_email:?}") };
        assert_eq!(directory.by, Attribute::Email);
        assert_eq!(directory.reads.attributes().collect::<Vec<_>>(), ["email_verified"]);
        assert_eq!(same_email.timeout, Time::from_millis(300));
        let written = manifest.to_toml().unwrap();
        assert_eq!(Manifest::from_toml("written", &written).unwrap(), manifest, "{written}");
        let json = serde_json::to_string(&RawManifest::from(manifest.clone())).unwrap();
        let raw: RawManifest = serde_json::from_str(&json).unwrap();
        assert_eq!(Manifest::try_from(raw).unwrap(), manifest);
    }

    #[test]
    fn an_error_in_a_look_up_points_at_its_line() {
        let check = |replaced: &str, by: &str, expected: &str| {
            check_error(&LOOKUPS.replacen(replaced, by, 1), expected);
        };
        check(
            "userAttributes.email",
            "userAttributes.custom:tenant",
            "admit.toml:3:20: `lookup.same-email.directory.by`: Cognito cannot search users by \
             `userAttributes.custom:tenant`, but by one of `userName`, `userAttributes.email`, \
             `userAttributes.phone_number`, `userAttributes.preferred_username`, \
             `userAttributes.name`, `userAttributes.given_name`, `userAttributes.family_name`",
        );
        check(
            "\"status\"",
            "\"userName\"",
            "admit.toml:4:10: `lookup.same-email.reads[0]`: a fact always has the user names: \
             leave it out",
        );
        check(
            "300ms",
            "4s",
            "admit.toml:5:11: `lookup.same-email.timeout`: must be at most 3s, got 4s",
        );
        check(
            "clock = true",
            "",
            "admit.toml:6:1: `lookup.now`: a look-up has exactly one source: `directory` or \
             `clock`",
        );
        check(
            "user = \"same-email\"",
            "user = \"other\"",
            "admit.toml:12:18: `policy[0].facts.user`: there is no look-up `other`: declare it, or \
             name one of `now`, `same-email`",
        );
        check(
            "user = \"same-email\", ",
            "",
            "admit.toml:13:13: `policy[0].verdicts[0]`: `link` requires a fact from a `directory` \
             look-up in `facts`: a policy can only link to a user that it sees",
        );
    }

    #[test]
    fn a_manifest_survives_a_round_trip_through_json() {
        for line in ["", "record = \"required\"", "budget = \"3s\""] {
            let manifest = Manifest::from_toml("admit.toml", &format!("{line}{MINIMAL}")).unwrap();
            let json = serde_json::to_string(&RawManifest::from(manifest.clone())).unwrap();
            let raw: RawManifest = serde_json::from_str(&json).unwrap();
            assert_eq!(Manifest::try_from(raw).unwrap(), manifest);
        }
    }

    #[test]
    fn a_written_manifest_is_read_as_the_same() {
        let policy = |id: &str, lines: &str| {
            format!(
                "[[policy]]\nid = \"{id}\"\ncomponent = \"{id}.wasm\"\nreads = []\nverdicts = []\n\
                 {lines}\n"
            )
        };
        let settings = "settings = { a = [1, { b = 1.5 }, \"\\\"'\\u0000ä\"], c = {}, \
                        d = -9223372036854775808, \"e.f\" = true, g = 1e300 }";
        let text = String::from(
            "budget = \"1s\"\nwhen-no-policy-applies = \"deny\"\nrecord = \"required\"\n",
        ) + &policy("p", settings)
            + &policy(
                "q",
                "applies-to = { clients = [\"a\", \"b\"] }\nlimits = { time = \"7ms\" }",
            )
            + &policy("r", "mode = \"monitor\"\non-failure = \"abstain\"\nlog = \"discard\"");
        for text in [text.as_str(), "", MINIMAL] {
            let manifest = Manifest::from_toml("admit.toml", text).unwrap();
            let written = manifest.to_toml().unwrap();
            assert_eq!(Manifest::from_toml("written", &written).unwrap(), manifest, "{written}");
        }
    }

    #[test]
    fn numbers_in_settings_survive_a_round_trip_through_json() {
        // Numbers that a parser without `float_roundtrip` rounds differently.
        let text = format!(
            "{MINIMAL}settings = {{ f = 1.7976931335246187e308, g = 95.95894721691124 }}\n"
        );
        let manifest = Manifest::from_toml("admit.toml", &text).unwrap();
        let json = serde_json::to_string(&RawManifest::from(manifest.clone())).unwrap();
        let raw: RawManifest = serde_json::from_str(&json).unwrap();
        assert_eq!(Manifest::try_from(raw).unwrap(), manifest);
    }

    #[test]
    fn settings_that_a_bundle_cannot_hold_are_rejected() {
        let deep = format!("settings.a = {}{}", "[".repeat(70), "]".repeat(70));
        check_line(&deep, "admit.toml:7:14: `policy[0].settings.a`: nests deeper than 64 levels");
        check_line(
            "settings = { \"$serde_json::private::RawValue\" = \"null\" }",
            "admit.toml:7:49: `policy[0].settings.$serde_json::private::RawValue`: reserved \
             name",
        );
    }

    #[test]
    fn an_error_names_file_line_and_key() {
        check_line(
            "mod = \"monitor\"",
            "admit.toml:7:1: `policy[0].mod`: unknown field `mod`, expected one of `id`, \
             `component`, `reads`, `facts`, `verdicts`, `mode`, `on-failure`, `applies-to`, `limits`, `log`, \
             `settings`",
        );
        check_line(
            "mode = \"enforced\"",
            "admit.toml:7:8: `policy[0].mode`: unknown variant `enforced`, expected `enforce` or \
             `monitor`",
        );
        check_line(
            "limits = { fuel = 0 }",
            "admit.toml:7:19: `policy[0].limits.fuel`: must be at least 1, got 0",
        );
        check_line(
            "limits = { log-bytes = \"1MiB\" }",
            "admit.toml:7:24: `policy[0].limits.log-bytes`: must be at most 256KiB, got 1MiB",
        );
        check_line(
            "limits = { handles = -1 }",
            "admit.toml:7:22: `policy[0].limits.handles`: must be at least 0, got -1",
        );
        check_line(
            "limits = { memory = \"1GiB\" }",
            "admit.toml:7:21: `policy[0].limits.memory`: must be at most 64MiB, got 1GiB",
        );
        check_line(
            "limits = { time = \"3s\" }",
            "admit.toml:7:19: `policy[0].limits.time`: must be at most `budget`, 2s, got 3s",
        );
        check_line(
            "limits = { time = 100 }",
            "admit.toml:7:19: `policy[0].limits.time`: invalid type: integer `100`, expected a \
             time such as `100ms` or `2s`",
        );
        check_line(
            "limits = { time = \"soon\" }",
            "admit.toml:7:19: `policy[0].limits.time`: `soon` is not a time such as `100ms` or `2s`",
        );
        check_line(
            "applies-to = { clients = [] }",
            "admit.toml:7:26: `policy[0].applies-to.clients`: an empty list matches nothing: \
             leave it out to match all",
        );
        check_line(
            "settings = { a = [nan] }",
            "admit.toml:7:19: `policy[0].settings.a[0]`: `nan` and `inf` cannot be \
             represented in JSON",
        );
        check_error(
            "record = \"always\"",
            "admit.toml:1:10: `record`: unknown variant `always`, expected `best-effort` or \
             `required`",
        );
        check_error("budget = \"5s\"", "admit.toml:1:10: `budget`: must be at most 4s, got 5s");
        check_error(
            "[[policy]]\nid = \"a\"\ncomponent = \"a.wasm\"\nverdicts = []\n",
            "admit.toml:1:1: `policy[0]`: missing field `reads`",
        );
        check_error(
            &format!("{MINIMAL}\n{MINIMAL}"),
            "admit.toml:10:6: `policy[1].id`: duplicate policy id `a`",
        );
        check_error(
            &MINIMAL.replace("reads = []", "reads = [\"userName\", \"email\"]"),
            "admit.toml:5:22: `policy[0].reads[1]`: unknown path `email`: a policy reads \
             `userName`, `userAttributes.<name>`, `validationData.<name>` or \
             `clientMetadata.<name>`, with `*` for every name",
        );
        check_error(
            &MINIMAL.replace("\"a\"", "\"a b\""),
            "admit.toml:3:6: `policy[0].id`: `a b` is not a policy id: use letters, digits, \
             `-`, `_` and `.`, at most 64 characters",
        );
    }

    #[test]
    fn every_limit_has_a_minimum_and_a_maximum() {
        let limits = [
            ("time", "\"0ms\"", "at least 1ms", "\"5s\"", "at most 4s"),
            ("memory", "\"63KiB\"", "at least 64KiB", "\"65MiB\"", "at most 64MiB"),
            ("fuel", "0", "at least 1", "10000000001", "at most 10000000000"),
            ("host-call", "\"1B\"", "at least 1KiB", "\"2MiB\"", "at most 1MiB"),
            ("memories", "0", "at least 1", "21", "at most 20"),
            ("tables", "-1", "at least 0", "101", "at most 100"),
            ("table-elements", "-1", "at least 0", "100001", "at most 100000"),
            ("instances", "0", "at least 1", "501", "at most 500"),
            ("handles", "-1", "at least 0", "5000000000", "at most 10000"),
            ("log-lines", "-1", "at least 0", "1001", "at most 1000"),
            ("message", "31", "at least 32", "1001", "at most 1000"),
        ];
        for (key, low, min, high, max) in limits {
            for (value, bound) in [(low, min), (high, max)] {
                let text = format!("{MINIMAL}limits.{key} = {value}\n");
                let error = Manifest::from_toml("admit.toml", &text).unwrap_err();
                assert_eq!(error.key, Some(format!("policy[0].limits.{key}")));
                let expected = format!("must be {bound}, got {}", value.replace('"', ""));
                assert_eq!(error.message, expected);
            }
        }
    }

    #[test]
    fn a_toml_syntax_error_names_the_line() {
        let error = Manifest::from_toml("admit.toml", "budget = \"2s\"\nid = = 3\n").unwrap_err();
        assert_eq!((error.line, error.key), (2, None));
    }
}
