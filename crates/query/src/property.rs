//! One property of the rows of a batch, whatever columns hold it.

use crate::scan::failed;
use arrow_array::{Array, BooleanArray, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray, cast::AsArray, types::Int32Type};
use serde_json::Value;
use sillage_behavior::{
    AskError,
    expression::{Expression, LookupColumn, Surroundings},
    filter::Cell,
    page_group::{ADDRESSES, PageMapping},
};
use sillage_event::lookup_in;
use sillage_store::{PropertyColumn, PropertyKind, Segment, column};
use std::{borrow::Cow, collections::HashMap, sync::Arc};

/// Where no table is known and it is no day: pickers look at properties as they were sent.
pub(crate) struct Nowhere;

impl Surroundings for Nowhere {
    fn today(&self) -> Value {
        Value::Null
    }

    fn lookup(&self, _: &str, _: &str) -> Result<LookupColumn, String> {
        Ok(LookupColumn::default())
    }

    fn page_mapping(&self, _: &str) -> Result<Arc<PageMapping>, String> {
        Ok(Arc::default())
    }
}

/// The fixed columns that a question may name as properties.
const BUILT_IN: [(&str, &str); 5] = [
    ("distinct_id", column::DISTINCT_ID),
    ("$device_id", column::DEVICE_ID),
    ("$user_id", column::USER_ID),
    ("$insert_id", column::INSERT_ID),
    ("$session_id", column::SESSION_ID),
];

/// Adds the columns of a segment that can hold the property, dotted paths included.
pub(crate) fn columns_of(segment: &dyn Segment, name: &str, into: &mut Vec<String>) {
    if let Some(Ok(expression)) = Expression::of_name(name) {
        expression.inputs().iter().for_each(|input| columns_of(segment, input, into));
        return;
    }
    let mut add = |column: String| {
        if !into.contains(&column) {
            into.push(column);
        }
    };
    let mut found = false;
    for property in segment.properties() {
        if property.name == name {
            found = true;
            add(property.column_name());
        } else if property.kind == PropertyKind::Json && is_head_of(&property.name, name) {
            add(property.column_name());
        }
    }
    if !found && let Some((_, fixed)) = BUILT_IN.iter().find(|(alias, _)| *alias == name) {
        add((*fixed).to_owned());
    }
    if segment.has_overflow() {
        add(column::OVERFLOW.to_owned());
    }
}

fn is_head_of(head: &str, path: &str) -> bool {
    path.strip_prefix(head).is_some_and(|rest| rest.starts_with('.'))
}

pub(crate) type Dictionary = DictionaryArray<Int32Type>;

