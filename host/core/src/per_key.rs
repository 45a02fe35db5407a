//! Declares a type that holds a value for each variant of an enum.

/// Declares `PerFlag<T>` by `per_key!(/// Doc. PerFlag, Flag)`. The enum must have an associated
/// `ALL` that lists its variants in order.
macro_rules! per_key {
    ($(#[$doc:meta])* $name:ident, $key:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub struct $name<T>(pub(crate) [T; $key::ALL.len()]);

        impl<T> $name<T> {
            /// Calls a function for each key, in the order of `ALL`.
            pub fn from_fn(value: impl FnMut($key) -> T) -> $name<T> {
                $name($key::ALL.map(value))
            }

            /// Replaces the value of a key.
            #[must_use]
            pub fn with(mut self, key: $key, value: T) -> $name<T> {
                self[key] = value;
                self
            }

            /// Iterates over the keys and their values, in the order of `ALL`.
            pub fn iter(&self) -> impl Iterator<Item = ($key, &T)> {
                $key::ALL.into_iter().zip(&self.0)
            }
        }

        impl<T> std::ops::Index<$key> for $name<T> {
            type Output = T;

            fn index(&self, key: $key) -> &T {
                &self.0[key as usize]
            }
        }

        impl<T> std::ops::IndexMut<$key> for $name<T> {
            fn index_mut(&mut self, key: $key) -> &mut T {
                &mut self.0[key as usize]
            }
        }
    };
}

pub(crate) use per_key;
