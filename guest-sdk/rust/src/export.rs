//! How a policy becomes a component.

use crate::Policy;

/// Makes a type that implements [`Policy`] the policy of this component.
///
/// A component has one policy. On a native target nothing is exported, but that
/// the type implements [`Policy`] is checked all the same.
///
/// ```
/// # use admit_policy::{Error, NoSettings, Policy, SignUp, Verdict};
/// struct AllowAll;
///
/// impl Policy for AllowAll {
///     type Settings = NoSettings;
///
///     fn configure(_: NoSettings) -> Result<Self, Error> {
///         Ok(Self)
///     }
///
///     fn evaluate(&self, _: &SignUp) -> Result<Verdict, Error> {
///         Ok(Verdict::allow())
///     }
/// }
///
/// admit_policy::export!(AllowAll);
/// ```
///
/// ```compile_fail
/// struct NoPolicy;
///
/// admit_policy::export!(NoPolicy);
/// ```
#[macro_export]
macro_rules! export {
    ($policy:ty) => {
        const _: () = $crate::assert_policy::<$policy>();

        // Not natively: the names of the exports are not ones that a native
        // linker takes.
        #[cfg(target_family = "wasm")]
        const _: () = {
            ::std::thread_local! {
                static INSTANCE: $crate::Instance<$policy> = const { $crate::Instance::new() };
            }

            struct Component;

            impl $crate::bindings::exports::admit::policy::sign_up_policy::Guest for Component {
                fn configure(
                    settings: ::std::string::String,
                ) -> ::std::result::Result<(), ::std::string::String> {
                    INSTANCE.with(|instance| instance.configure(&settings))
                }

                $crate::evaluate! { request, _facts =>
                    INSTANCE.with(|instance| instance.evaluate(request))
                }
            }

    $crate::bindings::export_component!(Component with_types_in $crate::bindings);
        };
    };
}

#[doc(hidden)]
pub const fn assert_policy<P: Policy>() {}

/// Defines the exported function `evaluate`, which has facts in version 0.2.0 of the contract.
#[cfg(not(feature = "facts"))]
#[doc(hidden)]
#[macro_export]
macro_rules! evaluate {
    ($request:ident, $facts:ident => $answer:expr) => {
        fn evaluate(
            $request: $crate::bindings::admit::policy::types::SignUp,
        ) -> ::std::result::Result<
            $crate::bindings::admit::policy::types::Verdict,
            ::std::string::String,
        > {
            $answer
        }
    };
}

/// Defines the exported function `evaluate`, which has facts in version 0.2.0 of the contract.
#[cfg(feature = "facts")]
#[doc(hidden)]
#[macro_export]
macro_rules! evaluate {
    ($request:ident, $facts:ident => $answer:expr) => {
        fn evaluate(
            $request: $crate::bindings::admit::policy::types::SignUp,
            $facts: ::std::vec::Vec<$crate::bindings::admit::policy::types::Fact>,
        ) -> ::std::result::Result<
            $crate::bindings::admit::policy::types::Verdict,
            ::std::string::String,
        > {
            $answer
        }
    };
}
