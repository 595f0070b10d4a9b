//! The fields of a lifecycle.

use super::{scope::INTERVALS, selector::required_selector};
use crate::{
    calendar::Unit,
    question::{
        Lifecycle,
        fields::{Fields, Read},
    },
};

pub(super) fn read_lifecycle(fields: &mut Fields<'_>) -> Read<Lifecycle> {
    let select = required_selector(fields, "select")?;
    let interval = fields.choice("interval", INTERVALS)?.unwrap_or(Unit::Week);
    Ok(Lifecycle { select, interval })
}
