//! The import form in files: `sillage import`, `sillage ask`, and the replay of refused records.
//!
//! A line is read by the same steps as a record of `POST /v1/events`, but a file is no visitor: there is no address, browser or clock to
//! compare with, and a time is a time, whatever the year.

use crate::{
    FailedRecord, Limits,
    clock::{Clock, Rule},
    enrich::Visitor,
    fields::Fields,
    profile,
    record::{EventRecord, Raw, Surrogates, decode},
    refusal::{Reason, Stage},
    split::line_piece,
    steps::{self, Demands, Door, Outcome, Ranks},
};
use serde_json::{Map, Value};
use sillage_event::Batch;
use std::cell::{Cell, RefCell};

/// What a record of the import form is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Event,
    Person,
    Group,
}

impl Row {
    pub(crate) fn of(record: &Fields<'_>) -> Self {
        let has = |name| record.has(name);
        match () {
            () if has("event") => Self::Event,
            () if has("person") => Self::Person,
            () if has("group_type") || has("group_key") => Self::Group,
            () => Self::Event,
        }
    }
}

/// Reads records of the import form one after the other into a batch.
///
/// Equal events without an insert id are told apart by their rank since the reader was made: a file that is read again in the same portions,
/// with a new reader each, gives the same ids.
#[derive(Debug)]
pub struct ImportForm {
    limits: Limits,
    received_at: i64,
    source: String,
    ranks: Ranks,
    read: u32,
}

impl ImportForm {
    /// `source` is what refused records say they came from, `received_at` the arrival, which also stands for a missing time.
    #[must_use]
    pub fn new(source: impl Into<String>, received_at: i64, limits: Limits) -> Self {
        Self { limits, received_at, source: source.into(), ranks: Ranks::new(), read: 0 }
    }

    /// Reads one line. What is wrong with it is returned and also put among the refused of the batch. An empty line is nothing.
    ///
    /// # Errors
    /// The reason why this line was refused; the reader goes on.
    pub fn line(&mut self, line: &[u8], batch: &mut Batch) -> Result<(), FailedRecord> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        let read = decode(&line_piece(line), &self.limits, Surrogates::Refuse).and_then(|record| self.accept(record, batch));
        self.settle(read, line, batch)
    }

    /// Reads one record that is already an object, such as a row of a table; `raw` is what the quarantine keeps of it.
    ///
    /// # Errors
    /// As [`Self::line`].
    pub fn record(&mut self, record: Map<String, Value>, raw: &[u8], batch: &mut Batch) -> Result<(), FailedRecord> {
        let read = self.accept(Fields::from(record), batch);
        self.settle(read, raw, batch)
    }

    fn settle(&mut self, read: Result<(), Reason>, raw: &[u8], batch: &mut Batch) -> Result<(), FailedRecord> {
        let index = self.read;
        self.read += 1;
        read.map_err(|reason| {
            let failed = reason.as_failed(index, &Raw(raw), &self.limits);
            batch.refused.push(reason.into_refused(self.received_at, &self.source, String::new(), index, &Raw(raw)));
            failed
        })
    }

    fn accept(&mut self, record: Fields<'_>, batch: &mut Batch) -> Result<(), Reason> {
        let door = Door {
            limits: &self.limits,
            clock: Clock::new(Rule::Anything, self.received_at, None),
            received_at: self.received_at,
            request_id: "",
            idempotency_key: None,
            demands: Demands::Name,
            visitor: Visitor::new(None, false, self.received_at, &[]),
            geo: None,
            last_place: RefCell::default(),
            stage: Cell::new(Stage::Decode),
        };
        match Row::of(&record) {
            Row::Person => batch.profiles.extend(profile::person_row(record.into_map(), &door)?),
            Row::Group => batch.profiles.extend(profile::group_row(record.into_map(), &door)?),
            Row::Event => {
                if let Outcome::Accepted(event, link) = steps::accept(EventRecord::of_import_form(record)?, "", &[], &mut self.ranks, &door)? {
                    batch.events.push(*event);
                    batch.links.extend(link);
                }
            }
        }
        Ok(())
    }
}
