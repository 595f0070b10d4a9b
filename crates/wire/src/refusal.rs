use crate::{Limits, record::Raw};
use sillage_event::Refused;

/// A record that was refused, as the reply names it. The record itself goes to the quarantine as a [`Refused`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FailedRecord {
    /// Position in the request, from 0.
    pub index: u32,
    pub insert_id: Option<String>,
    /// The field at fault, dotted, as the client names it.
    pub field: Option<String>,
    /// A stable code; all of them are in the documentation of the crate.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// Where in the path of a record it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Decode,
    Validate,
    Enrich,
    Plan,
}

impl Stage {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Validate => "validate",
            Self::Enrich => "enrich",
            Self::Plan => "plan",
        }
    }
}

/// Why a step refused a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) stage: Stage,
    pub(crate) code: &'static str,
    pub(crate) field: Option<String>,
    pub(crate) message: String,
}

impl Reason {
    pub(crate) fn decode(code: &'static str, message: impl Into<String>) -> Self {
        Self { stage: Stage::Decode, code, field: None, message: message.into() }
    }

    pub(crate) fn validate(code: &'static str, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { stage: Stage::Validate, code, field: Some(field.into()), message: message.into() }
    }

    /// A defect of ours, kept from hurting the other records.
    pub(crate) fn panicked(stage: Stage) -> Self {
        Self { stage, code: "internal", field: None, message: "this record made the server stumble; it is kept aside and can be replayed".to_owned() }
    }

    pub(crate) fn as_failed(&self, index: u32, raw: &Raw<'_>, limits: &Limits) -> FailedRecord {
        FailedRecord { index, insert_id: raw.insert_id(limits), field: self.field.clone(), code: self.code, message: self.message.clone() }
    }

    /// `parameters` are those of the request that matter when the record is received again.
    pub(crate) fn into_refused(self, at: i64, source: &str, parameters: String, index: u32, raw: &Raw<'_>) -> Refused {
        Refused {
            at,
            source: source.to_owned(),
            stage: self.stage.name().to_owned(),
            code: self.code.to_owned(),
            field: self.field,
            message: self.message,
            index,
            raw: raw.for_quarantine(),
            parameters,
            journal_sequence: None,
        }
    }
}
