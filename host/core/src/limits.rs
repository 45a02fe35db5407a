//! The limits of one evaluation: a table of their types, minima, defaults and maxima.

use crate::key_path::{KeyPath, Problem};
use crate::quantity::{Size, Time, grouped};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares `Limits` and `RawLimits`, with the functions that iterate over every limit.
macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $min:expr, $default:expr, $max:expr;)*) => {
        /// The limits of one evaluation of a policy.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub struct Limits {
            $($(#[$doc])* pub $name: $type,)*
        }

        /// The limits as written in a manifest, where each one is optional.
        #[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(crate) struct RawLimits {
            $($name: Option<<$type as Limit>::Raw>,)*
        }

        impl Limits {
            /// The lowest values that a manifest may set.
            pub const MIN: Limits = Limits { $($name: $min,)* };

            /// The highest values that a manifest may set.
            pub const MAX: Limits = Limits { $($name: $max,)* };

            const DEFAULT: Limits = Limits { $($name: $default,)* };

            /// Returns the key and the formatted value of every limit.
            pub fn rows(&self) -> Vec<(String, String)> {
                vec![$((key(stringify!($name)), self.$name.written()),)*]
            }
        }

        impl RawLimits {
            /// Fills in the defaults and rejects values that are out of range.
            fn in_range(self, default: Limits, here: &KeyPath) -> Result<Limits, Problem> {
                Ok(Limits {
                    $($name: match self.$name {
                        Some(raw) => <$type>::in_range(raw, Limits::MIN.$name, Limits::MAX.$name)
                            .map_err(|m| here.clone().key(&key(stringify!($name))).problem(m))?,
                        None => default.$name,
                    },)*
                })
            }
        }

        impl From<Limits> for RawLimits {
            fn from(limits: Limits) -> RawLimits {
                RawLimits { $($name: Some(limits.$name.raw()),)* }
            }
        }
    };
}

const fn ms(millis: u64) -> Time {
    Time::from_millis(millis)
}

const fn kib(kib: u64) -> Size {
    Size::from_kib(kib)
}

limits! {
    // Each limit: minimum, default, maximum.
    /// Processor time of a policy, from instantiation to the verdict. Time in which its thread
    /// waits or its process is frozen does not count.
    time: Time = ms(1), ms(100), ms(4_000);
    /// Bytes of linear memory, summed over all memories of the component.
    memory: Size = kib(64), kib(16 << 10), kib(64 << 10);
    /// Units of fuel; about one for each WebAssembly instruction.
    fuel: u64 = 1, 50_000_000, 10_000_000_000;
    /// Bytes that one call may pass to the host: a verdict, or one log entry.
    host_call: Size = kib(1), kib(64), kib(1 << 10);
    /// Linear memories; a JavaScript policy has three.
    memories: u32 = 1, 10, 20;
    /// Tables.
    tables: u32 = 0, 50, 100;
    /// Elements of all tables together.
    table_elements: u32 = 0, 20_000, 100_000;
    /// Core instances; a Python policy has about thirty.
    instances: u32 = 1, 100, 500;
    /// Resource handles that exist at the same time.
    handles: u32 = 0, 64, 10_000;
    /// Log entries that are kept from one evaluation.
    log_lines: u32 = 0, 64, 1_000;
    /// Bytes that are kept from all log entries of one evaluation together.
    log_bytes: Size = kib(0), kib(16), kib(256);
    /// Characters of a denial's message.
    message: u32 = 32, 256, 1_000;
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}

impl RawLimits {
    /// Validates the limits of a policy for a decision that may take `budget` in total.
    pub(crate) fn limits(self, budget: Time, here: &KeyPath) -> Result<Limits, Problem> {
        // The default is capped by the budget: only an explicit time can be too long.
        let default = Limits { time: Limits::DEFAULT.time.min(budget), ..Limits::DEFAULT };
        let limits = self.in_range(default, here)?;
        if limits.time > budget {
            let message = format!("must be at most `budget`, {budget}, got {}", limits.time);
            return Err(here.clone().key("time").problem(message));
        }
        Ok(limits)
    }
}

/// A type that a limit can have.
trait Limit: Copy {
    /// The type of the limit as written in a manifest.
    type Raw;

    /// Returns the value, or an error if it is out of range.
    fn in_range(raw: Self::Raw, min: Self, max: Self) -> Result<Self, String>;

    /// Converts the value to its type in a manifest.
    fn raw(self) -> Self::Raw;

    /// Formats the value for display.
    fn written(self) -> String;
}

macro_rules! quantity {
    ($type:ty) => {
        impl Limit for $type {
            type Raw = $type;

            fn in_range(raw: $type, min: $type, max: $type) -> Result<$type, String> {
                within(raw, min, max)
            }

            fn raw(self) -> $type {
                self
            }

            fn written(self) -> String {
                self.to_string()
            }
        }
    };
}

quantity!(Time);
quantity!(Size);

macro_rules! number {
    ($type:ty) => {
        impl Limit for $type {
            // TOML integers are signed: a negative number gets the same error as one that is too
            // low.
            type Raw = i64;

            fn in_range(raw: i64, min: $type, max: $type) -> Result<$type, String> {
                let value = within(i128::from(raw), min.into(), max.into())?;
                <$type>::try_from(value).map_err(|error| error.to_string())
            }

            fn raw(self) -> i64 {
                i64::try_from(self).unwrap_or(i64::MAX)
            }

            fn written(self) -> String {
                grouped(self.into())
            }
        }
    };
}

number!(u32);
number!(u64);

/// Returns the value, or an error that names the bound that it violates.
pub(crate) fn within<T: PartialOrd + fmt::Display>(value: T, min: T, max: T) -> Result<T, String> {
    if value < min {
        Err(format!("must be at least {min}, got {value}"))
    } else if value > max {
        Err(format!("must be at most {max}, got {value}"))
    } else {
        Ok(value)
    }
}

/// Returns the key of a limit in a manifest.
fn key(name: &str) -> String {
    name.replace('_', "-")
}
