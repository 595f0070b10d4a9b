//! Breakdowns: which segment, or segments, each row belongs to.

use crate::{
    memory::{Held, held},
    predicate::{Rows, TimeParts},
    property::{Dictionary, PropertyView, columns_of},
    scan::{Context, NO_PERSON, session_columns},
    session_property,
};
use arrow_array::{Array, Int64Array, StringArray, cast::AsArray};
use serde_json::Value;
use sillage_behavior::{
    AskError, AskErrorCode,
    filter::{Cell, Of, Test, trim_url},
    question::Breakdown,
};
use sillage_event::number_text;
use sillage_store::Segment;
use std::{
    collections::{HashMap, HashSet},
    hash::{Hash, Hasher},
    sync::Arc,
};

/// Segments that one question may have before it must be narrowed or say `top`.
const MOST_GROUPS: usize = 20_000;
/// Values that may be counted to find those of a `top`.
const MOST_VALUES: usize = 1_000_000;
/// Set on an id that stands for several groups at once: a list property, overlapping cohorts.
const SEVERAL: u32 = 1 << 31;

/// One value of a breakdown. Equal when it reads the same.
#[derive(Clone, Debug)]
pub(crate) struct GroupValue {
    text: Option<Arc<str>>,
    shown: Shown,
}

#[derive(Clone, Copy, Debug)]
enum Shown {
    Text,
    Number(f64),
    Flag(bool),
}

impl PartialEq for GroupValue {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for GroupValue {}

impl Hash for GroupValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl GroupValue {
    pub(crate) const NOT_SET: Self = Self { text: None, shown: Shown::Text };

    fn of(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Text(text) => Self { text: Some(text.into()), shown: Shown::Text },
            Cell::Number(number) => Self { text: Some(number_text(number).into()), shown: Shown::Number(number) },
            Cell::Flag(flag) => Self { text: Some(flag.to_string().into()), shown: Shown::Flag(flag) },
            Cell::Json(value) => Self { text: Some(value.to_string().into()), shown: Shown::Text },
        }
    }

    pub(crate) fn text(text: &str) -> Self {
        Self { text: Some(text.into()), shown: Shown::Text }
    }

    /// Reads a value that an answer wrote.
    pub(crate) fn from_json(value: &Value) -> Self {
        Cell::of(value).map_or(Self::NOT_SET, Self::of)
    }

    pub(crate) fn to_json(&self) -> Value {
        match (&self.text, self.shown) {
            (None, _) => Value::Null,
            (Some(text), Shown::Text) => Value::from(&**text),
            (Some(_), Shown::Number(number)) if number.fract() == 0.0 && number.abs() < 9e15 => Value::from(number as i64),
            (Some(_), Shown::Number(number)) => Value::from(number),
            (Some(_), Shown::Flag(flag)) => Value::from(flag),
        }
    }

    fn is_set(&self) -> bool {
        self.text.is_some()
    }

    fn sort_key(&self) -> (bool, Option<f64>, &str) {
        let number = match self.shown {
            Shown::Number(number) => Some(number),
            _ => None,
        };
        (self.text.is_none(), number, self.text.as_deref().unwrap_or(""))
    }
}

/// The values of all parts of a breakdown, or what is left of a `top`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum GroupKey {
    Values(Vec<GroupValue>),
    Other,
}

impl GroupKey {
    pub(crate) fn overall() -> Self {
        Self::Values(Vec::new())
    }

    pub(crate) fn to_json(&self, n_parts: usize) -> Value {
        match self {
            Self::Values(values) => Value::Array(values.iter().map(GroupValue::to_json).collect()),
            Self::Other => Value::Array(vec![Value::Null; n_parts]),
        }
    }

    /// Whether any part is set; a funnel attributes the first set value.
    pub(crate) fn is_set(&self) -> bool {
        match self {
            Self::Values(values) => values.iter().any(GroupValue::is_set),
            Self::Other => true,
        }
    }

