use crate::{Identity, Properties};
use serde::{Deserialize, Serialize};

/// What a profile is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Person(Identity),
    Group { r#type: String, key: String },
}

/// One change of one profile. Applying changes in order gives the profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfileChange {
    pub subject: Subject,
    /// Milliseconds UTC.
    pub at: i64,
    pub op: ProfileOp,
}

/// The operations of the field's protocols, with the meaning that they have there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileOp {
    Set(Properties),
    SetOnce(Properties),
    /// Adds numbers; absent counts as 0.
    Add(Properties),
    /// Pushes one value onto a list.
    Append(Properties),
    /// Adds to a list the values that it does not hold yet.
    Union(Properties),
    /// Removes matching values from a list.
    Remove(Properties),
    Unset(Vec<String>),
    Delete,
}

impl ProfileOp {
    /// Applies the change to the properties as they are; `None` means the profile is gone.
    #[must_use]
    pub fn apply(&self, current: Option<Properties>) -> Option<Properties> {
        use serde_json::Value;
        if matches!(self, Self::Delete) {
            return None;
        }
        let mut now = current.unwrap_or_default();
        match self {
            Self::Set(values) => now.extend(values.clone()),
            Self::SetOnce(values) => {
                for (name, value) in values {
                    if now.get(name).is_none_or(Value::is_null) {
                        now.insert(name.clone(), value.clone());
                    }
                }
            }
            Self::Add(values) => {
                for (name, value) in values {
                    let Some(by) = crate::as_number(value) else { continue };
                    let sum = now.get(name).and_then(crate::as_number).unwrap_or(0.0) + by;
                    let sum = if sum.fract() == 0.0 && sum.abs() < 9e15 { Value::from(sum as i64) } else { Value::from(sum) };
                    now.insert(name.clone(), sum);
                }
            }
            Self::Append(values) => {
                for (name, value) in values {
                    list_of(&mut now, name).push(value.clone());
                }
            }
            Self::Union(values) => {
                for (name, value) in values {
                    let list = list_of(&mut now, name);
                    let added = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                    for one in added {
                        if !list.contains(&one) {
                            list.push(one);
                        }
                    }
                }
            }
            Self::Remove(values) => {
                for (name, value) in values {
                    if let Some(Value::Array(list)) = now.get_mut(name) {
                        list.retain(|one| one != value);
                    }
                }
            }
            Self::Unset(names) => {
                for name in names {
                    now.remove(name);
                }
            }
            Self::Delete => {}
        }
        Some(now)
    }
}

impl ProfileOp {
    /// Its name and its value as the import form and the export have them.
    #[must_use]
    pub fn as_written(&self) -> (&'static str, serde_json::Value) {
        match self {
            Self::Set(values) => ("set", values.clone().into()),
            Self::SetOnce(values) => ("set_once", values.clone().into()),
            Self::Add(values) => ("add", values.clone().into()),
            Self::Append(values) => ("append", values.clone().into()),
            Self::Union(values) => ("union", values.clone().into()),
            Self::Remove(values) => ("remove", values.clone().into()),
            Self::Unset(names) => ("unset", names.clone().into()),
            Self::Delete => ("delete", true.into()),
        }
    }

    /// What of it concerns one property; `None` when nothing does.
    #[must_use]
    pub fn only(&self, name: &str) -> Option<Self> {
        let part = |values: &Properties| values.get(name).map(|value| Properties::from_iter([(name.to_owned(), value.clone())]));
        Some(match self {
            Self::Set(values) => Self::Set(part(values)?),
            Self::SetOnce(values) => Self::SetOnce(part(values)?),
            Self::Add(values) => Self::Add(part(values)?),
            Self::Append(values) => Self::Append(part(values)?),
            Self::Union(values) => Self::Union(part(values)?),
            Self::Remove(values) => Self::Remove(part(values)?),
            Self::Unset(names) if names.iter().any(|one| one == name) => Self::Unset(vec![name.to_owned()]),
            Self::Unset(_) => return None,
            Self::Delete => Self::Delete,
        })
    }
}

/// The values that a property had, each from when on, by changes of one profile in the order in which they came. What came late stands where it
/// happened. Null where the property was unset or the profile deleted.
#[must_use]
pub fn history_of(changes: &[ProfileChange], path: &str) -> Vec<(i64, serde_json::Value)> {
    let head = path.split('.').next().unwrap_or(path);
    let concerns = |change: &&ProfileChange| change.op.only(path).is_some() || change.op.only(head).is_some();
    let mut own: Vec<&ProfileChange> = changes.iter().filter(concerns).collect();
    own.sort_by_key(|change| change.at);
    let mut current: Option<Properties> = None;
    let mut values: Vec<(i64, serde_json::Value)> = Vec::new();
    for change in own {
        let op = change.op.only(path).or_else(|| change.op.only(head)).unwrap_or(ProfileOp::Delete);
        current = op.apply(current.take());
        let value = current.as_ref().and_then(|now| crate::lookup(now, path)).cloned().unwrap_or_default();
        match values.last_mut() {
            Some(last) if last.1 == value => {}
            Some(last) if last.0 == change.at => last.1 = value,
            None if value.is_null() => {}
            _ => values.push((change.at, value)),
        }
    }
    values
}

/// The list under `name`; a value that is no list becomes its first element.
fn list_of<'a>(properties: &'a mut Properties, name: &str) -> &'a mut Vec<serde_json::Value> {
    use serde_json::Value;
    let slot = properties.get_or_insert_with(name, || Value::Array(Vec::new()));
    if !slot.is_array() {
        let single = std::mem::take(slot);
        *slot = Value::Array(if single.is_null() { Vec::new() } else { vec![single] });
    }
    match slot {
        Value::Array(list) => list,
        _ => unreachable!("made a list above"),
    }
}
