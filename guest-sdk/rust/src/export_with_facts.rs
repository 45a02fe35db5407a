//! How a policy with facts becomes a component.

use crate::PolicyWithFacts;

/// Makes a type that implements [`PolicyWithFacts`] the policy of this component.
///
/// A component has one policy. On a native target nothing is exported, but that
/// the type implements [`PolicyWithFacts`] is checked all the same.
#[macro_export]
macro_rules! export_with_facts {
    ($policy:ty) => {
        const _: () = $crate::assert_policy_with_facts::<$policy>();

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
                    INSTANCE.with(|instance| instance.configure_with_facts(&settings))
                }

                $crate::evaluate! { request, facts =>
                    INSTANCE.with(|instance| instance.evaluate_with_facts(request, facts))
                }
            }

    $crate::bindings::export_component!(Component with_types_in $crate::bindings);
        };
    };
}

#[doc(hidden)]
pub const fn assert_policy_with_facts<P: PolicyWithFacts>() {}