    pub(crate) fn order(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Values(a), Self::Values(b)) => {
                let keys = a.iter().map(GroupValue::sort_key).zip(b.iter().map(GroupValue::sort_key));
                keys.map(|(x, y)| x.0.cmp(&y.0).then(x.1.partial_cmp(&y.1).unwrap_or(std::cmp::Ordering::Equal)).then_with(|| x.2.cmp(y.2)))
                    .find(|order| order.is_ne())
                    // The whole, which has no values, comes first.
                    .unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            (Self::Other, Self::Other) => std::cmp::Ordering::Equal,
            (Self::Other, _) => std::cmp::Ordering::Greater,
            (_, Self::Other) => std::cmp::Ordering::Less,
        }
    }
}

/// The groups met in one bucket, numbered as they come.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    ids: HashMap<GroupKey, u32>,
    pub(crate) keys: Vec<GroupKey>,
    several: Vec<Vec<u32>>,
    several_ids: HashMap<Vec<u32>, u32>,
    /// When a `top` was asked: every other group is one.
    keep: Option<Arc<HashSet<GroupKey>>>,
    /// Only counted: the answer will not hold them all.
    counted_only: bool,
}

held! {
    GroupValue { text }
    Groups { ids, keys, several, several_ids }
}

impl Held for GroupKey {
    fn held(&self) -> usize {
        match self {
            Self::Values(values) => values.held(),
            Self::Other => 0,
        }
    }
}

/// Whether an answer may have so many segments.
pub(crate) fn check_count(n_groups: usize) -> Result<(), AskError> {
    if n_groups > MOST_GROUPS + 1 { Err(too_many(MOST_GROUPS)) } else { Ok(()) }
}

fn too_many(most: usize) -> AskError {
    let message = format!("the breakdown has more than {most} values: add \"top\", a filter, or break down by something with fewer values");
    AskError { code: AskErrorCode::LimitExceeded, message, field: Some("breakdown".into()) }
}

impl Groups {
    pub(crate) fn new(keep: Option<Arc<HashSet<GroupKey>>>, counted_only: bool) -> Self {
        Self { keep, counted_only, ..Self::default() }
    }

    fn id(&mut self, key: GroupKey) -> Result<u32, AskError> {
        let key = match &self.keep {
            Some(keep) if !keep.contains(&key) => GroupKey::Other,
            _ => key,
        };
        if let Some(id) = self.ids.get(&key) {
            return Ok(*id);
        }
        let most = if self.counted_only { MOST_VALUES } else { MOST_GROUPS };
        if self.keys.len() >= most {
            return Err(too_many(most));
        }
        let id = self.keys.len() as u32;
        self.keys.push(key.clone());
        self.ids.insert(key, id);
        Ok(id)
    }

    /// The groups behind an id that a row carries.
    pub(crate) fn members<'a>(&'a self, id: &'a u32) -> &'a [u32] {
        if *id & SEVERAL == 0 { std::slice::from_ref(id) } else { &self.several[(*id & !SEVERAL) as usize] }
    }

    /// Whether some row belongs to more than one group.
    pub(crate) fn has_several(&self) -> bool {
        !self.several.is_empty()
    }

    fn several(&mut self, mut ids: Vec<u32>) -> u32 {
        ids.sort_unstable();
        ids.dedup();
        if let [one] = ids.as_slice() {
            return *one;
        }
        if let Some(id) = self.several_ids.get(&ids) {
            return *id;
        }
        let id = SEVERAL | self.several.len() as u32;
        self.several.push(ids.clone());
        self.several_ids.insert(ids, id);
        id
    }

