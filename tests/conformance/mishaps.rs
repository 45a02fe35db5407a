//! A mistake has the same effect in every language.

use super::{UNHURRIED, Written, side_by_side, written};
use crate::snapshots::{Twins, anew};
use admit_core::{
    Denial, Failure, FailureKind, Language, Limits, Member, PerMember, SignUp, Verdict,
};
use admit_engine::{Evaluation, Level};
use admit_tests::root;
use std::fs;
use std::time::Duration;

const ATTRIBUTES: [(&str, &str); 5] = [
    ("email", "mary@éxample.com"),
    ("😀", "\u{feff}שלום"),
    ("", ""),
    ("a=b", "c, d=e"),
    ("__proto__", "\u{85}\u{10ffff}"),
];

fn sign_up() -> SignUp<'static> {
    let attributes = ATTRIBUTES.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    SignUp {
        members: PerMember::default().with(Member::UserAttributes, attributes.collect()),
        ..SignUp::default()
    }
}

/// The outcome of a mishap in one language.
fn outcome(written: &Written, mishap: &str) -> Evaluation {
    let policy = [(written.language.name(), &written.compiled)];
    let policies = anew(&policy, &format!("mishap = {mishap:?}"), UNHURRIED);
    policies.decide(&sign_up(), Duration::from_secs(4)).evaluations.remove(0)
}

/// In each language.
fn check(mishap: &str, check: impl Fn(Language, &Evaluation)) {
    written("mishaps", |written| {
        for one in written {
            check(one.language, &outcome(one, mishap));
        }
    });
}

fn fails(mishap: &str, kind: FailureKind) {
    check(mishap, |language, evaluation| {
        let found = evaluation.answer.as_ref().map_err(Failure::kind);
        assert_eq!(found, Err(kind), "{mishap} in {language}: {:?}", evaluation.answer);
    });
}

fn says(mishap: &str, expected: &Failure) {
    check(mishap, |language, evaluation| {
        assert_eq!(evaluation.answer.as_ref(), Err(expected), "{mishap} in {language}");
    });
}

#[test]
fn an_error_keeps_its_words() {
    says("error", &Failure::Undecided("could not decide: ünïcödé ✓".to_owned()));
    let refused = "these settings are refused: ünïcödé ✓".to_owned();
    says("settings-refused", &Failure::SettingsRefused(refused));
}

/// Where the language has exceptions, the SDK names the uncaught one; else it is a trap.
#[test]
fn an_unexpected_error_is_a_failure() {
    check("panic", |language, evaluation| match (language, evaluation.answer.as_ref()) {
        (Language::Rust | Language::C, Err(Failure::Trap { .. })) => {}
        (Language::TypeScript | Language::JavaScript | Language::Python, Err(failure)) => {
            assert_eq!(failure.kind(), FailureKind::Undecided);
            assert!(failure.to_string().contains("unforeseen"), "{language}: {failure}");
        }
        (_, answer) => panic!("{language}: {answer:?}"),
    });
}

#[test]
fn an_endless_loop_ends_with_its_fuel() {
    fails("loop", FailureKind::Fuel);
}

/// Which limit ends it is the language's own affair.
#[test]
fn endless_recursion_and_growth_fail() {
    for mishap in ["recursion", "memory"] {
        check(mishap, |language, evaluation| {
            assert!(evaluation.answer.is_err(), "{mishap} in {language}: {evaluation:?}");
        });
    }
}

#[test]
fn clocks_and_random_numbers_fail() {
    for mishap in ["clock", "random"] {
        check(mishap, |language, evaluation| {
            assert!(evaluation.answer.is_err(), "{mishap} in {language}: {evaluation:?}");
        });
    }
}

/// The host shows them without unprintable characters.
#[test]
fn a_denial_keeps_its_words() {
    let attributes: Vec<String> =
        ATTRIBUTES.iter().map(|(name, value)| format!("{name}={value}")).collect();
    for (mishap, message) in
        [("deny", "Zażółć gęślą jaźń 🎉"), ("attributes", &attributes.join(", "))]
    {
        let most = Limits::default().message as usize;
        let expected = Verdict::Deny(Denial::new("mishap", message, most));
        check(mishap, |language, evaluation| {
            assert_eq!(evaluation.answer.as_ref(), Ok(&expected), "{mishap} in {language}");
        });
    }
}

/// The same whether they are configured for each sign-up or ahead.
#[test]
fn notes_have_their_levels() {
    written("mishaps", |written| {
        let policies = side_by_side(written);
        let twins = Twins::of_all(&policies, "mishap = \"log\"", UNHURRIED).unwrap();
        for evaluation in twins.evaluate("log", &sign_up()) {
            let notes = evaluation.notes.kept.iter();
            let notes: Vec<_> = notes.map(|note| (note.level, note.message.as_str())).collect();
            let expected = [
                (Level::Debug, "at level debug"),
                (Level::Info, "at level info"),
                (Level::Warn, "at level warn"),
                (Level::Error, "at level error"),
            ];
            assert_eq!(notes, expected, "{evaluation:?}");
            assert_eq!(evaluation.answer, Ok(Verdict::Allow(Default::default())));
        }
    });
}

/// The outcome of a mishap in Python, if Python is tested.
fn in_python(mishap: &str, check: impl Fn(&Evaluation)) {
    written("mishaps", |written| {
        for one in written.iter().filter(|one| one.language == Language::Python) {
            check(&outcome(one, mishap));
        }
    });
}

#[test]
fn what_python_prints_and_logs_becomes_notes() {
    in_python("print", |evaluation| {
        let notes = evaluation.notes.kept.iter();
        let notes: Vec<_> = notes.map(|note| (note.level, note.message.as_str())).collect();
        let expected = [
            (Level::Info, "printed 7"),
            (Level::Warn, "to standard error"),
            (Level::Error, "ERROR:root:logged"),
            (Level::Info, "without an end"),
        ];
        assert_eq!(notes, expected, "{evaluation:?}");
        assert_eq!(evaluation.answer, Ok(Verdict::Allow(Default::default())));
    });
}

#[test]
fn a_mistake_in_python_has_its_line() {
    let source = root().join("guest-sdk/python/examples/mishaps/src/policy.py");
    let source = fs::read_to_string(source).unwrap();
    let line_of = |text: &str| {
        1 + source.lines().position(|line| line.trim_start().starts_with(text)).unwrap()
    };
    for (mishap, error, line) in [
        (
            "clock-by-name",
            "RuntimeError: a policy has no clock: `datetime.datetime.now` was called",
            "log.info(getattr(",
        ),
        (
            "coroutine",
            "`evaluate` returned a coroutine, which nothing awaits: return `Allow` or `Deny`",
            "def evaluate(",
        ),
    ] {
        let expected = format!("{error} (policy.py, line {})", line_of(line));
        in_python(mishap, |evaluation| {
            let expected = Failure::Undecided(expected.clone());
            assert_eq!(evaluation.answer.as_ref(), Err(&expected));
        });
    }
}
