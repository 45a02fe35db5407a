//! Odd texts and sign-ups.

use admit_core::{Member, PerMember, SignUp};
use std::borrow::Cow;

/// What is odd, but the same in each run.
pub(super) struct Chance(u64);

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

impl Chance {
    /// Another one for each seed.
    pub(super) fn new(seed: &str) -> Chance {
        Chance(seed.bytes().fold(0x2545_f491_4f6c_dd1d, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        }))
    }

    /// A number below this.
    pub(super) fn below(&mut self, most: usize) -> usize {
        // A linear congruential generator; its upper bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from((self.0 >> 33) % most as u64).unwrap()
    }

    /// One of these.
    pub(super) fn of<'a, T: ?Sized>(&mut self, these: &[&'a T]) -> &'a T {
        these[self.below(these.len())]
    }

    /// Any character at all.
    fn character(&mut self) -> char {
        let below = [0x80, 0x800, 0x1_0000, 0x11_0000][self.below(4)];
        let point = u32::try_from(self.below(below)).unwrap();
        char::from_u32(point).unwrap_or('\u{fffd}')
    }

    /// A text of some parts, most of them odd; seldom a long one.
    pub(super) fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.below(6) {
            match self.below(8) {
                0 => text.push(self.character()),
                _ => text.push_str(self.of(&ODD)),
            }
        }
        if self.below(40) == 0 {
            text = text.repeat(1 + self.below(60));
        }
        text
    }

    /// Some of the letters of ASCII in their other case.
    pub(super) fn in_either_case(&mut self, text: &str) -> String {
        let change = |letter: char| match self.below(3) {
            0 => letter.to_ascii_uppercase(),
            1 => letter.to_ascii_lowercase(),
            _ => letter,
        };
        text.chars().map(change).collect()
    }

    /// A text with something odd in front, behind, both or neither.
    pub(super) fn about(&mut self, text: &str) -> String {
        let (before, behind) = match self.below(4) {
            0 => (self.text(), String::new()),
            1 => (String::new(), self.text()),
            2 => (self.of(&ODD).to_owned(), self.of(&ODD).to_owned()),
            _ => Default::default(),
        };
        before + text + &behind
    }

    /// A sign-up with these entries and odd ones among them. No name comes twice.
    pub(super) fn sign_up(&mut self, entries: Entries) -> SignUp<'static> {
        let Entries { user_attributes, validation_data, client_metadata } = entries;
        let mut list = |known: Vec<(&'static str, String)>| {
            let mut list: Vec<(Cow<'static, str>, Cow<'static, str>)> =
                known.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
            for _ in 0..self.below(3) {
                let (name, value) = (self.text(), self.text());
                let place = self.below(list.len() + 1);
                if list.iter().all(|(other, _)| *other != name) {
                    list.insert(place, (name.into(), value.into()));
                }
            }
            list
        };
        let lists = [user_attributes, validation_data, client_metadata].map(&mut list);
        let [user_attributes, validation_data, client_metadata] = lists;
        SignUp {
            trigger_source: "PreSignUp_SignUp".into(),
            region: self.text().into(),
            user_pool_id: self.text().into(),
            client_id: self.text().into(),
            user_name: self.text().into(),
            members: PerMember::default()
                .with(Member::UserAttributes, user_attributes)
                .with(Member::ValidationData, validation_data)
                .with(Member::ClientMetadata, client_metadata),
        }
    }
}

/// What of a sign-up a policy asks for.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) user_attributes: Vec<(&'static str, String)>,
    pub(super) validation_data: Vec<(&'static str, String)>,
    pub(super) client_metadata: Vec<(&'static str, String)>,
}
