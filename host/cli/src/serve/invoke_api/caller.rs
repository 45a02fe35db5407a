//! Accepts requests from programs on this machine, and rejects those from web pages.
//!
//! A web page can make a browser send requests to this machine, and its owner can make the name of
//! the page resolve to this machine (DNS rebinding). The browser adds to each request the name that
//! it was sent to (`Host`) and the page that sent it (`Origin`), which a page cannot change.

use admit_core::printable;
use hyper::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use hyper::http::uri::Authority;
use std::net::{IpAddr, SocketAddr};

/// The maximum length of a header in a message, in characters.
const MAX_CHARACTERS: usize = 100;

/// The host names that this server accepts.
pub(crate) struct Names {
    address: SocketAddr,
    /// The names from the option `--host`.
    others: Vec<String>,
}

/// Parses a name on the command line: a host, or a host with a port.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    match !host.is_empty() && host.chars().all(is_plain) && is_port {
        true => Ok(text.to_owned()),
        false => Err("expected a host, such as `host.docker.internal`, or `host:port`".to_owned()),
    }
}

impl Names {
    /// The names of this machine and other names, with the port of the address.
    pub(crate) fn new(address: SocketAddr, others: Vec<String>) -> Names {
        Names { address, others }
    }

    /// Rejects a request to another name, or from a web page. The authority is that of the request
    /// line, if there is one.
    pub(super) fn check(
        &self,
        authority: Option<&Authority>,
        headers: &HeaderMap,
    ) -> Result<(), String> {
        let (address, port) = (self.address, self.address.port());
        let fix = format!("send the request to {address} or localhost:{port}");
        let host = only(headers, &HOST)?
            .ok_or_else(|| format!("the request has no Host header: {fix}"))?;
        let named = [Some(host), authority.map(Authority::as_str)];
        if let Some(other) = named.into_iter().flatten().find(|name| !self.is_here(name)) {
            let other = printable(other, MAX_CHARACTERS);
            return Err(format!(
                "Host `{other}` is not allowed: {fix}, or start `admit serve` with `--host` and \
                 that name"
            ));
        }
        match only(headers, &ORIGIN)? {
            None => Ok(()),
            Some(origin)
                if origin.strip_prefix("http://").is_some_and(|name| self.is_here(name)) =>
            {
                Ok(())
            }
            Some(origin) => {
                let origin = printable(origin, MAX_CHARACTERS);
                Err(format!(
                    "Origin `{origin}` is not allowed: web pages may not invoke the function; send \
                     the request from a program, without that header"
                ))
            }
        }
    }

    /// Whether a host with a port is this server.
    fn is_here(&self, host: &str) -> bool {
        let is_whole = |other: &String| other.contains(':') && host.eq_ignore_ascii_case(other);
        if self.others.iter().any(is_whole) {
            return true;
        }
        let port = self.address.port().to_string();
        let name = match host.rsplit_once(':') {
            Some((name, digits)) if digits == port => name,
            // The default port of HTTP can be omitted.
            _ if port == "80" => host,
            _ => return false,
        };
        let ip = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        let is_own = |ip: IpAddr| ip.is_loopback() || ip == self.address.ip();
        name.eq_ignore_ascii_case("localhost")
            || ip.parse().is_ok_and(is_own)
            || self.others.iter().any(|other| name.eq_ignore_ascii_case(other))
    }
}

/// The value of a header that occurs at most once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, String> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match (value.to_str(), values.next()) {
        (Ok(value), None) => Ok(Some(value)),
        _ => Err(format!("header {name} must occur once, as ASCII text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_with(
        lines: &[(&'static str, &'static str)],
        authority: Option<&str>,
    ) -> Result<(), String> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        let authority = authority.map(|authority| authority.parse().unwrap());
        let others = ["host.docker.internal", "forwarded.example:8080"].map(str::to_owned).into();
        Names::new(([127, 0, 0, 1], 3001).into(), others).check(authority.as_ref(), &headers)
    }

    #[test]
    fn a_host_is_a_name_of_this_machine_with_the_port() {
        for host in [
            "127.0.0.1:3001",
            "localhost:3001",
            "LocalHost:3001",
            "[::1]:3001",
            "127.1.2.3:3001",
            "host.docker.internal:3001",
            "forwarded.example:8080",
        ] {
            assert_eq!(check_with(&[("host", host)], None), Ok(()), "{host}");
        }
        for host in [
            "",
            "localhost",
            "localhost:",
            "localhost:3002",
            "localhost:03001",
            "localhost:+3001",
            "evil.example:3001",
            "localhost.evil.example:3001",
            "evil@localhost:3001",
            "127.0.0.1.evil.example:3001",
            "evil.host.docker.internal:3001",
            "host.docker.internal",
            "forwarded.example:3001",
            "0.0.0.0:3001",
            "192.168.1.2:3001",
            "[::2]:3001",
        ] {
            let message = check_with(&[("host", host)], None).unwrap_err();
            let expected = format!(
                "Host `{host}` is not allowed: send the request to 127.0.0.1:3001 or \
                 localhost:3001, or start `admit serve` with `--host` and that name"
            );
            assert_eq!(message, expected);
        }
        let twice = [("host", "localhost:3001"), ("host", "evil.example:3001")];
        assert!(check_with(&twice, None).unwrap_err().contains("header host must occur once"));
        assert!(check_with(&[], None).unwrap_err().contains("has no Host header"));
        let here = [("host", "localhost:3001")];
        assert_eq!(check_with(&here, Some("localhost:3001")), Ok(()));
        assert!(check_with(&here, Some("evil.example:3001")).is_err());
    }

    #[test]
    fn invalid_hosts_are_rejected() {
        for text in ["host", "host.docker.internal", "127.0.0.1:8080", "[::1]:8080"] {
            assert_eq!(name(text), Ok(text.to_owned()));
        }
        for text in ["", "*", "http://x", "a b", "é.example", "x:", "x:99999", "x:y"] {
            assert!(name(text).is_err(), "{text}");
        }
    }

    #[test]
    fn web_pages_from_elsewhere_are_rejected() {
        let check = |origin| check_with(&[("host", "localhost:3001"), ("origin", origin)], None);
        assert_eq!(check("http://localhost:3001"), Ok(()));
        assert_eq!(check("http://127.0.0.1:3001"), Ok(()));
        for origin in [
            "null",
            "http://evil.example",
            "https://localhost:3001",
            "http://localhost:5173",
            "http://localhost",
        ] {
            let message = check(origin).unwrap_err();
            assert!(message.contains(&format!("Origin `{origin}` is not allowed")), "{message}");
        }
    }
}
