//! The services of the trigger: look-ups in Cognito's user pools, and links.

mod convert;
mod io_thread;
mod user_pools;

pub use user_pools::UserPools;
