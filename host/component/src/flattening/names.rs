//! The names of the contract's interfaces.

/// The interface that a policy exports, without its version.
pub(super) const POLICY: &str = "admit:policy/sign-up-policy@";

/// The interface that a policy may import, without its version.
pub(super) const LOG: &str = "admit:policy/log@";
