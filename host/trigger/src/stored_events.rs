//! The selection of events that are logged in full, for `admit replay`.

use admit_core::Answer;
use sha2::{Digest, Sha256};

/// The events that the operator has chosen to store; by default none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum StoredEvents {
    /// No events.
    #[default]
    None,
    /// The events of denied sign-ups.
    Denied,
    /// The events of a percentage of sign-ups.
    Share(u8),
    /// All events.
    All,
}

impl StoredEvents {
    /// The valid values, for error messages.
    pub(crate) const EXPECTED: &str = "`none`, `all`, `denied` or a share such as `5%`";

    /// Parses a choice; returns `None` if it is invalid.
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

    /// Returns whether to store the event of a request with this answer.
    pub(crate) fn include(self, request_id: &str, answer: &Answer) -> bool {
        match self {
            StoredEvents::None => false,
            StoredEvents::All => true,
            StoredEvents::Denied => matches!(answer, Answer::Deny(_)),
            // The sample depends on the digest of the id that Lambda chose, so that a person
            // signing up cannot influence it.
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
    use admit_core::{Admission, Grounds, PolicyId, Refusal};

    fn denied() -> Answer {
        let policy = PolicyId::new("p").unwrap();
        Answer::Deny(Refusal {
            policy: Some(policy),
            grounds: Grounds::Denial,
            message: "No".to_owned(),
        })
    }

    #[test]
    fn a_choice_is_parsed_or_rejected() {
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
    fn the_chosen_events_are_included() {
        let admitted = Answer::Admit(Admission::default());
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
    fn a_share_has_about_its_size_and_is_deterministic() {
        let ids: Vec<String> = (0..10_000).map(|number| format!("request-{number}")).collect();
        let chosen = |percent: u8| {
            let share = StoredEvents::Share(percent);
            ids.iter().filter(|id| share.include(id, &denied())).collect::<Vec<_>>()
        };
        let five = chosen(5);
        assert!((400..600).contains(&five.len()), "{}", five.len());
        assert_eq!(five, chosen(5));
        let half = chosen(50);
        assert!(five.iter().all(|id| half.contains(id)), "a larger share includes a smaller one");
    }
}
