//! Write a policy for `admit`: a small program that decides who may sign up to
//! an Amazon Cognito user pool.
//!
//! A policy is a type that implements [`Policy`]: it is made from its settings
//! and answers every [`SignUp`] with a [`Verdict`]. [`export!`] turns the type
//! into a WebAssembly component. It is tested like any other Rust code, with
//! plain `#[test]` functions on your own machine.
//!
//! ```
//! use admit_policy::{Error, Policy, SignUp, Verdict};
//! use serde::Deserialize;
//!
//! /// Denies user names that are on a list.
//! struct ReservedNames {
//!     names: Vec<String>,
//! }
//!
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     names: Vec<String>,
//! }
//!
//! impl Policy for ReservedNames {
//!     type Settings = Settings;
//!
//!     fn configure(settings: Settings) -> Result<Self, Error> {
//!         if settings.names.is_empty() {
//!             return Err("`names` is empty".into());
//!         }
//!         Ok(Self { names: settings.names })
//!     }
//!
//!     fn evaluate(&self, sign_up: &SignUp) -> Result<Verdict, Error> {
//!         if self.names.iter().any(|name| name == sign_up.user_name()) {
//!             return Ok(Verdict::deny(
//!                 "user-name-reserved",
//!                 "Please choose another user name",
//!             ));
//!         }
//!         Ok(Verdict::allow())
//!     }
//! }
//!
//! admit_policy::export!(ReservedNames);
//!
//! // In a project of your own, the lines below are a `#[test]` function.
//! let policy = ReservedNames::from_json(r#"{ "names": ["root", "admin"] }"#)?;
//!
//! let mary = SignUp::builder().user_name("mary").build();
//! assert_eq!(policy.evaluate(&mary)?, Verdict::allow());
//!
//! let root = SignUp::builder().user_name("root").build();
//! let verdict = policy.evaluate(&root)?;
//! assert_eq!(verdict.denial().unwrap().code, "user-name-reserved");
//! # Ok::<(), Error>(())
//! ```
//!
//! `admit new` makes the project of a policy, with a copy of this crate in it. By hand, it is a
//! library with this in its `Cargo.toml`; the path leads to this crate in a checkout of `admit`:
//!
//! ```toml
//! [dependencies]
//! admit-policy = { path = "../admit/guest-sdk/rust" }
//! serde = { version = "1.0", features = ["derive"] }
//! ```
//!
//! # Abilities of a policy
//!
//! It can compute, and it can leave a note through [`log`]. It has no clock, no
//! randomness, no files and no network: the standard library's functions for
//! them fail or panic. A panic is safe, but it is a failure: the host answers for
//! the policy as the manifest says.
//!
//! An instance lives for one sign-up, so no state is carried from one to the
//! next, and a policy never needs to clean up.
//!
//! # Features
//!
//! - `arena` (default): the global allocator of a policy is a bump allocator,
//!   which suits an instance that lives for one call. Without it, a policy has
//!   the standard library's allocator, or the one that it declares.
//! - `facts`: the trait [`PolicyWithFacts`], for policies that need to know more than the sign-up,
//!   such as the users of the pool. The component then speaks version 0.2.0 of the contract.
//! - `schema`: the module `schema`, for tests, which keeps the JSON Schema of a policy's settings
//!   in step with their type.

// The generated bindings name this crate as an author's crate does.
extern crate self as admit_policy;

// For this target only: on others a C library owns the memory that the arena would use.
#[cfg(all(feature = "arena", target_arch = "wasm32", target_os = "unknown"))]
mod arena;
#[doc(hidden)]
pub mod bindings;
#[cfg(any(test, all(feature = "arena", target_arch = "wasm32", target_os = "unknown")))]
mod bump;
mod error;
mod export;
#[cfg(feature = "facts")]
mod export_with_facts;
#[cfg(feature = "facts")]
mod facts;
mod instance;
#[cfg(feature = "facts")]
mod link;
pub mod log;
mod policy;
#[cfg(feature = "facts")]
mod policy_with_facts;
#[cfg(feature = "schema")]
pub mod schema;
mod sign_up;
#[cfg(feature = "facts")]
mod user;
mod verdict;

pub use error::Error;
#[doc(hidden)]
pub use export::assert_policy;
#[cfg(feature = "facts")]
#[doc(hidden)]
pub use export_with_facts::assert_policy_with_facts;
#[cfg(feature = "facts")]
pub use facts::{Facts, FactsBuilder, LookupError};
#[doc(hidden)]
pub use instance::Instance;
#[cfg(feature = "facts")]
pub use link::LinkVerdict;
pub use policy::{NoSettings, Policy};
#[cfg(feature = "facts")]
pub use policy_with_facts::PolicyWithFacts;
pub use sign_up::{SignUp, SignUpBuilder, TriggerSource, domain_of};
#[cfg(feature = "facts")]
pub use user::{Identity, User, UserBuilder};
pub use verdict::{Ballot, Denial, Verdict, Vote};
#[doc(hidden)]
pub use wit_bindgen;

// The example of the README must compile.
#[cfg(all(doctest, feature = "facts"))]
#[doc = include_str!("../README.md")]
struct Readme;
