//! A program that looks a user up again and again. It prints how long each look-up takes and the
//! processor time of the first, in nanoseconds, and its peak memory, in bytes.
//!
//! Without arguments it only makes the client: what a function pays that makes no look-up.

use admit_outbound::{
    Credentials, Endpoint, Options, Region, Searchable, UserPoolClient, UserQuery,
};
use std::error::Error;
use std::io::{Write, stdout};
use std::time::{Duration, Instant};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut args = env::args().skip(1);
    let region = Region::new("eu-west-1")?;
    let credentials = Credentials::new("AKIDEXAMPLE", "a-secret", Some("a-token"));
    let (Some(url), Some(count)) = (args.next(), args.next()) else {
        let endpoint = Endpoint::of_region(&region);
        UserPoolClient::new(region, credentials, endpoint, Options::default());
        return Ok(());
    };
    let mut client =
        UserPoolClient::new(region, credentials, Endpoint::at(&url)?, Options::default());
    if let Some(authority) = args.next() {
        client = client.trusting(&fs::read(authority)?);
    }
    let (mut times, mut first) = (String::new(), 0);
    let before = processor_time()?;
    for number in 0..count.parse::<u32>()? {
        let start = Instant::now();
        let query = UserQuery {
            user_pool_id: "eu-west-1_Pool",
            by: Searchable::Email,
            value: "mary_major@example.com",
            attributes: &["email_verified", "identities"],
            max_users: 2,
        };
        let deadline = start + Duration::from_secs(60);
        let page = runtime.block_on(client.list_users(&query, deadline))?;
        times += &format!("{}\n", start.elapsed().as_nanos());
        if number == 0 {
            first = processor_time()? - before;
        }
        if page.users.len() != 1 {
            return Err("not one user".into());
        }
    }
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak: u64 = peak.unwrap_or("").trim().trim_end_matches(" kB").parse()?;
    writeln!(stdout(), "{times}{first}\n{}", peak * 1024)?;
    Ok(())
}

/// The processor time of this thread, in nanoseconds.
fn processor_time() -> Result<u64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().unwrap_or_default().parse()?)
}