    /// The group id of each chosen row; of all rows when none are named.
    pub(crate) fn of_rows(&mut self, breakdown: &[Breakdown], rows: &Rows<'_>, chosen: Option<&[u32]>) -> Result<Vec<u32>, AskError> {
        if let [part] = breakdown {
            return self.part(part, rows, chosen);
        }
        let mut parts = Vec::with_capacity(breakdown.len());
        for part in breakdown {
            // Parts have numbers of their own; only whole tuples are groups.
            let mut alone = Groups::new(None, self.counted_only);
            let rows = alone.part(part, rows, chosen)?;
            parts.push((alone, rows));
        }
        let n = chosen.map_or(rows.batch.num_rows(), <[u32]>::len);
        let mut ids = Vec::with_capacity(n);
        let mut seen: HashMap<Vec<u32>, u32> = HashMap::new();
        for row in 0..n {
            let tuple: Vec<u32> = parts.iter().map(|(_, rows)| rows[row]).collect();
            if let Some(id) = seen.get(&tuple) {
                ids.push(*id);
                continue;
            }
            let mut keys: Vec<Vec<GroupValue>> = vec![Vec::new()];
            for (part, (alone, _)) in tuple.iter().zip(&parts) {
                let values: Vec<GroupValue> = alone
                    .members(part)
                    .iter()
                    .map(|id| match &alone.keys[*id as usize] {
                        GroupKey::Values(values) => values[0].clone(),
                        GroupKey::Other => GroupValue::NOT_SET,
                    })
                    .collect();
                keys = keys.iter().flat_map(|key| values.iter().map(move |value| [key.as_slice(), std::slice::from_ref(value)].concat())).collect();
            }
            let members = keys.into_iter().map(|key| self.id(GroupKey::Values(key))).collect::<Result<Vec<_>, _>>()?;
            let id = self.several(members);
            seen.insert(tuple, id);
            ids.push(id);
        }
        Ok(ids)
    }

    /// The id here of a group that another list numbered.
    pub(crate) fn adopt(&mut self, other: &Self, id: u32) -> u32 {
        let members: Vec<u32> = other
            .members(&id)
            .iter()
            .map(|member| {
                let key = &other.keys[*member as usize];
                if let Some(known) = self.ids.get(key) {
                    return *known;
                }
                let next = self.keys.len() as u32;
                self.keys.push(key.clone());
                self.ids.insert(key.clone(), next);
                next
            })
            .collect();
        self.several(members)
    }

    fn single(&mut self, value: GroupValue) -> Result<u32, AskError> {
        self.id(GroupKey::Values(vec![value]))
    }

