//! The format of `cases.toml`.

use super::event::GivenEvent;
use super::expectation::{Budgets, Expectation, ExpectedAnswer};
use admit_build::source::Source;
use admit_core::{
    Admission, Denial, Facts, FailureKind, Flag, KeyPath, PerFlag, Places, PolicyId, Problem,
    Settings, Size, UserName, Votes, as_json, printable, read_toml,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// A sign-up and its expected result.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// The line on which the case begins, counted from 1.
    pub(crate) line: usize,
    /// The only policy of a manifest to evaluate, or `None` for all.
    pub(crate) policy: Option<PolicyId>,
    pub(crate) event: GivenEvent,
    /// The facts, by the names of the look-ups in the manifest; by role for a single policy.
    pub(crate) facts: Facts,
    /// The settings of the policy, if it is not one of a manifest.
    pub(crate) settings: Option<Settings>,
    pub(crate) expected: Expectation,
    pub(crate) budgets: Budgets,
}

/// The content of a `cases.toml`, before it is validated.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCases {
    #[serde(default)]
    case: Vec<RawCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawCase {
    name: String,
    policy: Option<PolicyId>,
    #[serde(default)]
    event: GivenEvent,
    #[serde(default)]
    facts: Facts,
    settings: Option<Map<String, Value>>,
    admit: Option<bool>,
    confirm: Option<bool>,
    verify_email: Option<bool>,
    verify_phone: Option<bool>,
    link: Option<String>,
    votes: Option<Votes>,
    deny: Option<String>,
    message: Option<String>,
    failure: Option<FailureKind>,
    by: Option<PolicyId>,
    max_fuel: Option<u64>,
    max_memory: Option<Size>,
}

impl RawCase {
    /// The expected value of each flag, if the case states it.
    fn flags(&self) -> PerFlag<Option<bool>> {
        PerFlag::from_fn(|flag| match flag {
            Flag::Confirm => self.confirm,
            Flag::VerifyEmail => self.verify_email,
            Flag::VerifyPhone => self.verify_phone,
        })
    }
}

impl Case {
    /// The maximum length of a name, in characters.
    const MAX_NAME_CHARACTERS: usize = 200;

    /// Parses the text of a `cases.toml`.
    pub(crate) fn read_all(source: &Source) -> anyhow::Result<Vec<Case>> {
        let raw: RawCases =
            read_toml(&source.file, &source.text).map_err(|error| source.located(error))?;
        if raw.case.is_empty() {
            let message = "no cases: expected a `[[case]]` with a name, an event and a result";
            anyhow::bail!("`{}`: {message}", source.file);
        }
        let places = Places::new(&source.text);
        let mut names = HashSet::new();
        let mut cases = Vec::new();
        for (index, raw) in raw.case.into_iter().enumerate() {
            let here = key(index);
            let line = places.at(&source.file, &source.text, &here, String::new()).line;
            if !names.insert(raw.name.clone()) {
                let message = format!("duplicate case name `{}`", raw.name);
                return Err(source.error(&here.key("name"), message));
            }
            let case = case(raw, line, &here);
            cases.push(case.map_err(|Problem { key, message }| source.error(&key, message))?);
        }
        Ok(cases)
    }
}

/// The key of a case in its file, counted from 0.
pub(crate) fn key(index: usize) -> KeyPath {
    KeyPath::default().key("case").index(index)
}

fn case(raw: RawCase, line: usize, here: &KeyPath) -> Result<Case, Problem> {
    let at = |name: &str| here.clone().key(name);
    if raw.name.is_empty() || printable(&raw.name, Case::MAX_NAME_CHARACTERS) != raw.name {
        let max = Case::MAX_NAME_CHARACTERS;
        let message = format!(
            "expected one printable line of at most {max} characters, without leading or trailing \
             spaces"
        );
        return Err(at("name").problem(message));
    }
    let expected = expectation(&raw, here)?;
    let settings = match raw.settings {
        None => None,
        Some(mut settings) => {
            for (name, value) in &mut settings {
                as_json(at("settings").key(name), value)?;
            }
            Some(Settings::from(settings))
        }
    };
    Ok(Case {
        name: raw.name,
        line,
        policy: raw.policy,
        event: raw.event,
        facts: raw.facts,
        settings,
        expected,
        budgets: Budgets { fuel: raw.max_fuel, memory: raw.max_memory },
    })
}

