//! The support library of the black-box tests: the real binaries, the guests, Lambda's APIs, and
//! third-party emulators.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on ends"
)]

mod binaries;
mod browser;
mod bundle;
mod compiled_code;
mod emulators;
mod executable;
mod golden;
mod guest_template;
mod guests;
mod hostile_run;
mod http;
mod invoke_api;
mod language_server;
mod lines;
mod load;
mod markdown;
mod once;
mod projects;
mod property;
mod runtime_api;
mod section;
mod served;
mod sign_ups;
mod skip;
mod temp_repo;
mod transcript;
mod unpack;

pub use binaries::{
    admit, bootstrap, cargo, native_handler, network_bootstrap, target_of_projects,
};
pub use browser::{Browser, Width};
pub use bundle::{Bundle, FunctionZip, sample_of_components};
pub use compiled_code::CompiledCode;
pub use emulators::{
    CognitoLocal, MiniStack, Moto, Packages, axe, invoke_by_sdk, node_packages, parse_html,
    python_packages,
};
pub use executable::executable;
pub use golden::{check_file, check_golden};
pub use guests::{changed_guest, component, hostile_guests};
pub use hostile_run::{Finding, HostileRun, memory};
pub use http::post;
pub use invoke_api::InvokeApi;
pub use language_server::LanguageServer;
pub use lines::Lines;
pub use load::{DriverError, Load, LoadRun, Run, driver, milliseconds};
pub use markdown::{Block, anchors, blocks, fenced, links, section, table};
pub use projects::{EVERYWHERE, Project};
pub use property::check_property;
pub use runtime_api::{Answer, Lambda};
pub use section::{leb128, section as wasm_section, with_section};
pub use served::{Response, Served};
pub use sign_ups::{PERSONAL, SignUp};
pub use skip::{is_there, skip};
pub use temp_repo::TempRepo;
pub use transcript::{is_as_shown, without_times};
pub use unpack::unpack;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// A file that is nowhere: who looks for it leaves a mark in what `strace` writes.
pub const MARK: &str = "/nowhere/mark";

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the root")
}

/// The text of a file in `tests/events`, without its last line end.
pub fn event(name: &str) -> String {
    let text = fs::read_to_string(root().join("tests/events").join(name)).expect("an event");
    text.trim_end().to_owned()
}

/// An event with as little in it as there can be, and these members, such as `"userName":"mary",`.
pub fn least_event(members: &str) -> String {
    let context = r#""callerContext":{},"request":{}"#;
    format!("{{{members}\"triggerSource\":\"PreSignUp_SignUp\",{context}}}")
}

/// The sample manifest.
pub fn sample_manifest() -> PathBuf {
    root().join("plugins/admit.toml")
}

/// The standard output of a command.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// The standard error of a command.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}
