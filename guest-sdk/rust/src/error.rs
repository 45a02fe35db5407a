//! Why a policy gave no answer.

use std::fmt::{self, Display};

/// Why a policy could not be configured or could not decide.
///
/// It is a text for the author of the manifest or of the policy. A person who signs
/// up never sees it.
///
/// `?` makes one from a string and from the common errors of the standard
/// library. For any other error use `.map_err(Error::new)`.
///
/// ```
/// use admit_policy::Error;
///
/// fn year(text: &str) -> Result<u16, Error> {
///     let year = text.parse()?;
///     if year < 1900 {
///         return Err(format!("`{text}` is too long ago").into());
///     }
///     Ok(year)
/// }
///
/// assert_eq!(year("1999"), Ok(1999));
/// assert_eq!(year("1066"), Err(Error::new("`1066` is too long ago")));
/// assert!(year("MCMXCIX").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    message: String,
}

impl Error {
    /// Makes an error of a text, or of anything else that can be displayed.
    pub fn new(message: impl Display) -> Self {
        Self { message: message.to_string() }
    }
}

impl Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<String> for Error {
    fn from(message: String) -> Self {
        Self { message }
    }
}

impl From<Error> for String {
    fn from(error: Error) -> Self {
        error.message
    }
}

// One by one: an `impl From<E> for Error where E: std::error::Error` would rule
// out `&str` and `String`.
macro_rules! from_display {
    ($($source:ty),+ $(,)?) => {
        $(impl From<$source> for Error {
            fn from(source: $source) -> Self {
                Self::new(source)
            }
        })+
    };
}

from_display!(
    &str,
    Box<dyn std::error::Error>,
    Box<dyn std::error::Error + Send + Sync>,
    fmt::Error,
    serde_json::Error,
    std::char::ParseCharError,
    std::convert::Infallible,
    std::net::AddrParseError,
    std::num::ParseFloatError,
    std::num::ParseIntError,
    std::num::TryFromIntError,
    std::str::ParseBoolError,
    std::str::Utf8Error,
    std::string::FromUtf8Error,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_its_text() {
        assert_eq!(Error::new("no luck").to_string(), "no luck");
        assert_eq!(Error::new(format_args!("{} times", 2)), "2 times".into());
        assert_eq!(String::from(Error::from("no luck")), "no luck");
    }

    #[test]
    fn comes_from_errors_of_the_standard_library() {
        fn parse(number: &str, flag: &str, bytes: &[u8]) -> Result<(u8, bool, String), Error> {
            Ok((number.parse()?, flag.parse()?, std::str::from_utf8(bytes)?.to_owned()))
        }

        assert_eq!(parse("7", "true", b"x"), Ok((7, true, "x".to_owned())));
        for (number, flag, bytes, expected) in [
            ("256", "true", &b"x"[..], "number too large"),
            ("7", "yes", b"x", "`true` or `false`"),
            ("7", "true", b"\xff", "invalid utf-8"),
        ] {
            let error = parse(number, flag, bytes).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn comes_from_boxed_errors() {
        let boxed: Box<dyn std::error::Error> = Box::new(fmt::Error);
        assert_eq!(Error::from(boxed), Error::from(fmt::Error));
    }
}
