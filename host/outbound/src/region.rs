//! An AWS region.

use std::fmt;
use thiserror::Error;

/// The name of an AWS region, such as `eu-west-1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(String);

/// A text that is not the name of a region.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` is not the name of an AWS region: it has letters, digits and hyphens, as `eu-west-1` has"
)]
pub struct RegionError(String);

impl Region {
    /// Checks the form of a name. It becomes part of a host name, so it must not hold a dot or a slash.
    pub fn new(name: &str) -> Result<Region, RegionError> {
        let is_valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let has_edge = |c: char| c == '-';
        if name.is_empty()
            || name.len() > 40
            || !name.chars().all(is_valid)
            || name.starts_with(has_edge)
            || name.ends_with(has_edge)
        {
            return Err(RegionError(name.escape_default().take(60).collect()));
        }
        Ok(Region(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domain of the services in the region.
    pub(crate) fn domain(&self) -> &'static str {
        if self.0.starts_with("cn-") {
            "amazonaws.com.cn"
        } else if self.0.starts_with("eusc-") {
            // The European Sovereign Cloud.
            "amazonaws.eu"
        } else {
            "amazonaws.com"
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_a_label_of_a_host_name() {
        for name in ["us-east-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"] {
            assert_eq!(Region::new(name).unwrap().as_str(), name);
        }
        for name in
            ["", "us.east", "us-east-1/", "evil.example#", "US-EAST-1", "-us", "us-", "us east"]
        {
            assert!(Region::new(name).is_err(), "{name}");
        }
    }
}
