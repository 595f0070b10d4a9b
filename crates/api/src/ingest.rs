//! The way of events from a connection to the store, the same for every protocol: body under caps, `wire`, whose project, append.

use crate::{
    Api, access,
    body::{BodyError, Share, read_body},
    client_address::client_address,
    error::ApiError,
    plan, survey,
};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
};
use bytes::Bytes;
use sillage_event::{Appended, Batch, ProjectId, Refused, Subject};
use sillage_wire::{Decoded, Key, Protocol, Received, Token, WireError};
use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{runtime::Handle, sync::Semaphore};

/// Who waits longer to be read is told to come back.
const DECODE_PATIENCE: Duration = Duration::from_secs(10);
/// For so long the group types of a project are believed without looking them up again.
const REMEMBER_MS: i64 = 5_000;
const MAX_REMEMBERED: usize = 10_000;
pub(crate) const KEY_HEADER: HeaderName = HeaderName::from_static("x-sillage-key");
const IDEMPOTENCY_HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// The room that receiving may take.
pub(crate) struct Intake {
    bytes: Arc<Semaphore>,
    decoders: Semaphore,
    group_types: Mutex<HashMap<ProjectId, Remembered>>,
    pub(crate) plans: plan::Plans,
    next_request: AtomicU64,
}

/// The group types of a project, and until when they are believed.
type Remembered = (Arc<[String]>, i64);

impl Intake {
    pub(crate) fn new(bytes: usize) -> Self {
        // Reading is work for processors: more at once than there are would only take more memory.
        let decoders = std::thread::available_parallelism().map_or(2, usize::from).max(2);
        Self {
            bytes: Arc::new(Semaphore::new(bytes)),
            decoders: Semaphore::new(decoders),
            group_types: Mutex::default(),
            plans: plan::Plans::default(),
            next_request: AtomicU64::new(1),
        }
    }
}

/// A request as it arrived, its body read.
pub(crate) struct Delivery {
    pub(crate) protocol: Protocol,
    pub(crate) headers: HeaderMap,
    pub(crate) query: String,
    pub(crate) body: Bytes,
    pub(crate) client: Option<IpAddr>,
    pub(crate) received_at: i64,
    /// No other request has it; empty for what is read again.
    request_id: String,
    /// Held until the reply: what it counts is in memory until then.
    _share: Option<Share>,
}

impl Delivery {
    /// Reads the request; a refusal comes with what is known of it, so that it can be answered in the protocol's own words.
    pub(crate) async fn read(api: &Api, protocol: Protocol, request: Request) -> (Arc<Self>, Result<(), BodyError>) {
        let (parts, body) = request.into_parts();
        let mut share = Share::new(&api.intake.bytes);
        let read = read_body(body, api.options.limits.compressed_bytes, api.options.body_time, Some(&mut share)).await;
        let (body, outcome) = match read {
            Ok(body) => (body, Ok(())),
            Err(error) => (Bytes::new(), Err(error)),
        };
        let delivery = Self {
            protocol,
            client: client_address(&parts.headers, &parts.extensions, &api.options.trusted_proxies),
            headers: parts.headers,
            query: parts.uri.query().unwrap_or_default().to_owned(),
            body,
            received_at: api.clock.now_ms(),
            request_id: api.intake.next_request.fetch_add(1, Ordering::Relaxed).to_string(),
            _share: Some(share),
        };
        (Arc::new(delivery), outcome)
    }

    /// A record that was refused, received once more as if it came now with the project's own key.
    pub(crate) fn again(protocol: Protocol, record: Refused, write_key: &str) -> Result<Arc<Self>, ApiError> {
        let mut headers = HeaderMap::new();
        headers.insert(KEY_HEADER, write_key.parse().map_err(|error| ApiError::internal(&error))?);
        Ok(Arc::new(Self {
            protocol,
            headers,
            query: record.parameters,
            body: Bytes::from(record.raw),
            client: None,
            received_at: record.at,
            request_id: String::new(),
            _share: None,
        }))
    }

