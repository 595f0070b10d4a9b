//! What pickers need: names, properties and values, read off the segments.

use crate::{
    engine::{Engine, Source},
    property::{Nowhere, PropertyView, columns_of},
    scan::store_failed,
};
use serde_json::Value;
use sillage_behavior::{AskError, NameInfo, PropertyInfo, ValueInfo, filter::Cell};
use sillage_event::{ProjectId, number_text};
use sillage_store::{PropertyKind, column};
use std::collections::{BTreeMap, HashMap};

/// Rows of one event looked at for its values, newest segments first.
const MOST_ROWS_SAMPLED: usize = 300_000;

impl<S: Source> Engine<S> {
    /// Event names, most frequent first.
    pub fn names(&self, project: ProjectId) -> Result<Vec<NameInfo>, AskError> {
        let snapshot = self.source().snapshot(project)?;
        let mut names: BTreeMap<&str, NameInfo> = BTreeMap::new();
        for segment in &snapshot.segments {
            let Some((first, last)) = segment.time_range() else { continue };
            for (event, name) in segment.event_names().iter().enumerate() {
                let info = names.entry(name).or_insert_with(|| NameInfo { name: name.to_string(), count: 0, first_seen: i64::MAX, last_seen: i64::MIN });
                info.count += segment.event_count(event);
                info.first_seen = info.first_seen.min(first);
                info.last_seen = info.last_seen.max(last);
            }
        }
        let mut names: Vec<NameInfo> = names.into_values().collect();
        names.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        Ok(names)
    }

    /// Properties that events carry, those of one event only when it is named.
    pub fn event_properties(&self, project: ProjectId, event: Option<&str>) -> Result<Vec<PropertyInfo>, AskError> {
        let snapshot = self.source().snapshot(project)?;
        let mut found: BTreeMap<String, PropertyInfo> = BTreeMap::new();
        for segment in &snapshot.segments {
            let code = event.map(|event| segment.event_names().iter().position(|name| &**name == event));
            if matches!(code, Some(None)) {
                continue;
            }
            for property in segment.properties() {
                let mut count = segment.rows();
                if let Some(Some(code)) = code {
                    count = 0;
                    for bucket in 0..1usize << segment.bucket_bits() {
                        let rows = segment.event_rows(bucket, code);
                        if rows.is_empty() {
                            continue;
                        }
                        // A look at the first thousand rows of each bucket tells whether the event carries the property.
                        let some = rows.start..rows.end.min(rows.start + 1000);
                        let batch = segment.read(bucket, std::slice::from_ref(&some), &[&property.column_name()]).map_err(store_failed)?;
                        let set = batch.num_rows() - batch.column(0).null_count();
                        count += (set * rows.len() / some.len()) as u64;
                        if bucket > 3 && count > 0 {
                            break;
                        }
                    }
                    if count == 0 {
                        continue;
                    }
                }
                let kind = match property.kind {
                    PropertyKind::Text | PropertyKind::Group => "string",
                    PropertyKind::Number => "number",
                    PropertyKind::Flag => "boolean",
                    PropertyKind::Json => "list",
                };
                let info = found.entry(property.name.clone()).or_insert_with(|| PropertyInfo { name: property.name.clone(), types: Vec::new(), count: 0 });
                info.count += count;
                if !info.types.contains(&kind) {
                    info.types.push(kind);
                }
            }
        }
        let mut found: Vec<PropertyInfo> = found.into_values().collect();
        found.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        Ok(found)
    }

    /// The most frequent values of an event property.
    pub fn event_values(
        &self,
        project: ProjectId,
        property: &str,
        event: Option<&str>,
        search: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ValueInfo>, AskError> {
        let snapshot = self.source().snapshot(project)?;
        let mut counts: HashMap<String, (Value, u64)> = HashMap::new();
        let search = search.map(str::to_lowercase);
        let mut left = MOST_ROWS_SAMPLED;
        for segment in snapshot.segments.iter().rev() {
            let mut columns = Vec::new();
            columns_of(&**segment, property, &mut columns);
            if columns.is_empty() {
                continue;
            }
            columns.push(column::EVENT.to_owned());
            let names: Vec<&str> = columns.iter().map(String::as_str).collect();
            let code = event.map(|event| segment.event_names().iter().position(|name| &**name == event));
            for bucket in 0..1usize << segment.bucket_bits() {
                let rows = match code {
                    Some(None) => break,
                    Some(Some(code)) => segment.event_rows(bucket, code),
                    None => 0..segment.bucket_rows(bucket),
                };
                if rows.is_empty() || left == 0 {
                    continue;
                }
                left = left.saturating_sub(rows.len());
                let batch = segment.read(bucket, std::slice::from_ref(&rows), &names).map_err(store_failed)?;
                PropertyView::new(&batch, property, &Nowhere).for_each(|_, cell| count_value(&mut counts, cell, search.as_deref()));
            }
        }
        Ok(most_frequent(counts, limit))
    }
}

/// Counts a value, or the elements of a list.
pub(crate) fn count_value(counts: &mut HashMap<String, (Value, u64)>, cell: Cell<'_>, search: Option<&str>) {
    if let Cell::Json(Value::Array(elements)) = cell {
        elements.iter().filter_map(Cell::of).for_each(|element| count_value(counts, element, search));
        return;
    }
    let (text, value) = match cell {
        Cell::Text(text) => (text.to_owned(), Value::from(text)),
        Cell::Number(number) => (number_text(number), crate::trend::number(Some(number))),
        Cell::Flag(flag) => (flag.to_string(), Value::from(flag)),
        Cell::Json(_) => return,
    };
    if search.is_some_and(|search| !text.to_lowercase().contains(search)) {
        return;
    }
    counts.entry(text).or_insert((value, 0)).1 += 1;
}

fn most_frequent(counts: HashMap<String, (Value, u64)>, limit: usize) -> Vec<ValueInfo> {
    let mut values: Vec<(String, (Value, u64))> = counts.into_iter().collect();
    values.sort_by(|a, b| b.1.1.cmp(&a.1.1).then_with(|| a.0.cmp(&b.0)));
    values.into_iter().take(limit).map(|(_, (value, count))| ValueInfo { value, count }).collect()
}