/// Reads the property row by row, or a dictionary value at a time.
#[derive(Debug, Default)]
pub(crate) struct PropertyView<'a> {
    texts: Vec<Cow<'a, Dictionary>>,
    plain: Option<&'a StringArray>,
    number: Option<&'a Float64Array>,
    flag: Option<&'a BooleanArray>,
    json: Option<&'a StringArray>,
    /// JSON columns with the path inside them.
    nested: Vec<(&'a StringArray, String)>,
    overflow: Option<(&'a StringArray, String)>,
    /// What a formula gives for each row.
    computed: Option<Vec<Value>>,
    n: usize,
}

impl<'a> PropertyView<'a> {
    pub(crate) fn new(batch: &'a RecordBatch, name: &str, surroundings: &dyn Surroundings) -> Self {
        let mut view = Self { n: batch.num_rows(), ..Self::default() };
        if let Some(Ok(mut expression)) = Expression::of_name(name) {
            // What cannot be looked up was said before the question was begun.
            let _ = expression.bind(surroundings);
            if let Some(mapping) = expression.page_mapping() {
                view.texts.push(Cow::Owned(page_groups(batch, mapping, surroundings)));
                return view;
            }
            view.computed = Some(computed(batch, &expression, surroundings));
            return view;
        }
        let mut found = false;
        for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            if field.name() == column::OVERFLOW {
                view.overflow = Some((array.as_string(), name.to_owned()));
                continue;
            }
            let Some(property) = PropertyColumn::parse(field.name()) else { continue };
            if property.name == name {
                found = true;
                match property.kind {
                    PropertyKind::Text | PropertyKind::Group => view.texts.push(Cow::Borrowed(array.as_dictionary())),
                    PropertyKind::Number => view.number = Some(array.as_primitive()),
                    PropertyKind::Flag => view.flag = Some(array.as_boolean()),
                    PropertyKind::Json => view.json = Some(array.as_string()),
                }
            } else if property.kind == PropertyKind::Json && is_head_of(&property.name, name) {
                view.nested.push((array.as_string(), name[property.name.len() + 1..].to_owned()));
            }
        }
        if !found && let Some((_, fixed)) = BUILT_IN.iter().find(|(alias, _)| *alias == name) {
            match batch.column_by_name(fixed) {
                Some(array) if *fixed == column::INSERT_ID => view.plain = Some(array.as_string()),
                Some(array) => view.texts.push(Cow::Borrowed(array.as_dictionary())),
                None => {}
            }
        }
        view
    }

    /// The key of a group of this type, alone.
    pub(crate) fn group_keys(batch: &'a RecordBatch, kind: &str) -> Self {
        let mut view = Self { n: batch.num_rows(), ..Self::default() };
        let group = PropertyColumn { name: kind.to_owned(), kind: PropertyKind::Group }.column_name();
        if let Some(array) = batch.column_by_name(&group) {
            view.texts.push(Cow::Borrowed(array.as_dictionary()));
        }
        let json = PropertyColumn { name: kind.to_owned(), kind: PropertyKind::Json }.column_name();
        view.json = batch.column_by_name(&json).map(|array| array.as_string());
        view
    }

    /// The dictionary that holds every value of this property, if one column does.
    pub(crate) fn only_dictionary(&self) -> Option<&Dictionary> {
        let alone = self.texts.len() == 1 && self.plain.is_none() && self.number.is_none() && self.flag.is_none() && self.json.is_none();
        (alone && self.nested.is_empty() && self.overflow.is_none() && self.computed.is_none()).then(|| &*self.texts[0])
    }

    /// Numbers only; NaN where there is none.
    pub(crate) fn numbers(&self) -> Vec<f64> {
        if self.nested.is_empty() && self.overflow.is_none() && self.computed.is_none() {
            return match self.number {
                Some(array) if array.null_count() == 0 => array.values().to_vec(),
                Some(array) => (0..self.n).map(|row| if array.is_null(row) { f64::NAN } else { array.value(row) }).collect(),
                None => vec![f64::NAN; self.n],
            };
        }
        let mut numbers = vec![f64::NAN; self.n];
        self.for_each(|row, cell| {
            if let Cell::Number(number) = cell {
                numbers[row] = number;
            }
        });
        numbers
    }

    /// Calls with every row that has a value.
    pub(crate) fn for_each(&self, mut f: impl FnMut(usize, Cell<'_>)) {
        for (row, value) in self.computed.iter().flatten().enumerate() {
            if let Some(cell) = Cell::of(value) {
                f(row, cell);
            }
        }
        for array in &self.texts {
            let values: &StringArray = array.values().as_string();
            for (row, key) in array.keys().iter().enumerate() {
                if let Some(key) = key {
                    f(row, Cell::Text(values.value(key as usize)));
                }
            }
        }
        if let Some(array) = self.plain {
            array.iter().enumerate().for_each(|(row, text)| {
                if let Some(text) = text {
                    f(row, Cell::Text(text));
                }
            });
        }
        if let Some(array) = self.number {
            array.iter().enumerate().for_each(|(row, number)| {
                if let Some(number) = number {
                    f(row, Cell::Number(number));
                }
            });
        }
        if let Some(array) = self.flag {
            array.iter().enumerate().for_each(|(row, flag)| {
                if let Some(flag) = flag {
                    f(row, Cell::Flag(flag));
                }
            });
        }
        if let Some(array) = self.json {
            each_json(array, |row, value| {
                if let Some(cell) = Cell::of(value) {
                    f(row, cell);
                }
            });
        }
        for (array, path) in &self.nested {
            each_json(array, |row, value| {
                if let Value::Object(map) = value
                    && let Some(cell) = lookup_in(map, path).and_then(Cell::of)
                {
                    f(row, cell);
                }
            });
        }
        if let Some((array, name)) = &self.overflow {
            each_json(array, |row, value| {
                if let Value::Object(map) = value
                    && let Some(cell) = lookup_in(map, name).and_then(Cell::of)
                {
                    f(row, cell);
                }
            });
        }
    }

    /// Which rows pass, by their value; `None` where it is not set.
    pub(crate) fn which(&self, passes_with: impl Fn(Option<Cell<'_>>) -> bool) -> Vec<bool> {
        let unset = passes_with(None);
        let mut passes = vec![unset; self.n];
        if let Some(array) = self.only_dictionary() {
            let values: &StringArray = array.values().as_string();
            let by_key: Vec<bool> = (0..values.len()).map(|i| passes_with(Some(Cell::Text(values.value(i))))).collect();
            let keys = array.keys();
            if keys.null_count() == 0 {
                passes.iter_mut().zip(keys.values()).for_each(|(pass, key)| *pass = by_key[*key as usize]);
            } else {
                for (row, key) in keys.iter().enumerate() {
                    if let Some(key) = key {
                        passes[row] = by_key[key as usize];
                    }
                }
            }
            return passes;
        }
        self.for_each(|row, cell| passes[row] = passes_with(Some(cell)));
        passes
    }
}

/// The group of each row's page: every address of the batch is looked at once.
fn page_groups(batch: &RecordBatch, mapping: &PageMapping, surroundings: &dyn Surroundings) -> Dictionary {
    let mut names: Vec<String> = Vec::new();
    let mut by_name: HashMap<String, i32> = HashMap::new();
    let mut by_address: HashMap<String, i32> = HashMap::new();
    let mut group_of = |address: &str| -> i32 {
        if let Some(group) = by_address.get(address) {
            return *group;
        }
        let name = mapping.group_of(address);
        let group = *by_name.entry(name.clone()).or_insert_with(|| {
            names.push(name);
            names.len() as i32 - 1
        });
        by_address.insert(address.to_owned(), group);
        group
    };
    let mut keys: Vec<Option<i32>> = vec![None; batch.num_rows()];
    // What counts first is written last.
    for property in ADDRESSES.iter().rev() {
        let view = PropertyView::new(batch, property, surroundings);
        let Some(array) = view.only_dictionary() else {
            view.for_each(|row, cell| {
                let address = cell.text();
                if !address.is_empty() {
                    keys[row] = Some(group_of(&address));
                }
            });
            continue;
        };
        let values: &StringArray = array.values().as_string();
        let mut known: Vec<Option<i32>> = vec![None; values.len()];
        for (row, key) in array.keys().iter().enumerate() {
            let Some(key) = key.map(|key| key as usize).filter(|key| !values.value(*key).is_empty()) else { continue };
            keys[row] = Some(*known[key].get_or_insert_with(|| group_of(values.value(key))));
        }
    }
    DictionaryArray::new(Int32Array::from(keys), Arc::new(StringArray::from(names)))
}

/// A formula over the rows of a batch.
fn computed(batch: &RecordBatch, expression: &Expression, surroundings: &dyn Surroundings) -> Vec<Value> {
    let n = batch.num_rows();
    let inputs: Vec<Vec<Value>> = expression
        .inputs()
        .iter()
        .map(|name| {
            let mut values = vec![Value::Null; n];
            PropertyView::new(batch, name, surroundings).for_each(|row, cell| values[row] = cell.to_value());
            values
        })
        .collect();
    (0..n).map(|row| expression.evaluate(&|input| inputs.get(input).map_or(Value::Null, |values| values[row].clone()))).collect()
}

fn each_json(array: &StringArray, mut f: impl FnMut(usize, &Value)) {
    for (row, text) in array.iter().enumerate() {
        if let Some(value) = text.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
            f(row, &value);
        }
    }
}

/// A fixed dictionary column of a batch.
pub(crate) fn dictionary<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Dictionary, AskError> {
    batch.column_by_name(name).map(|array| array.as_dictionary()).ok_or_else(|| failed(format!("column {name} was not read")))
}
