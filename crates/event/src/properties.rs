use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value};
use std::{fmt, ops::Index};

/// Properties as received: names to JSON values, in the order of their names.
///
/// An event has a dozen or two, is put together once, walked a few times and thrown away: a sorted list costs it a third of what a tree does.
#[derive(Clone, Default, PartialEq)]
pub struct Properties(Vec<(String, Value)>);

impl Properties {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| own.as_str().cmp(name))
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().map(|at| &self.0[at].1)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.place(name).ok().map(|at| &mut self.0[at].1)
    }

    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Gives the value that was there before.
    pub fn insert(&mut self, name: String, value: Value) -> Option<Value> {
        match self.place(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    /// The value under this name, put there first if there is none.
    pub fn get_or_insert_with(&mut self, name: &str, value: impl FnOnce() -> Value) -> &mut Value {
        let at = self.place(name).unwrap_or_else(|at| {
            self.0.insert(at, (name.to_owned(), value()));
            at
        });
        &mut self.0[at].1
    }

    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.place(name).ok().map(|at| self.0.remove(at).1)
    }

    #[must_use]
    pub fn iter(&self) -> EachProperty<'_> {
        let apart: fn(&(String, Value)) -> (&String, &Value) = |(name, value)| (name, value);
        self.0.iter().map(apart)
    }

    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&String, &mut Value)> {
        self.0.iter_mut().map(|(name, value)| (&*name, value))
    }

    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// Of a name that occurs twice the last value counts.
impl From<Vec<(String, Value)>> for Properties {
    fn from(mut list: Vec<(String, Value)>) -> Self {
        if !list.is_sorted_by(|(before, _), (after, _)| before < after) {
            // A stable order keeps the values of one name as they came; of these the last moves to where the first stands.
            list.sort_by(|(a, _), (b, _)| a.cmp(b));
            list.dedup_by(|later, kept| {
                let is_same = later.0 == kept.0;
                if is_same {
                    std::mem::swap(&mut later.1, &mut kept.1);
                }
                is_same
            });
        }
        Self(list)
    }
}

impl FromIterator<(String, Value)> for Properties {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(each: I) -> Self {
        Self::from(Vec::from_iter(each))
    }
}

impl Extend<(String, Value)> for Properties {
    fn extend<I: IntoIterator<Item = (String, Value)>>(&mut self, each: I) {
        let mut list = std::mem::take(&mut self.0);
        list.extend(each);
        *self = Self::from(list);
    }
}

impl From<Map<String, Value>> for Properties {
    fn from(map: Map<String, Value>) -> Self {
        map.into_iter().collect()
    }
}

impl From<Properties> for Value {
    fn from(properties: Properties) -> Self {
        Self::Object(properties.0.into_iter().collect())
    }
}

/// Every name and its value, in order.
pub type EachProperty<'a> = std::iter::Map<std::slice::Iter<'a, (String, Value)>, fn(&'a (String, Value)) -> (&'a String, &'a Value)>;

impl<'a> IntoIterator for &'a Properties {
    type Item = (&'a String, &'a Value);
    type IntoIter = EachProperty<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Properties {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Null where the name is missing, as with a [`Value`].
impl Index<&str> for Properties {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;

        impl<'de> Visitor<'de> for OfObject {
            type Value = Properties;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Properties, A::Error> {
                Properties::read(map)
            }
        }

        deserializer.deserialize_map(OfObject)
    }
}

impl Properties {
    /// Reads the members of an object.
    ///
    /// # Errors
    /// Those of the source.
    pub fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut list = Vec::with_capacity(map.size_hint().unwrap_or(16));
        while let Some(member) = map.next_entry()? {
            list.push(member);
        }
        Ok(Self::from(list))
    }
}

#[cfg(test)]
mod tests {
    use super::Properties;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), any::<i64>().prop_map(Value::from), "[a-c]{0,2}".prop_map(Value::from)]
    }

    proptest! {
        /// Whatever is done to them, they are what a tree would be.
        #[test]
        fn are_a_map(first in prop::collection::vec(("[a-e]{0,2}", value()), 0..40), then in prop::collection::vec((0..6u8, "[a-e]{0,2}", value()), 0..40)) {
            let mut map: Map<String, Value> = first.iter().cloned().collect();
            let mut own: Properties = first.into_iter().collect();
            for (what, name, value) in then {
                match what {
                    0 => prop_assert_eq!(own.insert(name.clone(), value.clone()), map.insert(name, value)),
                    1 => prop_assert_eq!(own.remove(&name), map.remove(&name)),
                    2 => prop_assert_eq!(own.get_or_insert_with(&name, || value.clone()), map.entry(name.clone()).or_insert(value)),
                    3 => prop_assert_eq!((own.get(&name), own.contains_key(&name)), (map.get(&name), map.contains_key(&name))),
                    4 => {
                        own.extend([(name.clone(), value.clone()), (String::new(), json!(1))]);
                        map.extend([(name, value), (String::new(), json!(1))]);
                    }
                    _ => prop_assert_eq!(own.get_mut(&name), map.get_mut(&name)),
                }
            }
            prop_assert_eq!(own.len(), map.len());
            let text = serde_json::to_string(&map).unwrap();
            prop_assert_eq!(serde_json::to_string(&own).unwrap(), text.clone());
            prop_assert_eq!(serde_json::from_str::<Properties>(&text).unwrap(), own.clone());
            prop_assert_eq!(Properties::from(map.clone()), own.clone());
            prop_assert_eq!(Value::from(own), Value::Object(map));
        }
    }

    #[test]
    fn the_last_value_of_a_name_counts() {
        let read: Properties = serde_json::from_str(r#"{"b": 1, "a": 2, "b": 3, "a": 4, "b": 5}"#).unwrap();
        assert_eq!(Value::from(read), json!({"a": 4, "b": 5}));
    }
}
