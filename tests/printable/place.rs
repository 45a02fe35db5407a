//! A folder with an input of each kind, one of which a test replaces.

use super::canary::check;
use admit_tests::{admit, component, event, executable, stderr, with_section};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder with a valid input of each kind.
pub(super) struct Place(TempDir);

/// The metadata of the policy.
pub(super) const METADATA: &str = r#"{"name": "grants", "version": "1", "description": "d",
    "reads": ["userName"], "verdicts": ["confirm"], "denials": {"a-code": "a meaning"},
    "settings": {"type": "object", "required": ["a"], "additionalProperties": false,
        "properties": {"a": {"type": "string", "default": "x", "description": "d"}}}}"#;

impl Place {
    pub(super) fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        let bytes = fs::read(component("grants-everything")).unwrap();
        let bytes = with_section(&bytes, "admit:policy/metadata", METADATA.as_bytes());
        place.write("p.wasm", bytes);
        let manifest = manifest();
        place.write("admit.toml", toml::to_string(&manifest).unwrap());
        place.write("cases.toml", toml::to_string(&cases()).unwrap());
        place.write("event.json", event("sign-up.json"));
        place.write("bootstrap", executable());
        place
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = admit();
        command.current_dir(self.0.path()).args(args).stdin(Stdio::null());
        command
    }

    /// Runs these commands, whose arguments are separated by spaces.
    pub(super) fn check(&self, commands: &[&str]) {
        for typed in commands {
            let args: Vec<&str> = typed.split(' ').collect();
            check(&self.command(&args).output().unwrap(), typed);
        }
    }

    /// Runs three of these commands, different ones for successive numbers: all of them read the same
    /// file, and each prints it differently.
    pub(super) fn check_some(&self, number: usize, commands: &[&str]) {
        let some = (0..3).map(|next| commands[(3 * number + next) % commands.len()]);
        self.check(&some.collect::<Vec<_>>());
    }

    /// Writes the bundle and the package.
    pub(super) fn bundle(&self) {
        for place in [&["-o", "bundle"][..], &["--bootstrap", "bootstrap", "--zip", "f.zip"]] {
            let output = self.command(&["bundle"]).args(place).output().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
        }
    }

    pub(super) fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(name)).unwrap()).unwrap()
    }
}

pub(super) fn manifest() -> Value {
    json!({
        "budget": "4s",
        "record": "best-effort",
        "when-no-policy-applies": "deny",
        "policy": [{
            "id": "grants",
            "component": "p.wasm",
            "reads": ["userName", "userAttributes.email"],
            "verdicts": ["confirm"],
            "mode": "enforce",
            "on-failure": "deny",
            "log": "record",
            "applies-to": {
                "triggers": ["PreSignUp_SignUp"],
                "user-pools": ["us-east-1_Abc123Def"],
                "clients": ["6pq3h4vn0oehf1i0pe9lq5gb2f"],
            },
            "limits": { "memory": "8MiB" },
            "settings": { "a": "x" },
        }],
    })
}

pub(super) fn cases() -> Value {
    json!({
        "case": [
            {
                "name": "confirms",
                "event": { "userName": "mary", "userAttributes": { "email": "m@example.com" } },
                "confirm": true,
                "max-memory": "8MiB",
                "votes": { "grants": { "confirm": "grant" } },
            },
            { "name": "denies", "event": "event.json", "deny": "a-code", "message": "a message" },
        ],
    })
}