    fn part(&mut self, part: &Breakdown, rows: &Rows<'_>, chosen: Option<&[u32]>) -> Result<Vec<u32>, AskError> {
        let n = rows.batch.num_rows();
        match part {
            Breakdown::Cohorts(names) => {
                let cohorts = names.iter().map(|name| rows.context.cohort(name)).collect::<Result<Vec<_>, _>>()?;
                let not_set = self.single(GroupValue::NOT_SET)?;
                let ids = names.iter().map(|name| self.single(GroupValue::text(&name.name))).collect::<Result<Vec<_>, _>>()?;
                let mut by_person = Vec::with_capacity(rows.people.len());
                for person in rows.people {
                    let members: Vec<u32> = cohorts.iter().zip(&ids).filter(|(cohort, _)| cohort.contains(person)).map(|(_, id)| *id).collect();
                    by_person.push(if members.is_empty() { not_set } else { self.several(members) });
                }
                Ok(picked(by_ordinal(rows, &by_person, not_set), chosen))
            }
            Breakdown::Property { property, of, trim_url: trim, only } => {
                let value_of = |cell: Cell<'_>| match cell {
                    Cell::Text(text) if *trim => GroupValue::text(trim_url(text)),
                    other => GroupValue::of(other),
                };
                self.property(property, of, rows, chosen, &value_of, only.as_ref())
            }
            Breakdown::Bucket { property, of, edges } => {
                let value_of = |cell: Cell<'_>| match cell {
                    Cell::Number(number) => bucket_label(edges, number),
                    _ => GroupValue::NOT_SET,
                };
                self.property(property, of, rows, chosen, &value_of, None)
            }
            Breakdown::Groups { property, of, groups } => {
                let value_of =
                    |cell: Cell<'_>| groups.iter().find(|(_, test)| test.matches(Some(cell))).map_or(GroupValue::NOT_SET, |(label, _)| GroupValue::text(label));
                self.property(property, of, rows, chosen, &value_of, None)
            }
            Breakdown::Time(part) => {
                let times: &Int64Array = rows.batch.column(0).as_primitive();
                let mut parts = TimeParts::new(rows.context, *part);
                let positions: Vec<usize> = times.values().iter().map(|time| parts.position(*time)).collect();
                let ids = parts.values.iter().map(|value| self.single(GroupValue::from_json(value))).collect::<Result<Vec<_>, _>>()?;
                Ok(picked(positions.into_iter().map(|at| ids[at]).collect(), chosen))
            }
            // The engine has put edges in their place.
            Breakdown::Quantiles { .. } => Ok(picked(vec![self.single(GroupValue::NOT_SET)?; n], chosen)),
        }
    }

    fn property(
        &mut self,
        property: &str,
        of: &Of,
        rows: &Rows<'_>,
        chosen: Option<&[u32]>,
        value_of: &dyn Fn(Cell<'_>) -> GroupValue,
        only: Option<&Test>,
    ) -> Result<Vec<u32>, AskError> {
        let n = rows.batch.num_rows();
        let not_set = self.single(GroupValue::NOT_SET)?;
        let ids = match of {
            Of::Event => {
                let view = PropertyView::new(rows.batch, property, rows.context);
                if let Some(array) = view.only_dictionary() {
                    return self.by_value(array, chosen, not_set, value_of, only);
                }
                let mut ids = vec![not_set; n];
                let mut problem = None;
                view.for_each(|row, cell| match self.ids_of(cell, value_of, only) {
                    Ok(id) => ids[row] = id,
                    Err(error) => problem = Some(error),
                });
                problem.map_or(Ok(ids), Err)?
            }
            Of::Person => {
                let values = rows.context.person_property(property)?;
                let mut by_person = Vec::with_capacity(rows.people.len());
                for person in rows.people {
                    by_person.push(match values.get(person).and_then(Cell::of) {
                        Some(cell) => self.ids_of(cell, value_of, only)?,
                        None => not_set,
                    });
                }
                by_ordinal(rows, &by_person, not_set)
            }
            Of::PersonAtEvent => {
                let history = rows.context.person_history(property)?;
                let times: &Int64Array = rows.batch.column(0).as_primitive();
                let mut ids = vec![not_set; n];
                // A person's value is looked up once for each stretch of time in which it did not change.
                let mut known: HashMap<(u32, usize), u32> = HashMap::new();
                for (row, ordinal) in rows.ordinals.iter().enumerate().filter(|(_, ordinal)| **ordinal != NO_PERSON) {
                    let Some(own) = history.get(&rows.people[*ordinal as usize]) else { continue };
                    let position = own.partition_point(|(from, _)| *from <= times.value(row));
                    let Some(cell) = position.checked_sub(1).and_then(|at| Cell::of(&own[at].1)) else { continue };
                    ids[row] = match known.get(&(*ordinal, position)) {
                        Some(id) => *id,
                        None => {
                            let id = self.ids_of(cell, value_of, only)?;
                            known.insert((*ordinal, position), id);
                            id
                        }
                    };
                }
                ids
            }
            Of::Session => {
                let mut ids = vec![not_set; n];
                let mut problem = None;
                session_property::for_each_row(rows, property, |row, value| {
                    let Some(cell) = Cell::of(value) else { return };
                    match self.ids_of(cell, value_of, only) {
                        Ok(id) => ids[row] = id,
                        Err(error) => problem = Some(error),
                    }
                })?;
                problem.map_or(Ok(ids), Err)?
            }
            Of::Group(kind) => {
                let values = rows.context.group_property(kind, property)?;
                let mut ids = vec![not_set; n];
                let mut problem = None;
                PropertyView::group_keys(rows.batch, kind).for_each(|row, cell| {
                    let keys: Vec<String> = match cell {
                        Cell::Json(Value::Array(keys)) => keys.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                        other => vec![other.text()],
                    };
                    let members = keys.iter().map(|key| match values.get(key.as_str()).and_then(Cell::of) {
                        Some(cell) => self.ids_of(cell, value_of, only),
                        None => Ok(not_set),
                    });
                    match members.collect::<Result<Vec<_>, _>>() {
                        Ok(members) => ids[row] = self.several(members),
                        Err(error) => problem = Some(error),
                    }
                });
                problem.map_or(Ok(ids), Err)?
            }
        };
        Ok(picked(ids, chosen))
    }

    /// By the values of a dictionary: each is looked at once, and a row is a look at a small table.
    fn by_value(
        &mut self,
        array: &Dictionary,
        chosen: Option<&[u32]>,
        not_set: u32,
        value_of: &dyn Fn(Cell<'_>) -> GroupValue,
        only: Option<&Test>,
    ) -> Result<Vec<u32>, AskError> {
        let values: &StringArray = array.values().as_string();
        let keys = array.keys();
        // A value more, of rows that have none.
        let unset = values.len() as u32;
        let key_of = |row: usize| if keys.is_valid(row) { keys.value(row) as u32 } else { unset };
        let mut ids: Vec<u32> = match chosen {
            None if keys.null_count() == 0 => keys.values().iter().map(|key| *key as u32).collect(),
            None => (0..keys.len()).map(key_of).collect(),
            Some(chosen) if keys.null_count() == 0 => chosen.iter().map(|row| keys.value(*row as usize) as u32).collect(),
            Some(chosen) => chosen.iter().map(|row| key_of(*row as usize)).collect(),
        };
        // Only values that rows have are groups.
        let mut is_met = vec![false; values.len() + 1];
        ids.iter().for_each(|key| is_met[*key as usize] = true);
        let mut by_key = vec![not_set; values.len() + 1];
        for key in (0..values.len()).filter(|key| is_met[*key]) {
            by_key[key] = self.ids_of(Cell::Text(values.value(key)), value_of, only)?;
        }
        ids.iter_mut().for_each(|id| *id = by_key[*id as usize]);
        Ok(ids)
    }

    /// A list belongs to the group of each of its elements, or of those that pass.
    fn ids_of(&mut self, cell: Cell<'_>, value_of: &dyn Fn(Cell<'_>) -> GroupValue, only: Option<&Test>) -> Result<u32, AskError> {
        let passes = |cell: Option<Cell<'_>>| only.is_none_or(|test| test.matches(cell));
        if let Cell::Json(Value::Array(elements)) = cell {
            let mut members = Vec::with_capacity(elements.len());
            for cell in elements.iter().map(Cell::of).filter(|cell| passes(*cell)) {
                members.push(self.single(cell.map_or(GroupValue::NOT_SET, value_of))?);
            }
            if members.is_empty() {
                return self.single(GroupValue::NOT_SET);
            }
            return Ok(self.several(members));
        }
        self.single(if passes(Some(cell)) { value_of(cell) } else { GroupValue::NOT_SET })
    }
}

