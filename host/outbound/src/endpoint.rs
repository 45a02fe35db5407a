//! Where Cognito is.

use crate::region::Region;
use hyper::http::Uri;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use thiserror::Error;

/// The address of Cognito's API for user pools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    is_tls: bool,
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
    /// The `Host` header.
    authority: String,
    path: String,
}

/// A URL that cannot be the endpoint.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "{source_of_url}: {problem}; the endpoint is a URL such as `https://cognito-idp.eu-west-1.amazonaws.com`"
)]
pub struct EndpointError {
    source_of_url: &'static str,
    problem: &'static str,
}

/// The variables that the AWS SDKs read, the first one that is set.
const VARIABLES: [&str; 2] = ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "AWS_ENDPOINT_URL"];

impl Endpoint {
    /// The public endpoint of a region.
    pub fn of_region(region: &Region) -> Endpoint {
        let host = format!("cognito-idp.{region}.{}", region.domain());
        Endpoint { is_tls: true, authority: host.clone(), host, port: 443, path: "/".to_owned() }
    }

    /// The URL in `AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER` or `AWS_ENDPOINT_URL`, or else the
    /// public endpoint of a region.
    pub fn from_environment(region: &Region) -> Result<Endpoint, EndpointError> {
        Endpoint::from_variables(region, |name| std::env::var(name).ok())
    }

    /// The endpoint at a URL: `https`, or `http` for an address of this machine alone.
    pub fn at(url: &str) -> Result<Endpoint, EndpointError> {
        Endpoint::parse(url).map_err(|problem| EndpointError { source_of_url: "the URL", problem })
    }

    fn from_variables(
        region: &Region,
        value: impl Fn(&str) -> Option<String>,
    ) -> Result<Endpoint, EndpointError> {
        for source_of_url in VARIABLES {
            if let Some(url) = value(source_of_url).filter(|url| !url.is_empty()) {
                return Endpoint::parse(&url)
                    .map_err(|problem| EndpointError { source_of_url, problem });
            }
        }
        Ok(Endpoint::of_region(region))
    }

    fn parse(url: &str) -> Result<Endpoint, &'static str> {
        let uri: Uri = url.parse().map_err(|_| "not a URL")?;
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("neither `https` nor `http`"),
        };
        let authority = uri.authority().ok_or("no host")?;
        if authority.as_str().contains('@') {
            return Err("a URL with a user name");
        }
        if uri.query().is_some() {
            return Err("a URL with a query");
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err("no host");
        }
        if !is_tls && !is_loopback(&host) {
            // Answers decide who is admitted, and requests have personal data in them.
            return Err("`http` for another machine, where only `https` is safe");
        }
        let default_port = if is_tls { 443 } else { 80 };
        let port = match authority.as_str().strip_prefix(authority.host()) {
            None | Some("") => default_port,
            Some(port) => {
                port.trim_start_matches(':').parse().map_err(|_| "a port that is not a number")?
            }
        };
        let name = authority.host();
        let authority =
            if port == default_port { name.to_owned() } else { format!("{name}:{port}") };
        let path = format!("{}/", uri.path().trim_end_matches('/'));
        Ok(Endpoint { is_tls, host, port, authority, path })
    }

    /// The addresses that need no look-up of the name: none for most names.
    pub(crate) fn fixed_addresses(&self) -> Vec<IpAddr> {
        match self.host.parse() {
            Ok(address) => vec![address],
            // Not by a look-up: the name must not lead to another machine.
            Err(_) if self.host == "localhost" => {
                vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
            }
            Err(_) => Vec::new(),
        }
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.is_tls
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The whole URL.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority, self.path)
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_has_a_public_endpoint() {
        for (region, url) in [
            ("eu-west-1", "https://cognito-idp.eu-west-1.amazonaws.com/"),
            ("us-gov-west-1", "https://cognito-idp.us-gov-west-1.amazonaws.com/"),
            ("cn-north-1", "https://cognito-idp.cn-north-1.amazonaws.com.cn/"),
            ("eusc-de-east-1", "https://cognito-idp.eusc-de-east-1.amazonaws.eu/"),
        ] {
            assert_eq!(Endpoint::of_region(&Region::new(region).unwrap()).url(), url);
        }
    }

    #[test]
    fn a_url_is_an_endpoint() {
        for (url, whole) in [
            ("https://vpce-1.cognito-idp.example", "https://vpce-1.cognito-idp.example/"),
            ("https://example.com:443/", "https://example.com/"),
            ("https://example.com:8443/a/", "https://example.com:8443/a/"),
            ("http://127.0.0.1:4566", "http://127.0.0.1:4566/"),
            ("http://127.8.9.10", "http://127.8.9.10/"),
            ("http://localhost:4566", "http://localhost:4566/"),
            ("http://[::1]:4566/", "http://[::1]:4566/"),
        ] {
            assert_eq!(Endpoint::at(url).unwrap().url(), whole, "{url}");
        }
        assert_eq!(Endpoint::at("http://[::1]:4566/").unwrap().host(), "::1");
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for url in [
            "http://cognito-idp.eu-west-1.amazonaws.com",
            "http://169.254.169.254",
            "http://10.0.0.1",
            "http://[fe80::1]",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://0.0.0.0:4566",
            "http://127.0.0.1@example.com",
        ] {
            assert!(Endpoint::at(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_invalid_url_is_an_error() {
        for url in [
            "",
            "example.com",
            "ftp://example.com",
            "https://",
            "https://a/?b",
            "https://a:b",
            "https://a:70000",
        ] {
            assert!(Endpoint::at(url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_variable_of_the_service_goes_first() {
        let region = Region::new("eu-west-1").unwrap();
        let from = |variables: &[(&str, &str)]| {
            Endpoint::from_variables(&region, |name| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let all = ("AWS_ENDPOINT_URL", "https://all.example");
        let one = ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "https://one.example");
        assert_eq!(from(&[]).unwrap(), Endpoint::of_region(&region));
        assert_eq!(from(&[all]).unwrap().host(), "all.example");
        assert_eq!(from(&[all, one]).unwrap().host(), "one.example");
        let empty = ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "");
        assert_eq!(from(&[all, empty]).unwrap().host(), "all.example");
        let error = from(&[("AWS_ENDPOINT_URL", "http://example.com")]).unwrap_err().to_string();
        assert!(error.starts_with("AWS_ENDPOINT_URL: `http` for another machine"), "{error}");
    }
}
