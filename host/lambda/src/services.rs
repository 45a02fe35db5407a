//! The services for look-ups and links, which only a bootstrap with a network client has.

use admit_trigger::Services;

/// The text by which `admit bundle` recognises a bootstrap with a network client.
#[cfg(feature = "network")]
const MARK: &str = "admit-network-client\n";

/// Creates the services from the environment of the function.
#[cfg(feature = "network")]
pub(crate) fn services() -> anyhow::Result<Box<dyn Services>> {
    // Otherwise the compiler would remove it.
    std::hint::black_box(MARK);
    Ok(Box::new(admit_services::UserPools::from_environment()?))
}

#[cfg(not(feature = "network"))]
pub(crate) fn services() -> anyhow::Result<Box<dyn Services>> {
    anyhow::bail!(
        "the manifest has look-ups or links, and this bootstrap has no network client: make the \
         package with `admit bundle`, which chooses the bootstrap"
    )
}
