//! Which events are written to the log as a whole, so that `admit replay` can decide them anew.

use admit_core::Answer;
use sha2::{Digest, Sha256};

/// Whose events are stored: the operator's choice, and nobody's where nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum StoredEvents {
    /// Nobody's.
    #[default]
    None,
    /// Those of sign-ups that were denied.
    Denied,
    /// Those of so many sign-ups in a hundred.
    Share(u8),
    /// Everybody's.
    All,
}

impl StoredEvents {
    /// What can be chosen, for whoever chose something else.
    pub(crate) const EXPECTED: &str = "`none`, `all`, `denied` or a share such as `5%`";

    /// Reads a choice; none is one that makes no sense.
    pub(crate) fn new(choice: &str) -> Option<StoredEvents> {
        Some(match choice.trim() {
            "" | "none" => StoredEvents::None,
            "all" => StoredEvents::All,
            "denied" => StoredEvents::Denied,
            share => match share.strip_suffix('%')?.trim().parse().ok()? {
                percent @ 1..=100 => StoredEvents::Share(percent),
                _ => return None,
            },
        })
    }

    /// Whether the event of this request, which was answered so, is stored.
    pub(crate) fn include(self, request_id: &str, answer: &Answer) -> bool {
        match self {
            StoredEvents::None => false,
            StoredEvents::All => true,
            StoredEvents::Denied => matches!(answer, Answer::Deny(_)),
            // By the digest of what the platform chose: nobody who signs up can choose whether
            // they are part of the sample.
            StoredEvents::Share(percent) => {
                let digest = Sha256::digest(request_id.as_bytes());
                let number =
                    digest.iter().take(4).fold(0, |n: u32, byte| (n << 8) | u32::from(*byte));
                number % 100 < u32::from(percent)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use admit_core::{Flags, Grounds, PolicyId, Refusal};

    fn denied() -> Answer {
        let policy = PolicyId::new("p").unwrap();
        Answer::Deny(Refusal {
            policy: Some(policy),
            grounds: Grounds::Denial,
            message: "No".to_owned(),
        })
    }

    #[test]
    fn a_choice_is_read_or_refused() {
        for (choice, expected) in [
            ("", Some(StoredEvents::None)),
            ("none", Some(StoredEvents::None)),
            (" all ", Some(StoredEvents::All)),
            ("denied", Some(StoredEvents::Denied)),
            ("5%", Some(StoredEvents::Share(5))),
            ("100 %", Some(StoredEvents::Share(100))),
            ("0%", None),
            ("101%", None),
            ("5", None),
            ("%", None),
            ("ALL", None),
            ("everything", None),
        ] {
            assert_eq!(StoredEvents::new(choice), expected, "{choice}");
        }
    }

    #[test]
    fn what_is_chosen_is_included() {
        let admitted = Answer::Admit(Flags::default());
        for (choice, of_admitted, of_denied) in [
            (StoredEvents::None, false, false),
            (StoredEvents::Denied, false, true),
            (StoredEvents::Share(100), true, true),
            (StoredEvents::All, true, true),
        ] {
            assert_eq!(choice.include("id", &admitted), of_admitted, "{choice:?}");
            assert_eq!(choice.include("id", &denied()), of_denied, "{choice:?}");
        }
    }

    #[test]
    fn a_share_is_about_as_large_as_it_says_and_the_same_each_time() {
        let ids: Vec<String> = (0..10_000).map(|number| format!("request-{number}")).collect();
        let chosen = |percent: u8| {
            let share = StoredEvents::Share(percent);
            ids.iter().filter(|id| share.include(id, &denied())).collect::<Vec<_>>()
        };
        let five = chosen(5);
        assert!((400..600).contains(&five.len()), "{}", five.len());
        assert_eq!(five, chosen(5));
        let half = chosen(50);
        assert!(five.iter().all(|id| half.contains(id)), "a larger share holds a smaller one");
    }
}
