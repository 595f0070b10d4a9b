//! Which column is what. Flags say it; what they leave open is guessed from the names of the columns, and shown.

use super::{Shape, json};
use anyhow::{Result, bail};

/// Names under which columns of other systems' exports are known, in the order in which they are believed. Compared in lower case, without `_`, `-`, `$`.
const EVENT: &[&str] = &["event", "eventname", "eventtype", "action", "activity", "verb"];
const PERSON: &[&str] = &["distinctid", "person", "personid"];
const USER: &[&str] = &["userid", "user", "customerid", "customer", "memberid", "accountid"];
const DEVICE: &[&str] = &["deviceid", "anonymousid", "visitorid", "clientid", "cookieid"];
const TIME: &[&str] = &["time", "timestamp", "eventtime", "eventtimestamp", "occurredat", "datetime", "createdat", "date", "ts"];
const INSERT_ID: &[&str] = &["insertid", "eventid", "messageid", "uuid", "eventuuid"];
const SESSION: &[&str] = &["sessionid", "session", "visitid"];

/// What becomes of each column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mapping {
    pub(super) columns: Vec<String>,
    pub(super) event: EventName,
    pub(super) person: Option<usize>,
    pub(super) user: Option<usize>,
    pub(super) device: Option<usize>,
    pub(super) time: usize,
    pub(super) insert_id: Option<usize>,
    pub(super) session: Option<usize>,
    pub(super) groups: Vec<(String, usize)>,
    pub(super) properties: Vec<Property>,
    /// Of a file that `sillage export` wrote.
    pub(super) export: Option<ExportColumns>,
}

/// Columns that only files of `sillage export` have: a number, and two of JSON objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ExportColumns {
    pub(super) seq: usize,
    pub(super) groups: usize,
    pub(super) others: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum EventName {
    Column(usize),
    /// As JSON.
    Always(Vec<u8>),
}

/// A column that becomes a property.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Property {
    pub(super) column: usize,
    /// `,"name":`
    pub(super) field: Vec<u8>,
    pub(super) kind: Kind,
}

/// What the cells of a column of text are taken for. A cell that is something else stays text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Flag,
    /// The file says of each value what it is.
    AsStored,
}

impl Mapping {
    /// Decides by the flags, then by the names; `kind_of` tells what a column's cells are.
    pub(super) fn decide(columns: Vec<String>, shape: &Shape, kind_of: impl Fn(usize) -> Kind) -> Result<Self> {
        let named = |flag: &str, wanted: &Option<String>| -> Result<Option<usize>> { wanted.as_deref().map(|name| position(&columns, name, flag)).transpose() };
        let plain: Vec<String> = columns.iter().map(|name| simplified(name)).collect();
        let guess = |names: &[&str]| names.iter().find_map(|name| plain.iter().position(|column| column == name));

        let event = match (&shape.name, &shape.event) {
            (Some(name), _) => Some(EventName::always(name)),
            (None, Some(name)) => Some(columns.iter().position(|column| column == name).map_or_else(|| EventName::always(name), EventName::Column)),
            (None, None) => guess(EVENT).map(EventName::Column),
        };
        let says_who = shape.person.is_some() || shape.user.is_some() || shape.device.is_some();
        let who = |flag: &str, wanted: &Option<String>, names: &[&str]| if says_who { named(flag, wanted) } else { Ok(guess(names)) };
        let (person, mut user, device) = (who("person", &shape.person, PERSON)?, who("user", &shape.user, USER)?, who("device", &shape.device, DEVICE)?);
        if !says_who && person.is_some() {
            // The file says outright who is counted; its other ids are only about them.
            user = guess(&USER[..1]);
        }
        let time = named("time", &shape.time)?.or_else(|| guess(TIME));
        let insert_id = named("insert-id", &shape.insert_id)?.or_else(|| guess(INSERT_ID));
        let session = named("session", &shape.session)?.or_else(|| guess(SESSION));
        let groups = shape.groups.iter().map(|group| parse_group(group, &columns)).collect::<Result<Vec<_>>>()?;

        let list = || format!("its columns are: {}", columns.iter().take(40).map(|name| shortened(name)).collect::<Vec<_>>().join(", "));
        let Some(event) = event else {
            bail!("no column seems to hold the name of the event; say which with --event COLUMN, or one name for all with --name NAME; {}", list())
        };
        let Some(time) = time else { bail!("no column seems to hold the time; say which with --time COLUMN; {}", list()) };
        if person.is_none() && user.is_none() && device.is_none() {
            bail!("no column seems to say who did it; say which with --person COLUMN; {}", list());
        }

        let mut taken: Vec<usize> =
            [person, user, device, insert_id, session, Some(time)].into_iter().flatten().chain(groups.iter().map(|(_, column)| *column)).collect();
        if let EventName::Column(column) = event {
            taken.push(column);
        }
        for name in shape.only.iter().chain(&shape.drop).chain(&shape.text) {
            position(&columns, name, "only, --drop or --text")?;
        }
        let is_wanted = |name: &String| if shape.only.is_empty() { !shape.drop.contains(name) } else { shape.only.contains(name) };
        let properties = columns.iter().enumerate().filter(|(column, name)| !taken.contains(column) && is_wanted(name) && !name.is_empty());
        let properties = properties.map(|(column, name)| {
            let kind = if shape.text.contains(name) { Kind::Text } else { kind_of(column) };
            Property { column, field: json::field(name), kind }
        });
        Ok(Self { properties: properties.collect(), event, person, user, device, time, insert_id, session, groups, columns, export: None })
    }