    /// Records that a page of ours makes of what somebody sent by a form: with their browser and address, and the project's own key.
    pub(crate) fn of_page(api: &Api, write_key: &str, sent: &HeaderMap, client: Option<IpAddr>, body: Vec<u8>) -> Result<Arc<Self>, ApiError> {
        let mut headers = HeaderMap::new();
        headers.insert(KEY_HEADER, write_key.parse().map_err(|error| ApiError::internal(&error))?);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for name in [header::USER_AGENT, header::ACCEPT_LANGUAGE, header::HOST] {
            if let Some(value) = sent.get(&name) {
                headers.insert(name, value.clone());
            }
        }
        Ok(Arc::new(Self {
            protocol: Protocol::NativeEvents,
            headers,
            query: String::new(),
            body: Bytes::from(body),
            client,
            received_at: api.clock.now_ms(),
            request_id: api.intake.next_request.fetch_add(1, Ordering::Relaxed).to_string(),
            _share: None,
        }))
    }

    pub(crate) fn received(&self) -> Received<'_> {
        Received {
            path_kind: self.protocol,
            content_type: self.header(&header::CONTENT_TYPE),
            content_encoding: self.header(&header::CONTENT_ENCODING),
            query: &self.query,
            body: &self.body,
            host: self.header(&header::HOST),
            user_agent: self.header(&header::USER_AGENT),
            accept_language: self.header(&header::ACCEPT_LANGUAGE),
            client_ip: self.client,
            received_at: self.received_at,
            authorization: self.header(&header::AUTHORIZATION),
            key_header: self.header(&KEY_HEADER),
            request_id: &self.request_id,
            idempotency_key: self.header(&IDEMPOTENCY_HEADER).filter(|key| !key.is_empty()),
        }
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Reads the records of a delivery and keeps them. `Ok` means that everything accepted is on the disk.
pub(crate) async fn keep(api: &Api, delivery: &Arc<Delivery>) -> Result<(Decoded, Appended), Refusal> {
    let mut decoded = decode(api, delivery).await?;
    let batches = std::mem::take(&mut decoded.batches);
    let mut addressed = Vec::with_capacity(batches.len());
    let mut names_nobody = false;
    for (token, batch) in batches {
        match project_of(api, &token, decoded.key.as_ref()).await? {
            Some(project) => addressed.push((project, batch)),
            // Records that were refused for want of a token are nobody's; their sender is told in the reply.
            None if token == Token::OfKey && decoded.key.is_none() && batch.events.is_empty() && batch.profiles.is_empty() => {}
            None => names_nobody = true,
        }
    }
    // Records that name no project cost those beside them nothing; alone they are refused.
    if addressed.is_empty() && names_nobody {
        return Err(WireError::InvalidKey.into());
    }
    if addressed.is_empty() && decoded.key.is_some() && project_of(api, &Token::OfKey, decoded.key.as_ref()).await?.is_none() {
        return Err(WireError::InvalidKey.into());
    }
    for (token, tally) in std::mem::take(&mut decoded.tallies) {
        if let Some(project) = project_of(api, &token, decoded.key.as_ref()).await? {
            api.intake.plans.count(project, delivery.received_at, tally);
        }
    }
    let mut appended = Appended::default();
    for (project, batch) in addressed {
        let ends = survey::ends_among(project, &batch.events);
        let one = append(api, project, batch).await?;
        survey::tell_later(api, ends).await?;
        appended.events += one.events;
        appended.duplicates += one.duplicates;
        appended.profiles += one.profiles;
    }
    Ok((decoded, appended))
}

/// Appends to one project, and remembers the types of groups that its events name.
pub(crate) async fn append(api: &Api, project: ProjectId, batch: Batch) -> Result<Appended, Refusal> {
    if batch.is_empty() {
        return Ok(Appended::default());
    }
    let new_group_types = new_group_types(api, project, &batch).await?;
    let appended = api.append.append(project, batch).await.map_err(WireError::from)?;
    if !new_group_types.is_empty() {
        api.catalog.add_group_types(project, &new_group_types).await.map_err(ApiError::from)?;
        api.intake.group_types.lock().unwrap_or_else(PoisonError::into_inner).remove(&project);
    }
    Ok(appended)
}

async fn new_group_types(api: &Api, project: ProjectId, batch: &Batch) -> Result<Vec<String>, ApiError> {
    let of_events = batch.events.iter().flat_map(|event| event.groups.iter().map(|(name, _)| name));
    // A client often describes a group before any event belongs to it.
    let of_profiles = batch.profiles.iter().filter_map(|change| match &change.subject {
        Subject::Group { r#type, .. } => Some(r#type),
        Subject::Person(_) => None,
    });
    let named: BTreeSet<&String> = of_events.chain(of_profiles).collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let known = group_types(api, project).await?;
    Ok(named.into_iter().filter(|name| !known.contains(name)).cloned().collect())
}

/// Why a delivery was not kept: the protocol's own reasons, or a fault of ours.
#[derive(Debug)]
pub(crate) enum Refusal {
    Wire(WireError),
    Other(ApiError),
}

impl From<WireError> for Refusal {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Other(error)
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { cap } => Self::Wire(WireError::BodyTooLarge { bytes: cap + 1, limit: cap }),
            BodyError::Busy { retry_after_s } => Self::Wire(WireError::Busy { retry_after_s }),
            other => Self::Other(other.into()),
        }
    }
}

