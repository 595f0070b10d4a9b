//! The fields of one record, as they stand in it. A record has a handful, known by name, so they are a list and their names stay where they were
//! sent. The properties, which most of it is, become at once what an event keeps.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor, value::SeqAccessDeserializer},
};
use serde_json::{Map, Number, Value};
use sillage_event::Properties;
use std::{borrow::Cow, fmt};

const PROPERTIES: &str = "properties";

/// Names to values. Of a name that occurs twice the last value counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields<'a> {
    properties: Option<Sent>,
    others: Vec<(Cow<'a, str>, Value)>,
}

/// What came under `properties`.
#[derive(Clone, Debug)]
pub(crate) enum Sent {
    Properties(Properties),
    /// Anything but an object.
    Other(Value),
}

impl Sent {
    fn of(value: Value) -> Self {
        match value {
            Value::Object(map) => Self::Properties(map.into()),
            other => Self::Other(other),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Properties(properties) => properties.into(),
            Self::Other(value) => value,
        }
    }
}

impl<'a> Fields<'a> {
    /// Of any field but the properties.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.others.iter().rfind(|(own, _)| own == name).map(|(_, value)| value)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Of any field but the properties.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Value> {
        let last = self.others.iter().rposition(|(own, _)| own == name)?;
        let (_, value) = self.others.remove(last);
        self.others.retain(|(own, _)| own != name);
        Some(value)
    }

    pub(crate) fn properties(&self) -> Option<&Properties> {
        if let Some(Sent::Properties(properties)) = &self.properties { Some(properties) } else { None }
    }

    pub(crate) fn take_properties(&mut self) -> Option<Sent> {
        self.properties.take()
    }

    /// All but the properties, in order of the record, with every value of a name that occurs twice.
    pub(crate) fn into_others(self) -> impl Iterator<Item = (Cow<'a, str>, Value)> {
        self.others.into_iter()
    }

    pub(crate) fn into_owned(self) -> Fields<'static> {
        let others = self.others.into_iter().map(|(name, value)| (Cow::Owned(name.into_owned()), value)).collect();
        Fields { properties: self.properties, others }
    }

    pub(crate) fn into_map(self) -> Map<String, Value> {
        let properties = self.properties.map(|sent| (PROPERTIES.to_owned(), sent.into_value()));
        self.others.into_iter().map(|(name, value)| (name.into_owned(), value)).chain(properties).collect()
    }
}

impl From<Map<String, Value>> for Fields<'static> {
    fn from(mut map: Map<String, Value>) -> Self {
        let properties = map.remove(PROPERTIES).map(Sent::of);
        Self { properties, others: map.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect() }
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;

        impl<'de> Visitor<'de> for OfObject {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Fields { properties: None, others: Vec::with_capacity(8) };
                while let Some(name) = map.next_key_seed(NameSeed)? {
                    if name == PROPERTIES {
                        fields.properties = Some(map.next_value_seed(SentSeed)?);
                    } else {
                        fields.others.push((name, map.next_value()?));
                    }
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(OfObject)
    }
}

/// A name, copied only where it holds escapes.
struct NameSeed;

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for NameSeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

struct SentSeed;

impl<'de> DeserializeSeed<'de> for SentSeed {
    type Value = Sent;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Sent, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for SentSeed {
    type Value = Sent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Sent, A::Error> {
        Properties::read(map).map(Sent::Properties)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Sent, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Sent::Other)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Sent, E> {
        Ok(Sent::Other(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Sent, E> {
        Ok(Sent::Other(Value::Number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Sent, E> {
        Ok(Sent::Other(Value::Number(value.into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Sent, E> {
        Ok(Sent::Other(Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Sent, E> {
        Ok(Sent::Other(Value::String(value.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Sent, E> {
        Ok(Sent::Other(Value::Null))
    }
}

#[cfg(test)]
mod tests;
