//! Odd texts and sign-ups, as strategies of proptest.

use admit_core::{Member, PerMember, SignUp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::borrow::Cow;

/// Texts that languages are known to disagree on.
const ODD: [&str; 44] = [
    "",
    "",
    "@",
    "@",
    ".",
    ".",
    "a",
    "K",
    "Z9-_",
    "[`{^",
    "example",
    "EXAMPLE",
    ".com",
    "é",
    "É",
    "e\u{301}",
    "ß",
    "\u{130}",
    "\u{131}",
    "\u{17f}",
    "\u{212a}",
    "ｅＥ",
    "＠",
    "。",
    "😀",
    "👨‍👩‍👧",
    "\u{10ffff}",
    "\u{ffff}",
    "\u{fffd}",
    "שָׁלוֹם",
    "مرحبا",
    "\u{202e}",
    " ",
    "\t",
    "\r\n",
    "\u{85}",
    "\u{a0}",
    "\u{1c}",
    "\u{180e}",
    "\u{200b}",
    "\u{2028}",
    "\u{3000}",
    "\u{feff}",
    "\0",
];

/// Any character, one of each length in UTF-8 as often as another.
fn character() -> impl Strategy<Value = char> {
    let up_to = |last| proptest::char::range('\0', last);
    prop_oneof![up_to('\x7f'), up_to('\u{7ff}'), up_to('\u{ffff}'), up_to(char::MAX)]
}

/// A text of some parts, most of them odd; seldom a long one.
pub(super) fn text() -> impl Strategy<Value = String> + Clone {
    let part = prop_oneof![
        7 => select(&ODD[..]).prop_map(str::to_owned),
        1 => character().prop_map(String::from),
    ];
    let text = vec(part.boxed(), 0..6).prop_map(|parts| parts.concat());
    let times = prop_oneof![39 => Just(1), 1 => 1..=60_usize];
    (text.boxed(), times.boxed()).prop_map(|(text, times)| text.repeat(times)).boxed()
}

/// A text, some of whose letters of ASCII are in their other case.
pub(super) fn in_either_case(text: String) -> impl Strategy<Value = String> {
    let cases = vec(0..3, text.chars().count());
    let change = |(letter, case): (char, i32)| match case {
        0 => letter.to_ascii_uppercase(),
        1 => letter.to_ascii_lowercase(),
        _ => letter,
    };
    cases.prop_map(move |cases| text.chars().zip(cases).map(change).collect())
}

/// A text with something odd before it, after it, both or neither.
pub(super) fn about(content: String) -> impl Strategy<Value = String> {
    let nothing = || Just(String::new());
    let part = || select(&ODD[..]).prop_map(str::to_owned);
    let around = prop_oneof![
        (nothing(), nothing()),
        (text(), nothing()),
        (nothing(), text()),
        (part(), part()),
    ];
    around.prop_map(move |(before, after)| before + &content + &after)
}

/// The entries of a sign-up that a policy asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Entries {
    pub(super) user_attributes: Vec<(&'static str, String)>,
    pub(super) validation_data: Vec<(&'static str, String)>,
    pub(super) client_metadata: Vec<(&'static str, String)>,
}

type List = Vec<(Cow<'static, str>, Cow<'static, str>)>;

/// A sign-up with these entries and odd ones among them. No name comes twice.
pub(super) fn sign_up(
    entries: impl Strategy<Value = Entries>,
) -> impl Strategy<Value = SignUp<'static>> {
    let others = || vec((text(), text(), any::<Index>()), 0..3);
    let others = [others(), others(), others()];
    let texts = [text(), text(), text(), text()];
    (entries, others, texts).prop_map(|(entries, [first, second, third], texts)| {
        let [region, user_pool_id, client_id, user_name] = texts.map(Cow::Owned);
        SignUp {
            trigger_source: "PreSignUp_SignUp".into(),
            region,
            user_pool_id,
            client_id,
            user_name,
            members: PerMember::default()
                .with(Member::UserAttributes, mixed(entries.user_attributes, first))
                .with(Member::ValidationData, mixed(entries.validation_data, second))
                .with(Member::ClientMetadata, mixed(entries.client_metadata, third)),
        }
    })
}

fn mixed(known: Vec<(&'static str, String)>, others: Vec<(String, String, Index)>) -> List {
    let mut list: List =
        known.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    for (name, value, place) in others {
        if list.iter().all(|(other, _)| *other != name) {
            list.insert(place.index(list.len() + 1), (name.into(), value.into()));
        }
    }
    list
}