    /// The columns as `sillage export` names them, whatever else they may look like.
    pub(super) fn of_export(columns: Vec<String>, shape: &Shape) -> Result<Self> {
        let named = |name: &str| Some(name.to_owned());
        let own = ["seq", "groups", "other_properties"];
        let at = |name: &str| position(&columns, name, "only");
        let export = ExportColumns { seq: at(own[0])?, groups: at(own[1])?, others: at(own[2])? };
        let shape = Shape {
            event: named("event"),
            person: named("distinct_id"),
            user: named("user_id"),
            device: named("device_id"),
            time: named("time"),
            insert_id: named("insert_id"),
            session: named("session_id"),
            drop: own.map(str::to_owned).to_vec(),
            text: shape.text.clone(),
            ..Shape::default()
        };
        Ok(Self { export: Some(export), ..Self::decide(columns, &shape, |_| Kind::AsStored)? })
    }

    pub(super) fn describe(&self) -> Vec<String> {
        let event = match &self.event {
            EventName::Column(column) => self.columns[*column].clone(),
            EventName::Always(name) => String::from_utf8_lossy(name).into_owned(),
        };
        let mut roles = vec![format!("event ← {event}")];
        let single = [
            ("person", self.person),
            ("user", self.user),
            ("device", self.device),
            ("time", Some(self.time)),
            ("insert id", self.insert_id),
            ("session", self.session),
        ];
        roles.extend(single.into_iter().filter_map(|(role, column)| Some(format!("{role} ← {}", self.columns[column?]))));
        roles.extend(self.groups.iter().map(|(kind, column)| format!("group {kind} ← {}", self.columns[*column])));
        if self.export.is_some() {
            roles.extend(["sequence ← seq", "groups ← groups", "properties without a column ← other_properties"].map(str::to_owned));
        }
        if self.insert_id.is_none() {
            roles.push("insert id ← content and number of the record".to_owned());
        }
        let properties: Vec<String> = self
            .properties
            .iter()
            .map(|property| {
                let name = &self.columns[property.column];
                match property.kind {
                    Kind::Text => format!("{name} (text)"),
                    Kind::Number => format!("{name} (number)"),
                    Kind::Flag => format!("{name} (true or false)"),
                    Kind::AsStored => name.clone(),
                }
            })
            .collect();
        let properties = if properties.is_empty() { "none".to_owned() } else { properties.join(", ") };
        vec![roles.join(", "), format!("properties: {properties}")]
    }

    /// The columns that say who, with the names of their fields.
    pub(super) fn ids(&self) -> [(&'static str, Option<usize>); 3] {
        [("distinct_id", self.person), ("user_id", self.user), ("device_id", self.device)]
    }
}

impl EventName {
    fn always(name: &str) -> Self {
        let mut out = Vec::new();
        json::text(&mut out, name);
        Self::Always(out)
    }
}

fn position(columns: &[String], name: &str, flag: &str) -> Result<usize> {
    let found = columns.iter().position(|column| column == name).or_else(|| columns.iter().position(|column| column.eq_ignore_ascii_case(name)));
    match found {
        Some(column) => Ok(column),
        None => {
            bail!("--{flag}: there is no column {name:?}; there are: {}", columns.iter().take(40).map(|name| shortened(name)).collect::<Vec<_>>().join(", "))
        }
    }
}

fn parse_group(group: &str, columns: &[String]) -> Result<(String, usize)> {
    match group.split_once('=') {
        Some((kind, column)) if !kind.is_empty() => Ok((kind.to_owned(), position(columns, column, "group")?)),
        _ => bail!("--group: give TYPE=COLUMN, such as company=account_id"),
    }
}

fn simplified(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '$' | ' ' | '.')).flat_map(char::to_lowercase).collect()
}

/// A heading may be anything when the file is no table.
fn shortened(name: &str) -> String {
    let printable: String = name.chars().take(40).map(|c| if c.is_control() { '·' } else { c }).collect();
    if name.chars().count() > 40 { format!("{printable}…") } else { printable }
}
