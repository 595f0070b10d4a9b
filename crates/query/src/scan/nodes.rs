//! Events as nodes of a journey: named, renamed and hidden as the question says.

use super::{Context, read::EventRun};
use crate::{
    memory::held,
    property::{PropertyView, dictionary},
};
use arrow_array::{Array, RecordBatch, StringArray, cast::AsArray};
use sillage_behavior::{
    AskError,
    filter::trim_url,
    question::{Journey, NodeName, Rename},
};
use sillage_store::column;
use std::{collections::HashMap, sync::Arc};

/// How events become nodes of a journey.
#[derive(Debug)]
pub(crate) struct NodeNames<'a> {
    pub(crate) journey: &'a Journey,
}

/// The nodes met, numbered; renamed and hidden as the question says.
#[derive(Debug, Default)]
pub(crate) struct Nodes<'a> {
    names: Option<&'a NodeNames<'a>>,
    ids: HashMap<Arc<str>, u32>,
    pub(crate) shown: Vec<Arc<str>>,
    /// From a raw name to its number; hidden ones to [`Nodes::HIDDEN`].
    raw: HashMap<String, u32>,
}

held! {
    Nodes<'_> { ids, shown, raw }
}

impl<'a> Nodes<'a> {
    pub(crate) const HIDDEN: u32 = u32::MAX;
    /// Of an event that the walk does not go through at all.
    pub(crate) const LEFT_OUT: u32 = u32::MAX - 1;

    pub(crate) fn new(names: Option<&'a NodeNames<'a>>) -> Self {
        Self { names, ..Self::default() }
    }

    pub(crate) fn id(&mut self, shown: &Arc<str>) -> u32 {
        if let Some(id) = self.ids.get(shown) {
            return *id;
        }
        let id = self.shown.len() as u32;
        self.shown.push(Arc::clone(shown));
        self.ids.insert(Arc::clone(shown), id);
        id
    }

    fn of_raw(&mut self, raw: &str) -> u32 {
        if let Some(id) = self.raw.get(raw) {
            return *id;
        }
        let Some(names) = self.names else { return Self::HIDDEN };
        let mut name = raw.to_owned();
        for rule in &names.journey.rename {
            match rule {
                Rename::Glob { pattern, to } => {
                    if pattern.is_match(&name) {
                        name.clone_from(to);
                        break;
                    }
                }
                Rename::Regex { pattern, to } => name = pattern.replace_all(&name, regex::NoExpand(to)).into_owned(),
            }
        }
        let id = if names.journey.hide.contains(&name) { Self::HIDDEN } else { self.id(&Arc::from(name)) };
        self.raw.insert(raw.to_owned(), id);
        id
    }
}

/// Events as nodes.
pub(super) fn nodes_by_name(runs: &[EventRun], nodes: &mut Nodes<'_>) -> Vec<u32> {
    let mut ids = Vec::with_capacity(runs.iter().map(|run| run.len).sum());
    for run in runs {
        let id = nodes.of_raw(&run.name);
        ids.resize(ids.len() + run.len, id);
    }
    ids
}

pub(super) fn node_ids(context: &Context<'_>, batch: &RecordBatch, names: &NodeNames<'_>, nodes: &mut Nodes<'_>) -> Result<Vec<u32>, AskError> {
    let event = dictionary(batch, column::EVENT)?;
    let values: &StringArray = event.values().as_string();
    let by_key: Vec<u32> = (0..values.len()).map(|i| nodes.of_raw(values.value(i))).collect();
    let mut ids: Vec<u32> = event.keys().values().iter().map(|key| by_key[*key as usize]).collect();
    let mut rename = |event_names: Option<&str>, property: &str, trim: &dyn Fn(&str) -> String| {
        let keys: Vec<bool> = (0..values.len()).map(|i| event_names.is_none_or(|name| name == values.value(i))).collect();
        let concerned: Vec<bool> = event.keys().values().iter().map(|key| keys[*key as usize]).collect();
        let mut unset = concerned.clone();
        let view = PropertyView::new(batch, property, context);
        if let Some(array) = view.only_dictionary() {
            let texts: &StringArray = array.values().as_string();
            let mut known: Vec<Option<u32>> = vec![None; texts.len()];
            for (row, key) in array.keys().iter().enumerate() {
                if let Some(key) = key.map(|key| key as usize).filter(|_| concerned[row]) {
                    unset[row] = false;
                    ids[row] = *known[key].get_or_insert_with(|| nodes.of_raw(&trim(texts.value(key))));
                }
            }
        } else {
            view.for_each(|row, cell| {
                if concerned[row] {
                    unset[row] = false;
                    ids[row] = nodes.of_raw(&trim(&cell.text()));
                }
            });
        }
        if event_names.is_some() {
            // The event is shown by a property that it does not have: the empty name.
            for (row, unset) in unset.into_iter().enumerate() {
                if unset {
                    ids[row] = nodes.of_raw("");
                }
            }
        } else {
            for (row, unset) in unset.into_iter().enumerate() {
                if unset {
                    ids[row] = Nodes::HIDDEN;
                }
            }
        }
    };
    match &names.journey.node {
        NodeName::Event => {}
        NodeName::Page => rename(None, "$current_url", &|url| trim_url(url.split(['?', '#']).next().unwrap_or("")).to_owned()),
        NodeName::Property(property) => rename(None, property, &str::to_owned),
        NodeName::Properties(rules) => {
            for (event_name, (property, trim)) in rules {
                rename(Some(event_name), property, &|text| if *trim { trim_url(text).to_owned() } else { text.to_owned() });
            }
        }
    }
    Ok(ids)
}
