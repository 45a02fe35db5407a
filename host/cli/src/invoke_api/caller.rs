//! Who may invoke: a program on this machine, and no page in its browser.
//!
//! A browser lets any page send requests to this machine, and takes a name that its owner has
//! lead here for the page's own. It says in each request by which name it was sent (`Host`) and
//! by which page (`Origin`), which a page cannot choose.

use admit_core::printable;
use hyper::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use hyper::http::uri::Authority;
use std::net::{IpAddr, SocketAddr};

/// As much of a header as is shown.
const CHARACTERS: usize = 100;

/// Refuses a request that was not sent to this address by a name of this machine, or that a page
/// sent. The authority is that of the request's line, if it has one. An error says what would be
/// right.
pub(super) fn check(
    address: SocketAddr,
    authority: Option<&Authority>,
    headers: &HeaderMap,
) -> Result<(), String> {
    let port = address.port();
    let names = format!("{address} or localhost:{port}");
    let host = only(headers, &HOST)?.ok_or_else(|| {
        format!("the request has no Host header, by which it is known who sent it: name {names}")
    })?;
    let named = [Some(host), authority.map(Authority::as_str)];
    if let Some(other) = named.into_iter().flatten().find(|name| !is_here(name, address)) {
        let other = printable(other, CHARACTERS);
        return Err(format!("the Host `{other}` is not served here: send the request to {names}"));
    }
    match only(headers, &ORIGIN)? {
        None => Ok(()),
        Some(origin)
            if origin.strip_prefix("http://").is_some_and(|host| is_here(host, address)) =>
        {
            Ok(())
        }
        Some(origin) => {
            let origin = printable(origin, CHARACTERS);
            Err(format!(
                "the request was sent by a page of the Origin `{origin}`, and pages may not invoke \
                 the function: send it by a program, without that header"
            ))
        }
    }
}

/// The value of a header that is there once at most.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, String> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match (value.to_str(), values.next()) {
        (Ok(value), None) => Ok(Some(value)),
        _ => Err(format!("the header {name} is to be there once, as plain text")),
    }
}

/// Whether a host with a port is this one, by a name that nobody can have lead elsewhere.
fn is_here(host: &str, address: SocketAddr) -> bool {
    let port = address.port().to_string();
    let name = match host.rsplit_once(':') {
        Some((name, digits)) if digits == port => name,
        // What HTTP means where none is named.
        _ if port == "80" => host,
        _ => return false,
    };
    let ip = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || ip.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip == address.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_with(lines: &[(&'static str, &'static str)], authority: Option<&str>) -> Result<(), String> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        let authority = authority.map(|authority| authority.parse().unwrap());
        check(([127, 0, 0, 1], 3001).into(), authority.as_ref(), &headers)
    }

    #[test]
    fn a_host_is_a_name_of_this_machine_with_the_port() {
        for host in ["127.0.0.1:3001", "localhost:3001", "LocalHost:3001", "[::1]:3001", "127.1.2.3:3001"] {
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
            "0.0.0.0:3001",
            "192.168.1.2:3001",
            "[::2]:3001",
        ] {
            let message = check_with(&[("host", host)], None).unwrap_err();
            let expected = format!(
                "the Host `{host}` is not served here: send the request to 127.0.0.1:3001 or \
                 localhost:3001"
            );
            assert_eq!(message, expected);
        }
        let twice = [("host", "localhost:3001"), ("host", "evil.example:3001")];
        assert!(check_with(&twice, None).unwrap_err().contains("header host is to be there once"));
        assert!(check_with(&[], None).unwrap_err().contains("has no Host header"));
        let here = [("host", "localhost:3001")];
        assert_eq!(check_with(&here, Some("localhost:3001")), Ok(()));
        assert!(check_with(&here, Some("evil.example:3001")).is_err());
    }

    #[test]
    fn a_page_from_elsewhere_is_refused() {
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
            assert!(message.contains(&format!("of the Origin `{origin}`, and pages")), "{message}");
        }
    }
}
