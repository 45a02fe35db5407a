//! The bindings that `wit-bindgen` generates from `wit/0.1.0/policy.wit`, or with the feature
//! `facts` from `wit/0.2.0/policy.wit`.

#![allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    clippy::allow_attributes_without_reason,
    reason = "generated code: its documentation is the contract itself"
)]

#[cfg(not(feature = "facts"))]
wit_bindgen::generate!({
    path: "wit/0.1.0",
    world: "policy",
    // The exports are made in the author's crate, which does not know wit-bindgen.
    pub_export_macro: true,
    export_macro_name: "export_component",
    runtime_path: "::admit_policy::wit_bindgen::rt",
    default_bindings_module: "::admit_policy::bindings",
});

#[cfg(feature = "facts")]
wit_bindgen::generate!({
    path: "wit/0.2.0",
    world: "policy",
    // The exports are made in the author's crate, which does not know wit-bindgen.
    pub_export_macro: true,
    export_macro_name: "export_component",
    runtime_path: "::admit_policy::wit_bindgen::rt",
    default_bindings_module: "::admit_policy::bindings",
});
