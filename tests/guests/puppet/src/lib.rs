//! A policy that says what its settings tell it to say.

use admit_policy::{Ballot, Error, Policy, SignUp, Verdict, Vote, log};
use serde::Deserialize;

/// A policy on strings.
pub struct Puppet(Settings);

/// What to say. Each setting is tried in this order.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Settings {
    /// Refuse the settings, with these words.
    refuse: Option<String>,
    /// Write everything that can be seen of the sign-up to the log.
    tell: Tell,
    /// Fail, with these words.
    fail: Option<String>,
    /// Tell the host who signs up where it is told something else.
    leak: Leak,
    /// Crash, with these words.
    crash: Option<String>,
    /// Compute for so many rounds.
    spin: u64,
    /// Deny, with a code as long as the user name.
    deny_at_length: bool,
    /// Deny: a code and a message.
    deny: Option<(String, String)>,
    confirm: Say,
    verify_email: Say,
    verify_phone: Say,
}

/// Whether to talk.
#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Tell {
    #[default]
    Nothing,
    All,
}

/// Where to put the user name.
#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Leak {
    #[default]
    Nowhere,
    Denial,
    Failure,
    Crash,
}

/// A vote.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Say {
    #[default]
    Abstain,
    Grant,
    Withhold,
}

impl From<Say> for Vote {
    fn from(say: Say) -> Vote {
        match say {
            Say::Abstain => Vote::Abstain,
            Say::Grant => Vote::Grant,
            Say::Withhold => Vote::Withhold,
        }
    }
}

impl Policy for Puppet {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Puppet, Error> {
        match settings.refuse {
            Some(words) => Err(Error::new(words)),
            None => Ok(Puppet(settings)),
        }
    }

    fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
        if self.0.tell == Tell::All {
            tell(sign_up);
        }
        let name = sign_up.user_name();
        match self.0.leak {
            Leak::Nowhere => {}
            Leak::Denial => return Ok(Verdict::deny(name, name)),
            Leak::Failure => return Err(Error::new(name)),
            #[expect(clippy::panic, reason = "it was told to")]
            Leak::Crash => panic!("{name}"),
        }
        if let Some(words) = &self.0.fail {
            return Err(Error::new(words));
        }
        #[expect(clippy::panic, reason = "it was told to")]
        if let Some(words) = &self.0.crash {
            panic!("{words}");
        }
        for round in 0..self.0.spin {
            std::hint::black_box(round);
        }
        if self.0.deny_at_length {
            return Ok(Verdict::deny("x".repeat(name.len()), "At length"));
        }
        if let Some((code, message)) = &self.0.deny {
            return Ok(Verdict::deny(code, message));
        }
        Ok(Verdict::Allow(Ballot {
            confirm: self.0.confirm.into(),
            verify_email: self.0.verify_email.into(),
            verify_phone: self.0.verify_phone.into(),
        }))
    }
}

admit_policy::export!(Puppet);

fn tell(sign_up: &SignUp) {
    log::info(format_args!("triggerSource={:?}", sign_up.trigger_source()));
    log::info(format_args!("userName={}", sign_up.user_name()));
    for (name, value) in sign_up.attributes() {
        log::info(format_args!("userAttributes.{name}={value}"));
    }
    for (name, value) in sign_up.validation_data_entries() {
        log::info(format_args!("validationData.{name}={value}"));
    }
    for (name, value) in sign_up.client_metadata_entries() {
        log::info(format_args!("clientMetadata.{name}={value}"));
    }
}
