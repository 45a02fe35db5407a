//! Does what its settings name, for tests of the host.

use admit_policy::{Error, Policy, SignUp, Verdict, log};
use serde::Deserialize;
use std::hint::black_box;
use std::time::SystemTime;

/// The policy: what is to happen.
#[derive(Debug)]
pub struct Mishaps {
    mishap: String,
}

/// The settings, as they stand in the manifest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    mishap: String,
}

impl Policy for Mishaps {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Error> {
        if settings.mishap == "settings-refused" {
            return Err("these settings are refused: ünïcödé ✓".into());
        }
        Ok(Self { mishap: settings.mishap })
    }

    fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
        match self.mishap.as_str() {
            "error" => return Err("could not decide: ünïcödé ✓".into()),
            #[expect(clippy::panic, reason = "it was told to")]
            "panic" => panic!("unforeseen"),
            "loop" => endlessly(|| {}),
            "recursion" => return Err(Error::new(deeper(0))),
            "memory" => {
                let mut held = Vec::new();
                endlessly(|| held.push(black_box(vec![1_u8; 1 << 20])));
            }
            "log" => {
                log::debug("at level debug");
                log::info("at level info");
                log::warn("at level warn");
                log::error("at level error");
            }
            "deny" => return Ok(Verdict::deny("mishap", "Zażółć gęślą jaźń 🎉")),
            "attributes" => return Ok(Verdict::deny("mishap", attributes(sign_up))),
            "clock" => {
                black_box(SystemTime::now());
            }
            "random" => return Err("there is no randomness".into()),
            _ => {}
        }
        Ok(Verdict::allow())
    }
}

admit_policy::export!(Mishaps);

fn endlessly(mut act: impl FnMut()) {
    while black_box(true) {
        act();
    }
}

/// Not in the last place, so that the compiler makes no loop of it.
fn deeper(depth: u64) -> u64 {
    if black_box(false) {
        return depth;
    }
    black_box(deeper(depth.wrapping_add(1))).wrapping_add(depth)
}

fn attributes(sign_up: &SignUp) -> String {
    let pairs: Vec<String> =
        sign_up.attributes().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join(", ")
}
