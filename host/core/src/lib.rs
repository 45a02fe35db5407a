//! The decision logic: sign-ups, verdicts, manifests, and the merge of verdicts into a decision.
//!
//! The crate is pure: it does not read files, clocks or the network, and does not depend on
//! Cognito, Lambda or WebAssembly. [`decide`] merges the verdicts; a [`Manifest`] lists the
//! policies that take part and the terms on which each one does.

mod counterfactual;
mod decision;
mod directory;
mod fact;
mod fact_grant;
mod failure;
mod flag;
mod grants;
mod id;
mod identity;
mod key_path;
mod language;
mod limits;
mod link;
mod lookup;
mod manifest;
#[cfg(feature = "toml")]
mod manifest_file;
mod member;
mod merge;
mod metadata;
#[cfg(feature = "toml")]
mod metadata_file;
mod per_key;
mod permissions;
mod policy;
mod printable;
mod quantity;
mod reads;
mod record;
mod settings;
mod sign_up;
mod text_value;
#[cfg(feature = "toml")]
mod toml_file;
mod user_name;
mod verdict;

pub use counterfactual::{Change, Counterfactual, FlagChange, Missing, counterfactual};
pub use decision::{
    Admission, Alternative, Answer, Cleared, Counted, Decision, FlagRecord, Flags, Grounds,
    LinkVoteRecord, NO_POLICY_APPLIES_MESSAGE, Opinion, Outcome, PolicyRecord, Refusal, Uncounted,
    VoteRecord,
};
pub use directory::{Attribute, UserReads};
pub use fact::{Fact, Facts, Identity, LookupError, User};
pub use fact_grant::FactGrant;
pub use failure::{FAILURE_MESSAGE, Failure, FailureKind, Phase};
pub use flag::{Flag, PerFlag};
pub use grants::{Grant, GrantStatus, Grants};
pub use id::{InvalidId, LookupName, PolicyId, Role};
pub use identity::ExternalIdentity;
pub use key_path::{KeyPath, Problem};
pub use language::Language;
pub use limits::Limits;
pub use link::LINK_TRIGGER;
pub use lookup::{Directory, FactKind, Lookup, LookupRequest, Source};
pub use manifest::{Manifest, RawManifest};
pub use member::{Member, PerMember};
pub use merge::decide;
pub use metadata::{Metadata, RawMetadata};
pub use permissions::{Permission, Permissions};
pub use policy::{Log, Mode, OnFailure, Policy, Scope, Terms, WhenNoPolicyApplies};
pub use printable::{is_printable, printable, printable_lines};
pub use quantity::{InvalidQuantity, Size, Time, grouped};
pub use reads::{InvalidPath, Name, ReadPath, Reads};
pub use record::Record;
pub use settings::Settings;
pub use sign_up::{Entries, SignUp, SignUpData, View};
#[cfg(feature = "toml")]
pub use toml_file::{FileError, Places, as_json, read_toml};
pub use user_name::UserName;
pub use verdict::{Ballot, Denial, LinkVote, Verdict, Vote, Votes};
