//! Takes the records of one request, one after the other: decode, whose it is, steps. A record that fails, or that makes us stumble, costs
//! nothing but itself.

use crate::{
    Decoded, FailedRecord, Protocol, Received, Settings,
    clock::{Clock, Rule},
    enrich::Visitor,
    fields::Fields,
    import_form::Row,
    key::Token,
    plan::{Arrival, Judged, PlanInForce, judge},
    profile,
    record::{EventRecord, Raw, Surrogates, decode},
    refusal::{Reason, Stage},
    reply::ReplyForm,
    request::Request,
    split::Piece,
    steps::{self, Demands, Door, Outcome, Ranks},
};
use serde_json::{Map, Value};
use sillage_event::{Batch, MAX_NAME_BYTES, Refused};
use sillage_plan::Tally;
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

pub(crate) struct Intake<'a> {
    protocol: Protocol,
    /// What the events of Mixpanel's protocols say of where they were sent.
    endpoint: Option<&'a str>,
    settings: &'a Settings<'a>,
    request: &'a Request<'a>,
    door: Door<'a>,
    surrogates: Surrogates,
    projects: Vec<Project>,
    project_of_token: HashMap<Token, usize>,
    /// Refused records that are too broken to say whose they are.
    of_nobody: Vec<Refused>,
    failed: Vec<FailedRecord>,
    accepted: u32,
    quarantined: u32,
    ignored: u32,
    /// Of the record that is being taken.
    index: u32,
}

/// What the request holds for one project.
struct Project {
    token: Token,
    group_types: Vec<String>,
    ranks: Ranks,
    plan: Option<PlanInForce>,
    tally: Tally,
    batch: Batch,
}

impl<'a> Intake<'a> {
    pub(crate) fn new(received: &Received<'a>, request: &'a Request<'a>, form: &ReplyForm, settings: &'a Settings<'a>) -> Self {
        let protocol = received.path_kind;
        let ip = request.parameters.get("ip");
        let may_use_client_ip = if protocol == Protocol::Track { ip == Some("1") } else { ip != Some("0") };
        let visitor = Visitor::new(received.client_ip, may_use_client_ip, received.received_at, settings.visitor_secret);
        let visitor = match protocol {
            Protocol::NativeEvents | Protocol::Track => visitor.with_headers(received.user_agent, received.accept_language),
            Protocol::Import | Protocol::Engage | Protocol::Groups => visitor,
        };
        let rule = match protocol {
            Protocol::Track => Rule::Track,
            Protocol::Import => Rule::Import,
            Protocol::NativeEvents | Protocol::Engage | Protocol::Groups => Rule::Live,
        };
        let demands = match protocol {
            Protocol::Import if form.strict => Demands::Everything,
            Protocol::Import => Demands::NameAndId,
            _ => Demands::Name,
        };
        let surrogates = match protocol {
            Protocol::Track | Protocol::Engage | Protocol::Groups => Surrogates::Repair,
            Protocol::NativeEvents | Protocol::Import => Surrogates::Refuse,
        };
        let door = Door {
            limits: &settings.limits,
            clock: Clock::new(rule, received.received_at, request.sent_at),
            received_at: received.received_at,
            request_id: received.request_id,
            idempotency_key: received.idempotency_key,
            demands,
            visitor,
            geo: settings.geo,
            last_place: RefCell::default(),
            stage: Cell::new(Stage::Decode),
        };
        Self {
            protocol,
            endpoint: received.host.and_then(host_name),
            settings,
            request,
            door,
            surrogates,
            projects: Vec::new(),
            project_of_token: HashMap::new(),
            of_nobody: Vec::new(),
            failed: Vec::new(),
            accepted: 0,
            quarantined: 0,
            ignored: 0,
            index: 0,
        }
    }

    pub(crate) fn take(&mut self, index: u32, piece: &Piece<'_>) {
        self.door.stage.set(Stage::Decode);
        self.index = index;
        let mut project = None;
        let taken = catch_unwind(AssertUnwindSafe(|| self.step(piece, &mut project)));
        let taken = taken.unwrap_or_else(|_| Err(Reason::panicked(self.door.stage.get())));
        match taken {
            Ok(Taken::Kept) => self.accepted += 1,
            Ok(Taken::Apart) => {
                self.accepted += 1;
                self.quarantined += 1;
            }
            Ok(Taken::Ignored) => self.ignored += 1,
            Err(reason) => self.refuse(index, piece, project, reason),
        }
    }

    pub(crate) fn into_decoded(mut self, reply_form: ReplyForm) -> Decoded {
        if !self.of_nobody.is_empty() && (self.request.key.is_some() || !self.projects.is_empty()) {
            if self.projects.is_empty() {
                self.project(Token::OfKey);
            }
            self.projects[0].batch.refused.append(&mut self.of_nobody);
        }
        let tallies = self.projects.iter_mut().filter(|project| !project.tally.is_empty());
        let tallies = tallies.map(|project| (project.token.clone(), std::mem::take(&mut project.tally))).collect();
        Decoded {
            tallies,
            quarantined: self.quarantined,
            key: self.request.key.clone(),
            batches: self.projects.into_iter().map(|project| (project.token, project.batch)).filter(|(_, batch)| !batch.is_empty()).collect(),
            failed: self.failed,
            accepted: self.accepted,
            ignored: self.ignored,
            reply_form,
        }
    }