/// The expectation of a case, which must not contradict itself.
fn expectation(raw: &RawCase, here: &KeyPath) -> Result<Expectation, Problem> {
    let at = |name: &str| here.clone().key(name);
    let flags = raw.flags();
    if raw.admit == Some(false) {
        let message = "`admit` can only be `true`: to expect a denial, use `deny` with a code, or \
                       `failure` with a kind";
        return Err(at("admit").problem(message));
    }
    let flag = flags.iter().find(|(_, value)| value.is_some()).map(|(flag, _)| flag.to_string());
    let link = raw.link.as_ref().map(|_| "link");
    let admission = raw.admit.map(|_| "admit").or(flag.as_deref()).or(link);
    let votes = raw.votes.as_ref().map(|_| "votes");
    let denial = raw.deny.as_ref().map(|_| "deny");
    let failure = raw.failure.map(|_| "failure");
    let only_with = |name: &str, present: bool, other: Option<&str>, others: &str| match other {
        None if present => Err(at(name).problem(format!("`{name}` requires {others}"))),
        _ => Ok(()),
    };
    only_with("message", raw.message.is_some(), denial, "`deny`")?;
    let refusal = denial.or(failure);
    only_with("by", raw.by.is_some(), refusal, "`deny` or `failure`")?;
    let contradiction = match (denial, failure, admission.or(votes)) {
        (Some(_), Some(_), _) => Some(("failure", "deny")),
        (Some(_), None, Some(other)) => Some((other, "deny")),
        (None, Some(_), Some(other)) => Some((other, "failure")),
        _ => None,
    };
    if let Some((one, other)) = contradiction {
        return Err(at(one).problem(format!("`{one}` cannot be used with `{other}`")));
    }
    if let Some(code) = &raw.deny
        && Denial::new(code, "", 1).code() != code
    {
        return Err(at("deny").problem(format!(
            "not a denial code: expected at most {} letters, digits, `-`, `_` and `.`",
            Denial::MAX_CODE_CHARS
        )));
    }
    let by = raw.by.clone();
    let answer = match (&raw.deny, raw.failure, admission) {
        (Some(code), _, _) => {
            let (code, message) = (code.clone(), raw.message.clone());
            Some(ExpectedAnswer::Deny { code, message, by })
        }
        (None, Some(kind), _) => Some(ExpectedAnswer::Failure { kind, by }),
        (None, None, Some(_)) => {
            let flags = PerFlag::from_fn(|flag| flags[flag].unwrap_or(false));
            let link = raw.link.as_deref().map(UserName::new);
            Some(ExpectedAnswer::Admit(Admission { flags, link }))
        }
        (None, None, None) => None,
    };
    Expectation::new(answer, raw.votes).ok_or_else(|| {
        let message = "case has no expectation: add `admit = true`, a flag such as `confirm = \
                       true`, `votes`, `deny` with a code, or `failure` with a kind";
        here.clone().problem(message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Vec<Case>> {
        Case::read_all(&Source { file: "cases.toml".to_owned(), text: text.to_owned() })
    }

    /// Checks the error of a case with these lines, which begin at line 3.
    fn check_error(lines: &str, expected: &str) {
        let error = read(&format!("[[case]]\nname = \"a\"\n{lines}\n")).unwrap_err();
        assert_eq!(error.to_string(), expected, "{lines}");
    }

    fn expected(lines: &str) -> String {
        let cases = read(&format!("[[case]]\nname = \"a\"\n{lines}\n")).unwrap();
        cases[0].expected.to_string()
    }

    #[test]
    fn an_expectation_is_described_in_words() {
        for (lines, words) in [
            ("admit = true", "admitted, no flag set"),
            ("confirm = false", "admitted, no flag set"),
            ("confirm = true", "admitted: confirm"),
            (
                "admit = true\nverify-phone = true\nconfirm = true",
                "admitted: confirm, verify-phone",
            ),
            ("deny = \"x\"", "denied: x"),
            ("deny = \"x\"\nby = \"p\"\nmessage = \"No\"", "denied by p: x, \"No\""),
            ("failure = \"settings-refused\"", "failure: settings-refused"),
            ("failure = \"fuel\"\nby = \"p\"", "failure of p: fuel"),
            ("votes = {}", "votes: abstains"),
            (
                "votes = { confirm = \"grant\", verify-email = \"withhold\" }\nconfirm = true",
                "admitted: confirm; votes: grants confirm; withholds verify-email",
            ),
        ] {
            assert_eq!(expected(lines), words, "{lines}");
        }
    }

    #[test]
    fn contradictory_and_missing_expectations_are_errors() {
        let no_expectation = "cases.toml:1:1: `case[0]`: case has no expectation: add `admit = \
             true`, a flag such as `confirm = true`, `votes`, `deny` with a code, or `failure` with \
             a kind";
        check_error("", no_expectation);
        check_error("max-fuel = 3", no_expectation);
        for (lines, expected) in [
            (
                "deny = \"x\"\nconfirm = false",
                "4:11: `case[0].confirm`: `confirm` cannot be used with `deny`",
            ),
            (
                "deny = \"x\"\nfailure = \"fuel\"",
                "4:11: `case[0].failure`: `failure` cannot be used with `deny`",
            ),
            (
                "failure = \"fuel\"\nvotes = {}",
                "4:9: `case[0].votes`: `votes` cannot be used with `failure`",
            ),
            (
                "admit = false",
                "3:9: `case[0].admit`: `admit` can only be `true`: to expect a denial, use `deny` \
                 with a code, or `failure` with a kind",
            ),
            ("admit = true\nmessage = \"x\"", "4:11: `case[0].message`: `message` requires `deny`"),
            ("votes = {}\nby = \"x\"", "4:6: `case[0].by`: `by` requires `deny` or `failure`"),
            (
                "deny = \"a b\"",
                "3:8: `case[0].deny`: not a denial code: expected at most 64 letters, digits, `-`, \
                 `_` and `.`",
            ),
        ] {
            check_error(lines, &format!("cases.toml:{expected}"));
        }
    }

    #[test]
    fn an_error_points_at_a_misspelt_key_or_value() {
        for (lines, expected) in [
            (
                "failure = \"timeout\"",
                "3:11: `case[0].failure`: unknown variant `timeout`, expected one of `not-loaded`, \
                 `settings-refused`, `undecided`, `trap`, `deadline`, `budget`, `fuel`, `memory`, \
                 `resources`, `malformed`, `no-fact`, `unknown-user`, `host`",
            ),
            (
                "admit = true\nevent = { username = \"x\" }",
                "4:11: `case[0].event.username`: unknown field `username`, expected one of \
                 `triggerSource`, `userName`, `region`, `userPoolId`, `clientId`, \
                 `userAttributes`, `validationData`, `clientMetadata`",
            ),
            (
                "admit = true\nevent = 7",
                "4:9: `case[0].event`: invalid type: integer `7`, expected the name of a file or \
                 the members of an event",
            ),
            (
                "admit = true\nmax-memory = 64",
                "4:14: `case[0].max-memory`: invalid type: integer `64`, expected a size such as \
                 `64KiB` or `16MiB`",
            ),
            (
                "admit = true\nsettings = { a = [nan] }",
                "4:19: `case[0].settings.a[0]`: `nan` and `inf` cannot be represented \
                 in JSON",
            ),
            (
                "votes = { confirm = \"yes\" }",
                "3:21: `case[0].votes.confirm`: unknown variant `yes`, expected one of `abstain`, `grant`, `withhold`",
            ),
        ] {
            check_error(lines, &format!("cases.toml:{expected}"));
        }
    }

    #[test]
    fn names_are_unique_printable_lines() {
        let twice = "[[case]]\nname = \"a\"\nadmit = true\n".repeat(2);
        assert_eq!(
            read(&twice).unwrap_err().to_string(),
            "cases.toml:5:8: `case[1].name`: duplicate case name `a`"
        );
        let blank = "[[case]]\nname = \" \"\nadmit = true\n";
        assert_eq!(
            read(blank).unwrap_err().to_string(),
            "cases.toml:2:8: `case[0].name`: expected one printable line of at most 200 characters, \
             without leading or trailing spaces"
        );
        let none =
            "`cases.toml`: no cases: expected a `[[case]]` with a name, an event and a result";
        assert_eq!(read("").unwrap_err().to_string(), none);
    }

    #[test]
    fn a_case_has_its_line_and_its_budgets() {
        let text = "# Cases\n[[case]]\nname = \"a\"\nadmit = true\n\n[[case]]\nname = \"b\"\n\
                    confirm = true\nmax-fuel = 5_000\nmax-memory = \"1MiB\"\n";
        let cases = read(text).unwrap();
        assert_eq!([cases[0].line, cases[1].line], [2, 6]);
        let budgets = Budgets { fuel: Some(5_000), memory: Some(Size::from_mib(1)) };
        assert_eq!(cases[1].budgets, budgets);
    }
}
