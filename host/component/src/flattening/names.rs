//! The interfaces of the contract.

/// The interface that a policy exports, without its version.
pub(super) const POLICY: &str = "admit:policy/sign-up-policy@";

/// The one that it may import.
pub(super) const LOG: &str = "admit:policy/log@";