    /// Sets `of` as soon as the record has said whose it is.
    fn step(&mut self, piece: &Piece<'_>, of: &mut Option<usize>) -> Result<Taken, Reason> {
        let mut record = decode(piece, self.door.limits, self.surrogates)?;
        match self.protocol {
            Protocol::NativeEvents => {
                *of = Some(self.project(Token::OfKey));
                match Row::of(&record) {
                    Row::Event => self.event(EventRecord::of_import_form(record)?, of),
                    Row::Person => self.profile(record, profile::person_row, of),
                    Row::Group => self.profile(record, profile::group_row, of),
                }
            }
            Protocol::Track => {
                let event = EventRecord::of_mixpanel(record)?;
                *of = Some(self.project_named(event.token.as_ref(), "properties.token")?);
                self.event(event, of)
            }
            Protocol::Import => {
                *of = Some(self.project(Token::OfKey));
                self.event(EventRecord::of_mixpanel(record)?, of)
            }
            Protocol::Engage | Protocol::Groups => {
                let token = record.remove("$token").or_else(|| record.remove("token"));
                *of = Some(self.project_named(token.as_ref(), "$token")?);
                let read = if self.protocol == Protocol::Engage { profile::engage } else { profile::groups };
                self.profile(record, read, of)
            }
        }
    }

    fn event(&mut self, record: EventRecord, of: &Option<usize>) -> Result<Taken, Reason> {
        let Some(project) = of.and_then(|at| self.projects.get_mut(at)) else { return Ok(Taken::Ignored) };
        let token = if let Token::Sent(token) = &project.token { token.as_str() } else { "" };
        match steps::accept(record, token, &project.group_types, &mut project.ranks, &self.door)? {
            Outcome::Ignored => Ok(Taken::Ignored),
            Outcome::Accepted(mut event, link) => {
                if self.protocol == Protocol::Import {
                    event.properties.insert("$import".to_owned(), Value::Bool(true));
                }
                if self.protocol != Protocol::NativeEvents
                    && let Some(endpoint) = self.endpoint
                {
                    event.properties.get_or_insert_with("$mp_api_endpoint", || Value::from(endpoint));
                }
                if let Some(plan) = &project.plan {
                    self.door.stage.set(Stage::Plan);
                    let arrival = Arrival { received_at: self.door.received_at, index: self.index, group_types: &project.group_types };
                    match judge(plan, &mut event, &mut project.tally, &arrival)? {
                        Judged::Kept => {}
                        Judged::Dropped => return Ok(Taken::Ignored),
                        Judged::Apart(record) => {
                            project.batch.refused.push(record);
                            return Ok(Taken::Apart);
                        }
                    }
                }
                project.batch.events.push(*event);
                project.batch.links.extend(link);
                Ok(Taken::Kept)
            }
        }
    }

    fn profile(&mut self, record: Fields<'_>, read: ReadProfile, of: &Option<usize>) -> Result<Taken, Reason> {
        let changes = read(record.into_map(), &self.door)?;
        if let Some(project) = of.and_then(|at| self.projects.get_mut(at)) {
            project.batch.profiles.extend(changes);
        }
        Ok(Taken::Kept)
    }

    fn project_named(&mut self, token: Option<&Value>, field: &str) -> Result<usize, Reason> {
        match token.and_then(Value::as_str).filter(|token| !token.is_empty() && token.len() <= self.door.limits.id_bytes) {
            Some(token) => {
                let token = Token::Sent(token.to_owned());
                if self.projects.len() >= self.door.limits.projects && !self.project_of_token.contains_key(&token) {
                    let message = format!("the records name more than {} projects; send a request for each", self.door.limits.projects);
                    return Err(Reason::validate("too_many_projects", field, message));
                }
                Ok(self.project(token))
            }
            None if self.request.key.is_some() => Ok(self.project(Token::OfKey)),
            None => Err(Reason::validate("missing_token", field, "the token of the project is missing")),
        }
    }

    fn project(&mut self, token: Token) -> usize {
        if let Some(known) = self.project_of_token.get(&token) {
            return *known;
        }
        let group_types = (self.settings.group_types)(&token, self.request.key.as_ref());
        self.project_of_token.insert(token.clone(), self.projects.len());
        let plan = (self.settings.plan)(&token, self.request.key.as_ref());
        self.projects.push(Project { token, group_types, ranks: Ranks::new(), plan, tally: Tally::default(), batch: Batch::default() });
        self.projects.len() - 1
    }

    fn refuse(&mut self, index: u32, piece: &Piece<'_>, of: Option<usize>, reason: Reason) {
        let raw = Raw(piece.bytes);
        self.failed.push(reason.as_failed(index, &raw, self.door.limits));
        let parameters = self.request.parameters_to_keep(self.protocol);
        let refused = reason.into_refused(self.door.received_at, self.protocol.path(), parameters, index, &raw);
        match of.and_then(|at| self.projects.get_mut(at)) {
            Some(project) => project.batch.refused.push(refused),
            None => self.of_nobody.push(refused),
        }
    }
}

/// The name in a `Host` header, without the port.
fn host_name(header: &str) -> Option<&str> {
    let name = match header.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => header,
    };
    let is_name = (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte));
    is_name.then_some(name)
}

enum Taken {
    Kept,
    /// Kept in quarantine.
    Apart,
    Ignored,
}

type ReadProfile = fn(Map<String, Value>, &Door<'_>) -> Result<Vec<sillage_event::ProfileChange>, Reason>;
