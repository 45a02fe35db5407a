//! Guests that take memory, tables, instances, handles or the stack.

use super::outcome::{abstains, fails, malformed, refused, stands, too_many_parts, traps};

#[test]
fn grows_memory() {
    let reason = "needed more than 16MiB of memory in `evaluate`; `limits.memory` allows no more";
    fails("grows-memory", "memory", "evaluate", reason);
}

#[test]
fn grows_memory_and_answers() {
    stands("grows-memory-and-answers", &abstains(), 0);
}

#[test]
fn declares_1_gib() {
    let reason = "declares a memory of 1GiB; the maximum is 64MiB";
    refused("declares-1-gib", reason);
}

#[test]
fn two_memories() {
    let reason =
        "needed more than 16MiB of memory in `instantiate`; `limits.memory` allows no more";
    fails("two-memories", "memory", "instantiate", reason);
}

#[test]
fn eleven_memories() {
    too_many_parts("eleven-memories", "memory count too high at 11");
}

#[test]
fn declares_10_million_elements() {
    let reason = "declares tables of 10000000 elements; the maximum is 100000";
    refused("declares-10-million-elements", reason);
}

#[test]
fn grows_table() {
    let reason = "exceeded a limit in `evaluate`: more than 20000 table elements \
                  (`limits.table-elements`)";
    fails("grows-table", "resources", "evaluate", reason);
}

#[test]
fn two_tables() {
    let reason = "exceeded a limit in `instantiate`: more than 20000 table elements \
                  (`limits.table-elements`)";
    fails("two-tables", "resources", "instantiate", reason);
}

#[test]
fn fifty_one_tables() {
    too_many_parts("fifty-one-tables", "table count too high at 51");
}

#[test]
fn hundred_instances() {
    too_many_parts("hundred-instances", "instance count too high at 101");
}

#[test]
fn thousand_instances() {
    refused("thousand-instances", "instances count exceeds limit of 1000");
}

#[test]
fn keeps_handles() {
    let reason = "cannot allocate another handle: store handle limit exceeded";
    malformed("keeps-handles", "evaluate", reason);
}

#[test]
fn recurses() {
    traps("recurses", "evaluate", "call stack exhausted");
}

#[test]
fn recurses_into_log() {
    traps("recurses-into-log", "evaluate", "call stack exhausted");
}

/// Two bytes far apart would make an image of all that lies between them, in each of the
/// modules that are never used.
#[test]
fn a_sparse_memory_makes_no_large_bundle() {
    let module = "(core module (memory 256) (data (i32.const 0) \"a\") \
                  (data (i32.const 16777000) \"b\"))";
    let text = format!("(component {})", module.repeat(14));
    let compiler = admit_engine::Compiler::for_target(admit_engine::Target::X86_64).unwrap();
    let compiled = compiler.compile(&wat::parse_str(text).unwrap()).unwrap();
    assert!(compiled.len() < 1 << 20, "{} bytes", compiled.len());
}
