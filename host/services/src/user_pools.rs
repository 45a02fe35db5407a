//! Look-ups and links in Cognito's user pools.

use crate::convert;
use crate::io_thread::IoThread;
use admit_core::{
    ExternalIdentity, Fact, LookupError, LookupRequest, SignUp, Source, UserName, UserReads,
};
use admit_outbound::{
    CallError, Credentials, Endpoint, Link, Linked, Options, Region, UserPage, UserPoolClient,
    UserQuery,
};
use admit_trigger::{LinkError, LinkErrorKind, LinkResult, LookupResult, Services};
use anyhow::Context;
use std::env;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// The services for the user pools of one region.
///
/// The thread of the network client starts with the first call.
pub struct UserPools {
    region: Region,
    endpoint: Endpoint,
    thread: OnceLock<Result<IoThread, String>>,
}

/// A search for users that owns its texts, for the thread of the client.
struct Search {
    user_pool_id: String,
    attribute: admit_core::Attribute,
    value: String,
    attributes: Vec<String>,
    deadline: Instant,
}

/// The result of a search, and its time.
type Searched = (Result<UserPage, CallError>, Duration);

/// The variable in which Lambda and the AWS tools name the region.
const REGION: &str = "AWS_REGION";

impl UserPools {
    /// Creates the services from the environment variables that Lambda sets: `AWS_REGION`,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    ///
    /// # Errors
    ///
    /// Names the variable that is missing or not valid.
    pub fn from_environment() -> anyhow::Result<UserPools> {
        let region = env::var(REGION).with_context(|| {
            format!("the manifest has look-ups, which need `{REGION}`, and it is not set")
        })?;
        let region = Region::new(&region).with_context(|| format!("`{REGION}`"))?;
        let endpoint = Endpoint::from_environment(&region)?;
        // Checked at the start, and read again by the first call.
        Credentials::from_environment()?;
        Ok(UserPools { region, endpoint, thread: OnceLock::new() })
    }

    fn thread(&self) -> Result<&IoThread, &str> {
        let start = || {
            let credentials = Credentials::from_environment().map_err(|error| error.to_string())?;
            let (region, endpoint) = (self.region.clone(), self.endpoint.clone());
            let client = UserPoolClient::new(region, credentials, endpoint, Options::default());
            IoThread::start(client).map_err(|error| format!("cannot start a thread: {error}"))
        };
        self.thread.get_or_init(start).as_ref().map_err(String::as_str)
    }

    /// Makes searches at the same time, and returns the result of each with its time.
    fn search(
        &self,
        searches: Vec<Search>,
        deadline: Instant,
    ) -> Result<Vec<Option<Searched>>, String> {
        let count = searches.len();
        let thread = self.thread()?;
        let results = thread.call(deadline, move |client| async move {
            let mut tasks = JoinSet::new();
            for (index, search) in searches.into_iter().enumerate() {
                let client = client.clone();
                tasks.spawn_local(async move {
                    let started = Instant::now();
                    let attributes: Vec<&str> =
                        search.attributes.iter().map(String::as_str).collect();
                    let query = UserQuery {
                        user_pool_id: &search.user_pool_id,
                        by: convert::searchable(search.attribute),
                        value: &search.value,
                        attributes: &attributes,
                        max_users: Fact::MAX_USERS,
                    };
                    let page = client.list_users(&query, search.deadline).await;
                    (index, page, started.elapsed())
                });
            }
            let mut results: Vec<_> = (0..count).map(|_| None).collect();
            while let Some(done) = tasks.join_next().await {
                if let Ok((index, page, time)) = done {
                    results[index] = Some((page, time));
                }
            }
            results
        });
        // The calls have the same deadline and end by it; this is for a thread that does not run.
        Ok(results.unwrap_or_else(|| (0..count).map(|_| None).collect()))
    }
}

impl Services for UserPools {
    fn look_up(
        &self,
        sign_up: &SignUp<'_>,
        requests: &[LookupRequest<'_>],
        deadline: Instant,
    ) -> Vec<LookupResult> {
        let started = Instant::now();
        let search = |request: &LookupRequest<'_>| {
            let Source::Directory(directory) = &request.lookup.source else { return None };
            let mut attributes: Vec<String> =
                directory.reads.attributes().map(str::to_owned).collect();
            if directory.reads.has(UserReads::IDENTITIES) {
                attributes.push(UserReads::IDENTITIES.to_owned());
            }
            Some(Search {
                user_pool_id: sign_up.user_pool_id.clone().into_owned(),
                attribute: directory.by,
                value: request.key?.to_owned(),
                attributes,
                deadline: deadline.min(started + request.lookup.timeout.duration()),
            })
        };
        let searches: Vec<Option<Search>> = requests.iter().map(search).collect();
        let is_search: Vec<bool> = searches.iter().map(Option::is_some).collect();
        // A little later than the calls, so that their own errors are seen.
        let patience = deadline + Duration::from_millis(5);
        let mut results = match self.search(searches.into_iter().flatten().collect(), patience) {
            Ok(results) => results.into_iter(),
            Err(reason) => {
                return requests
                    .iter()
                    .map(|_| LookupResult::failed(LookupError::Unavailable, reason.as_str()))
                    .collect();
            }
        };
        let result = |is_search: bool| match is_search.then(|| results.next()).flatten() {
            None => LookupResult::failed(LookupError::Unavailable, "not a look-up of this service"),
            Some(None) => {
                LookupResult::failed(LookupError::Timeout, "no answer before the deadline")
            }
            Some(Some((Ok(page), time))) => {
                LookupResult { fact: convert::fact(page), reason: None, time }
            }
            Some(Some((Err(error), time))) => LookupResult {
                time,
                ..LookupResult::failed(convert::lookup_error(&error), error.to_string())
            },
        };
        is_search.into_iter().map(result).collect()
    }

    fn link(
        &self,
        sign_up: &SignUp<'_>,
        identity: ExternalIdentity<'_>,
        user: &UserName,
        deadline: Instant,
    ) -> Result<LinkResult, LinkError> {
        let thread = self.thread().map_err(|reason| LinkError {
            kind: LinkErrorKind::Unavailable,
            reason: reason.to_owned(),
        })?;
        let user_pool_id = sign_up.user_pool_id.clone().into_owned();
        let (provider, user_id) = (identity.provider.to_owned(), identity.user_id.to_owned());
        let user_name = user.as_str().to_owned();
        let result = thread.call(deadline, move |client| async move {
            let provider_name = client
                .provider_name(&user_pool_id, &provider, deadline)
                .await
                .map_err(|error| convert::link_error(&error.into()))?
                .ok_or_else(|| LinkError {
                    kind: LinkErrorKind::UnknownProvider,
                    reason: "the user pool has no identity provider of this name".to_owned(),
                })?;
            let link = Link {
                user_pool_id: &user_pool_id,
                user_name: &user_name,
                provider_name: &provider_name,
                provider_user_id: &user_id,
            };
            client.link(&link, deadline).await.map_err(|error| convert::link_error(&error))
        });
        let late = || LinkError {
            kind: LinkErrorKind::Timeout,
            reason: "no answer before the deadline: the identity may be linked or not".to_owned(),
        };
        match result.ok_or_else(late)?? {
            Linked::Now => Ok(LinkResult::Linked),
            Linked::Already => Ok(LinkResult::AlreadyLinked),
        }
    }
}
