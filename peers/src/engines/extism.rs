//! Extism, with the rule in a plugin that is compiled beforehand. It gets no limit of time, fuel
//! or memory, since none is set unless one asks for it.

use super::{Candidate, DOMAINS, Kind, Verdict, View};
use admit_core::SignUp;
use anyhow::Context;
use extism::convert::Json;
use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, Wasm};
use serde::Deserialize;
use std::path::Path;
use wasmtime::{Config, InstanceAllocationStrategy};

/// What the plugin answers. Its members are read, as whoever gets it would.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum PluginVerdict {
    Allow,
    Deny {
        #[serde(rename = "code")]
        _code: String,
        #[serde(rename = "message")]
        _message: String,
    },
}

pub(super) fn candidates() -> anyhow::Result<[Candidate; 3]> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/wasm32-unknown-unknown/release/admit_peers_extism_guest.wasm");
    let plugin = std::fs::read(&file)
        .with_context(|| format!("cannot read `{}`; `peers/run` builds it", file.display()))?;
    let manifest = Manifest::new([Wasm::data(plugin)])
        .with_config_key("domains", serde_json::to_string(&DOMAINS)?);
    let compile = |config: &Config| -> anyhow::Result<CompiledPlugin> {
        let builder = PluginBuilder::new(manifest.clone()).with_cache_disabled();
        builder.with_wasmtime_config(config.clone()).compile()
    };
    let mut config = Config::new();
    let compiled = compile(&config)?;
    let pooled = compile(config.allocation_strategy(InstanceAllocationStrategy::pooling()))?;
    let mut reused = Plugin::new_from_compiled(&compiled)?;
    Ok([
        Candidate::new("Extism", Kind::Sandbox, "a fresh plugin each time", move |sign_up| {
            decide(&mut Plugin::new_from_compiled(&compiled)?, sign_up)
        }),
        Candidate::new(
            "Extism",
            Kind::Sandbox,
            "a fresh plugin each time, pooled",
            move |sign_up| decide(&mut Plugin::new_from_compiled(&pooled)?, sign_up),
        ),
        Candidate::new("Extism", Kind::Sandbox, "one plugin, used again", move |sign_up| {
            decide(&mut reused, sign_up)
        }),
    ])
}

fn decide(plugin: &mut Plugin, sign_up: &SignUp<'_>) -> anyhow::Result<Verdict> {
    let Json(verdict) = plugin.call("evaluate", Json(View::of(sign_up)))?;
    Ok(match verdict {
        PluginVerdict::Allow => Verdict::Allow,
        PluginVerdict::Deny { .. } => Verdict::Deny,
    })
}
