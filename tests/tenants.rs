//! A function with more tenants than a process may have descriptors.

use admit_tests::{Answer, Bundle, Lambda, bootstrap, changed_guest, event};
use std::fs;
use std::process::Command;

const TENANTS: usize = 1_300;

fn client(tenant: usize) -> String {
    format!("tenant{tenant:010}")
}

/// A sign-up of a tenant, and what is answered where its own policy confirms it.
fn sign_up(tenant: usize) -> (String, Answer) {
    let event = event("sign-up.json").replace("1example23456789", &client(tenant));
    let confirmed = event.replacen("false", "true", 1);
    (event, Answer::Response(confirmed))
}

fn descriptors(process: u32) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).unwrap().count()
}

#[test]
fn more_tenants_than_descriptors_sign_up() {
    let manifest: String = (0..TENANTS)
        .map(|tenant| {
            format!(
                "[[policy]]\nid = \"tenant-{tenant}\"\ncomponent = \"{tenant}\"\nreads = []\n\
                 verdicts = [\"confirm\"]\napplies-to = {{ clients = [\"{}\"] }}\n",
                client(tenant)
            )
        })
        .collect();
    let loop_of = "(func $forever (loop $again (br $again)))";
    let source = |tenant: &str| {
        let data = format!("{loop_of} (data (i32.const 3000) \"tenant {tenant}\")");
        changed_guest("grants-everything", &[(loop_of, &data)])
    };
    let bundle = Bundle::of_components(&manifest, source).unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 1024; exec \"$0\""]).arg(bootstrap());
    command.env("ADMIT_BUNDLE", bundle.path());
    let mut lambda = Lambda::start_command(command);
    let mut most = 0;
    // Again, so that those are asked that made room for others.
    for round in 0..2 {
        for tenant in 0..TENANTS {
            let (event, confirmed) = sign_up(tenant);
            assert_eq!(lambda.invoke(event), confirmed, "tenant {tenant} in round {round}");
            most = most.max(descriptors(lambda.process()));
        }
    }
    assert!((500..900).contains(&most), "{most} descriptors at most");
    // One that is used all the time stays loaded.
    let (event, confirmed) = sign_up(TENANTS - 1);
    assert_eq!(lambda.invoke(event), confirmed);
}