/// What each row has by its person.
fn by_ordinal(rows: &Rows<'_>, by_person: &[u32], not_set: u32) -> Vec<u32> {
    rows.ordinals.iter().map(|ordinal| if *ordinal == NO_PERSON { not_set } else { by_person[*ordinal as usize] }).collect()
}

/// What the chosen rows have; what all have when none are named.
fn picked(all: Vec<u32>, chosen: Option<&[u32]>) -> Vec<u32> {
    match chosen {
        None => all,
        Some(chosen) => chosen.iter().map(|row| all[*row as usize]).collect(),
    }
}

/// `[0, 10)`, or `< 0` and `>= 100` outside the edges.
fn bucket_label(edges: &[f64], number: f64) -> GroupValue {
    let i = edges.partition_point(|edge| *edge <= number);
    let text = match i {
        0 => format!("< {}", number_text(edges[0])),
        i if i == edges.len() => format!(">= {}", number_text(edges[i - 1])),
        i => format!("[{}, {})", number_text(edges[i - 1]), number_text(edges[i])),
    };
    GroupValue::text(&text)
}

/// Names the columns that a breakdown reads.
pub(crate) fn breakdown_columns(context: &Context<'_>, segment: &dyn Segment, breakdown: &[Breakdown], into: &mut Vec<String>) {
    for (property, of) in breakdown.iter().filter_map(Breakdown::property) {
        match of {
            Of::Event => columns_of(segment, property, into),
            Of::Group(kind) => columns_of(segment, kind, into),
            Of::Session => session_columns(context, segment, into),
            Of::Person | Of::PersonAtEvent => {}
        }
    }
}
