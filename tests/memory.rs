//! The memory that a function says it needs when it starts, and the memory that it takes.

use admit_tests::{Answer, Bundle, Lambda, changed_guest, event, memory};
use std::iter;

const MIB: u64 = 1 << 20;

/// This many policies that take all the memory that they may, each with a component of its own: the
/// first as much as there is by default, the others hardly more than what stays of it.
fn hungry(components: usize) -> Bundle {
    let policy = |number: usize| {
        let memory = if number == 0 { "16MiB" } else { "2MiB" };
        format!(
            "[[policy]]\nid = \"p{number}\"\ncomponent = \"{number}\"\nreads = []\n\
             verdicts = []\nlimits = {{ time = \"2s\", memory = \"{memory}\" }}\n"
        )
    };
    let manifest: String = (0..components).map(policy).collect();
    let component = |number: &str| {
        let other = format!("(i32.const {})", 1_000 + number.parse::<usize>().unwrap());
        changed_guest("grows-memory-and-answers", &[("(i32.const 7)", &other)])
    };
    Bundle::of_components(&format!("budget = \"4s\"\n{manifest}"), component).unwrap()
}

/// The memory, in MiB, that the function says it needs where it has 128; `None` if that is enough.
fn needs(lambda: &Lambda) -> Option<u64> {
    let lines = iter::repeat_with(|| lambda.any_log_line());
    let mut lines = lines.take_while(|line| line["type"] != "decision");
    let line = lines.find(|line| line["type"] == "little-memory")?;
    Some(line["needs"].as_str().unwrap().strip_suffix("MiB").unwrap().parse().unwrap())
}

#[test]
fn the_memory_that_many_components_may_take_is_reported() {
    let bundle = hungry(116);
    let mut lambda = Lambda::start(&bundle.path());
    for _ in 0..3 {
        assert!(matches!(lambda.invoke(event("sign-up.json")), Answer::Response(_)));
    }
    let peak = memory(lambda.process(), "VmHWM:");
    let needs = needs(&lambda).unwrap();
    // A part of each component's memory stays, so that it takes far more than the 16 MiB of one.
    assert!(needs > 128 && peak > 96 * MIB, "{peak} of {needs} MiB");
    assert!(peak < needs * MIB, "{peak} of {needs} MiB");
}

#[test]
fn the_smallest_function_fits_the_components_of_the_guide() {
    for (components, needed) in [(53, None), (54, Some(129))] {
        let bundle = hungry(components);
        let mut lambda = Lambda::start(&bundle.path());
        assert!(matches!(lambda.invoke(event("sign-up.json")), Answer::Response(_)));
        assert_eq!(needs(&lambda), needed, "{components}");
        let peak = memory(lambda.process(), "VmHWM:");
        assert!(peak < 128 * MIB, "{peak}");
    }
}

#[test]
fn tenants_that_share_a_component_share_its_memory() {
    let policy = |number| {
        format!(
            "[[policy]]\nid = \"p{number}\"\ncomponent = \"grows-memory-and-answers\"\n\
             reads = []\nverdicts = []\nlimits.time = \"2s\"\n"
        )
    };
    let manifest: String = (0..60).map(policy).collect();
    let bundle = Bundle::unchecked(&format!("budget = \"4s\"\n{manifest}")).unwrap();
    let mut lambda = Lambda::start(&bundle.path());
    assert!(matches!(lambda.invoke(event("sign-up.json")), Answer::Response(_)));
    assert_eq!(needs(&lambda), None);
    let peak = memory(lambda.process(), "VmHWM:");
    assert!(peak < 64 * MIB, "{peak}");
}
