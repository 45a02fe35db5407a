//! Other people's software that the function is tried with.

mod listening;
mod moto;
mod packages;
mod server;

pub use moto::Moto;
pub use packages::{Packages, node_packages, python_packages};

use crate::{root, stderr, stdout};
use serde_json::{Value, json};
use server::Server;
use std::fs;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// An emulator of Cognito that calls the function through Lambda's Invoke API, and the AWS
/// SDK for JavaScript.
pub struct CognitoLocal {
    packages: &'static Packages,
    server: Server,
    /// Keeps what it stores until the end.
    _folder: TempDir,
}

impl CognitoLocal {
    /// Starts it with the function at this URL as its pre sign-up trigger.
    pub fn start(packages: &'static Packages, function: &str) -> CognitoLocal {
        let folder = tempfile::tempdir().unwrap();
        let config = json!({
            "ServerConfig": { "hostname": "127.0.0.1", "port": 0 },
            "UserPoolDefaults": { "UsernameAttributes": [] },
            // It puts this name where Cognito puts the trigger's.
            "TriggerFunctions": { "PreSignUp": "PreSignUp" },
            // More than the function has, so that it is the function that is too late.
            "LambdaClient": {
                "endpoint": function,
                "maxRetries": 0,
                "httpOptions": { "timeout": 10_000 },
            },
        });
        fs::create_dir(folder.path().join(".cognito")).unwrap();
        fs::write(folder.path().join(".cognito/config.json"), config.to_string()).unwrap();
        let start = packages.folder().join("node_modules/cognito-local/lib/bin/start.js");
        let mut command = packages.command();
        command.arg(start).current_dir(folder.path());
        CognitoLocal { packages, server: Server::start(&command), _folder: folder }
    }

    /// Where it listens, as `/proc/net/tcp` writes it, and whether each is this machine alone.
    pub fn listens_on(&self) -> Vec<(String, bool)> {
        self.server.listens_on()
    }

    /// The SDK's result for each of these sign-ups, and the `user` afterwards, or null.
    pub fn sign_up(&self, sign_ups: &Value) -> Value {
        let told = json!({ "endpoint": self.server.url(), "signUps": sign_ups });
        let mut command = self.packages.command();
        command.arg(script("cognito-local.mjs")).arg(told.to_string());
        self.server.ask(command)
    }
}

/// An emulator of Cognito and Lambda that runs the function from its zip, and the AWS SDK
/// for Python.
pub struct MiniStack {
    packages: &'static Packages,
    server: Server,
    /// Keeps what it unpacks until the end.
    _folder: TempDir,
}

impl MiniStack {
    /// Starts it.
    pub fn start(packages: &'static Packages) -> MiniStack {
        let folder = tempfile::tempdir().unwrap();
        let mut command = packages.command();
        command
            .args(["-m", "ministack"])
            .current_dir(folder.path())
            .env("TMPDIR", folder.path())
            .env("BIND_HOST", "127.0.0.1")
            .env("MINISTACK_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", "0")
            // Its broker for devices would listen on every address of the machine.
            .env("IOT_MTLS_ENABLED", "0")
            // It would look for containers to clear away.
            .env("DOCKER_HOST", "unix:///nowhere");
        MiniStack { packages, server: Server::start(&command), _folder: folder }
    }

    /// Where it listens, as `/proc/net/tcp` writes it, and whether each is this machine alone.
    pub fn listens_on(&self) -> Vec<(String, bool)> {
        self.server.listens_on()
    }

    /// The URL of its API.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Sets up a user pool with these `users` and `providers`. Then `pool` has its id.
    pub fn set_up_pool(&self, pool: &Value) -> Value {
        set_up_pool(self.packages, &self.server, pool)
    }

    /// Deploys a zip as the trigger of a pool. Then `outcomes` has what becomes of each of
    /// these sign-ups and federated sign-ins, with the `user` afterwards, or null, and
    /// `records` what the function wrote to its log.
    pub fn deploy(&self, zip: &Path, sign_ups: &Value, sign_ins: &Value) -> Value {
        self.deploy_with(zip, json!({ "signUps": sign_ups, "signIns": sign_ins }))
    }

    /// Deploys a zip as the trigger of a pool that may have `users`, with environment `variables`,
    /// and does the same. Then `users` has all users of the pool.
    pub fn deploy_with(&self, zip: &Path, mut told: Value) -> Value {
        told["endpoint"] = self.server.url().into();
        told["zip"] = zip.to_str().into();
        let mut command = self.packages.command();
        command.arg(script("ministack.py")).arg(told.to_string());
        self.server.ask(command)
    }
}

/// Sets up a user pool in an emulator, as `tests/emulators/pool.py` says.
fn set_up_pool(packages: &'static Packages, server: &Server, pool: &Value) -> Value {
    let mut told = pool.clone();
    told["endpoint"] = server.url().into();
    let mut command = packages.command();
    command.arg(script("pool.py")).arg(told.to_string());
    server.ask(command)
}

/// The result of the AWS SDK for Python for invoking a function at this URL with an event.
pub fn invoke_by_sdk(packages: &'static Packages, url: &str, event: &str) -> Value {
    let told = json!({ "endpoint": url, "event": event });
    let mut command = packages.command();
    let output = command.arg(script("invoke.py")).arg(told.to_string()).output().unwrap();
    let printed = stdout(&output);
    serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{printed}{}", stderr(&output)))
}

/// The parts of a page, and every error in it, from a parser that follows the HTML standard.
pub fn parse_html(packages: &'static Packages, page: &str) -> Value {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(page.as_bytes()).and_then(|()| file.rewind()).unwrap();
    let mut command = packages.command();
    let output = command.arg(script("parse-html.mjs")).stdin(file).output().unwrap();
    let printed = stdout(&output);
    serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{printed}{}", stderr(&output)))
}

/// The checker of accessibility, as JavaScript.
pub fn axe(packages: &'static Packages) -> String {
    fs::read_to_string(packages.folder().join("node_modules/axe-core/axe.min.js")).unwrap()
}

fn script(name: &str) -> PathBuf {
    root().join("tests/emulators").join(name)
}