/// Runs `wire` on a thread of its own, since it only computes, and never on more threads than there are processors.
pub(crate) async fn decode(api: &Api, delivery: &Arc<Delivery>) -> Result<Decoded, Refusal> {
    let busy = || WireError::Busy { retry_after_s: 2 };
    let place = tokio::time::timeout(DECODE_PATIENCE, api.intake.decoders.acquire()).await;
    let _place = place.map_err(|_| busy())?.map_err(|_| busy())?;
    let visitor_secret = api.catalog.visitor_secret().await.map_err(ApiError::from)?;
    let (api, delivery, runtime) = (api.clone(), Arc::clone(delivery), Handle::current());
    let decoded = tokio::task::spawn_blocking(move || {
        let group_types = |token: &Token, key: Option<&Key>| runtime.block_on(known_group_types(&api, token, key));
        let plan = |token: &Token, key: Option<&Key>| runtime.block_on(known_plan(&api, token, key));
        let settings = sillage_wire::Settings {
            limits: api.options.limits,
            geo: api.options.geo.as_deref(),
            group_types: &group_types,
            plan: &plan,
            visitor_secret: &visitor_secret,
        };
        sillage_wire::receive(&delivery.received(), &settings)
    });
    Ok(decoded.await.map_err(|stopped| ApiError::internal(&stopped))??)
}

/// The project that records belong to. None when the key or token opens nothing.
async fn project_of(api: &Api, token: &Token, key: Option<&Key>) -> Result<Option<ProjectId>, ApiError> {
    match (token, key) {
        (Token::Sent(token), _) => Ok(api.catalog.project_of_write_key(token).await?),
        (Token::OfKey, Some(Key::Write(key))) if key.starts_with("sk_") => access::project_of_sending_key(api, key).await,
        (Token::OfKey, Some(Key::Write(key))) => Ok(api.catalog.project_of_write_key(key).await?),
        (Token::OfKey, Some(Key::Account { secret, project, .. })) => {
            let found = access::project_of_sending_key(api, secret).await?;
            Ok(found.filter(|found| project.as_ref().is_none_or(|named| *named == found.to_string())))
        }
        (Token::OfKey, None) => Ok(None),
    }
}

/// None known when the project cannot be told: the delivery is then refused for that reason, later.
async fn known_group_types(api: &Api, token: &Token, key: Option<&Key>) -> Vec<String> {
    let Ok(Some(project)) = project_of(api, token, key).await else { return Vec::new() };
    match group_types(api, project).await {
        Ok(known) => known.to_vec(),
        Err(_) => Vec::new(),
    }
}

/// None where the project has none; its events then pass unchecked.
async fn known_plan(api: &Api, token: &Token, key: Option<&Key>) -> Option<sillage_wire::PlanInForce> {
    let project = project_of(api, token, key).await.ok()??;
    match plan::for_intake(api, project).await {
        Ok(plan) => plan,
        Err(error) => {
            tracing::warn!(%project, error = error.message, "the tracking plan cannot be read: events pass unchecked");
            None
        }
    }
}

async fn group_types(api: &Api, project: ProjectId) -> Result<Arc<[String]>, ApiError> {
    let now = api.clock.now_ms();
    let cache = &api.intake.group_types;
    let remembered = cache.lock().unwrap_or_else(PoisonError::into_inner).get(&project).cloned();
    if let Some((known, until)) = remembered
        && now < until
    {
        return Ok(known);
    }
    let known: Arc<[String]> = api.catalog.group_types(project).await?.into();
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    if cache.len() >= MAX_REMEMBERED {
        cache.clear();
    }
    cache.insert(project, (Arc::clone(&known), now + REMEMBER_MS));
    Ok(known)
}
