//! Calls to Amazon Cognito over the network: the only crate that signs requests for AWS and speaks
//! TLS.
//!
//! Each call has a deadline, and a bound on the size of its answer. An answer that is late, too large
//! or not of the documented form is an error: nothing is guessed. Errors hold no personal value of
//! the request, so that they can be logged.

mod answer;
mod call_error;
mod connection;
mod connection_pool;
mod credentials;
mod endpoint;
mod identity_providers;
mod link;
mod link_error;
mod options;
mod personal;
mod region;
mod service;
mod signer;
mod tls;
mod user;
mod user_page;
mod user_pool_client;
mod user_query;

pub use call_error::CallError;
pub use credentials::{Credentials, MissingVariable};
pub use endpoint::{Endpoint, EndpointError};
pub use link::{Link, Linked};
pub use link_error::LinkError;
pub use options::Options;
pub use region::{Region, RegionError};
pub use user::{Identity, User};
pub use user_page::UserPage;
pub use user_pool_client::UserPoolClient;
pub use user_query::{Searchable, UserQuery};
