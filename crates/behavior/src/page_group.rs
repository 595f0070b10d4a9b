//! Pages in groups: an address becomes the group of the first rule that it meets, and its own path, ids folded, where it meets none.
//!
//! A mapping is read whenever a question is, so that a rule of today holds for all of history. [`PROPERTY`] is the group by the project's own mapping, and
//! `$page_group:<name>` that by a mapping of this name; questions name them like any property of events. Addresses are those of `$current_url`, else of `$page`.
//!
//! | pattern | is compared with |
//! |---|---|
//! | begins with `/` (a regular expression: with `/` or `^/`) | the path, without the slash at its end, `?` and what follows; with what follows `#` where a router keeps paths there |
//! | any other | the address as it was sent |

use crate::{
    expression::Expression,
    question::{
        Question, QuestionError,
        fields::{Fields, missing, not_allowed, wrong_type},
        parts::{Part, in_question},
    },
};
use regex::{Captures, Regex, RegexBuilder};
use serde_json::{Value, json};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

/// The group of an event's page by the mapping that is the project's own.
pub const PROPERTY: &str = "$page_group";

/// Where the address stands, the one that counts first.
pub const ADDRESSES: [&str; 2] = ["$current_url", "$page"];

pub const MOST_RULES: usize = 500;
const MOST_PATTERN_CHARS: usize = 1000;
const MOST_GROUP_CHARS: usize = 200;

/// By name; the empty name is the project's own.
pub type PageMappings = BTreeMap<String, Arc<PageMapping>>;

/// Rules in order; the first that an address meets says its group.
#[derive(Clone, Debug, Default)]
pub struct PageMapping {
    pub rules: Vec<PageRule>,
}

#[derive(Clone, Debug)]
pub struct PageRule {
    pub group: String,
    test: PageTest,
    of_path: bool,
}

#[derive(Clone, Debug)]
enum PageTest {
    Is(String),
    /// The page itself, and what lies below it.
    Under(String),
    StartsWith(String),
    EndsWith(String),
    /// In any case.
    Contains(String),
    /// A glob is written as one.
    Matches(Regex),
}

pub const OPERATORS: [&str; 7] = ["glob", "is", "under", "starts_with", "ends_with", "contains", "matches"];

/// The mapping that a property's name means; `None` for any other property.
#[must_use]
pub fn mapping_of(property: &str) -> Option<&str> {
    let rest = property.strip_prefix(PROPERTY)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix(':').filter(|name| !name.is_empty()) }
}

/// A glob as a regular expression of the whole text: `*` stands for anything.
pub(crate) fn glob(pattern: &str) -> Result<Regex, regex::Error> {
    expression(&format!("(?s)^{}$", regex::escape(pattern).replace("\\*", ".*")))
}

pub(crate) fn expression(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(1 << 20).build()
}

impl Question {
    /// The mappings that it needs, by name.
    #[must_use]
    pub fn page_mapping_names(&self) -> BTreeSet<String> {
        mapping_names(&self.property_names())
    }

    /// Gives it, and questions inside of it, mappings that it does not bring itself.
    pub fn give_page_mappings(&mut self, mappings: &PageMappings) {
        in_question(self, &mut |part| {
            if let Part::Scope(scope) = part {
                for (name, mapping) in mappings {
                    scope.page_mappings.entry(name.clone()).or_insert_with(|| Arc::clone(mapping));
                }
            }
        });
    }
}

/// The mappings that properties need, those inside formulas too.
#[must_use]
pub fn mapping_names(properties: &[String]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for property in properties {
        if let Some(name) = mapping_of(property) {
            names.insert(name.to_owned());
        } else if let Some(Ok(formula)) = Expression::of_name(property) {
            names.extend(mapping_names(formula.inputs()));
        }
    }
    names
}

impl PageMapping {
    /// Reads `[{"op": "glob", "value": "/orders/*", "group": "Orders"}, …]`; `path` is what errors call it.
    pub fn from_json(value: &Value, path: &str) -> Result<Self, QuestionError> {
        let list = value.as_array().ok_or_else(|| wrong_type(path, "a list of rules", value))?;
        if list.len() > MOST_RULES {
            return Err(not_allowed(path, format!("takes at most {MOST_RULES} rules")));
        }
        let rules = list.iter().enumerate().map(|(i, rule)| PageRule::from_json(rule, &format!("{path}[{i}]"))).collect::<Result<_, _>>()?;
        Ok(Self { rules })
    }

    /// The rules that an address meets, the one that counts first.
    pub fn met(&self, address: &str) -> impl Iterator<Item = usize> {
        let path = path_of(address);
        self.rules.iter().enumerate().filter(move |(_, rule)| rule.meets(address, &path)).map(|(i, _)| i)
    }

    /// The group of an address.
    #[must_use]
    pub fn group_of(&self, address: &str) -> String {
        let path = path_of(address);
        match self.rules.iter().find(|rule| rule.meets(address, &path)) {
            Some(rule) => rule.group.clone(),
            None => folded(&path),
        }
    }
}

impl PageRule {
    fn from_json(value: &Value, path: &str) -> Result<Self, QuestionError> {
        let mut fields = Fields::new(value, path)?;
        let op_path = fields.at("op");
        let op = fields.text("op")?.unwrap_or("glob");
        let value_path = fields.at("value");
        let value = fields.text("value")?.ok_or_else(|| missing(&value_path, "a pattern such as /orders/*"))?;
        let group_path = fields.at("group");
        let group = fields.text("group")?.ok_or_else(|| missing(&group_path, "the group's name"))?;
        fields.done()?;
        if value.is_empty() || value.chars().count() > MOST_PATTERN_CHARS {
            return Err(not_allowed(&value_path, format!("must have 1 to {MOST_PATTERN_CHARS} characters")));
        }
        if group.trim().is_empty() || group.chars().count() > MOST_GROUP_CHARS {
            return Err(not_allowed(&group_path, format!("must have 1 to {MOST_GROUP_CHARS} characters")));
        }
        let of_path = value.starts_with('/') || (op == "matches" && value.starts_with("^/"));
        let whole = || if of_path && value.len() > 1 { value.trim_end_matches('/').to_owned() } else { value.to_owned() };
        let test = match op {
            "glob" => PageTest::Matches(glob(value).map_err(|_| not_allowed(&value_path, "is too long a pattern"))?),
            "is" => PageTest::Is(whole()),
            "under" => PageTest::Under(value.trim_end_matches('/').to_owned()),
            "starts_with" => PageTest::StartsWith(value.to_owned()),
            "ends_with" => PageTest::EndsWith(value.to_owned()),
            "contains" => PageTest::Contains(value.to_lowercase()),
            "matches" => {
                let regex = expression(value);
                PageTest::Matches(
                    regex.map_err(|error| not_allowed(&value_path, format!("is not a regular expression: {}", error.to_string().replace('\n', " "))))?,
                )
            }
            _ => return Err(not_allowed(&op_path, format!("\"{op}\" is not an operator; use {}", OPERATORS.join(", ")))),
        };
        Ok(Self { group: group.trim().to_owned(), test, of_path })
    }

    /// As pages read it: a glob is a regular expression, and where it looks is said.
    pub(crate) fn written(&self) -> Value {
        let (op, value) = match &self.test {
            PageTest::Is(value) => ("is", value.as_str()),
            PageTest::Under(value) => ("under", value.as_str()),
            PageTest::StartsWith(value) => ("starts_with", value.as_str()),
            PageTest::EndsWith(value) => ("ends_with", value.as_str()),
            PageTest::Contains(value) => ("contains", value.as_str()),
            PageTest::Matches(regex) => ("matches", regex.as_str()),
        };
        json!({"group": self.group, "path": self.of_path, "op": op, "value": value})
    }

    fn meets(&self, address: &str, path: &str) -> bool {
        let text = if self.of_path { path } else { address };
        match &self.test {
            PageTest::Is(value) => text == value,
            PageTest::Under(value) => text.strip_prefix(value.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#'])),
            PageTest::StartsWith(value) => text.starts_with(value.as_str()),
            PageTest::EndsWith(value) => text.ends_with(value.as_str()),
            PageTest::Contains(value) => text.to_lowercase().contains(value.as_str()),
            PageTest::Matches(regex) => regex.is_match(text),
        }
    }
}

/// The path of an address, without the slash at its end; with the path behind `#` where there is one.
#[must_use]
pub fn path_of(address: &str) -> Cow<'_, str> {
    let (before, fragment) = address.split_once('#').unwrap_or((address, ""));
    let before = before.split('?').next().unwrap_or_default();
    let path = match before.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => before,
    };
    let path = match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    };
    let inside = fragment.split(['?', '&', '=']).next().unwrap_or_default().trim_end_matches('/');
    if inside.len() > 1 && inside.trim_start_matches('!').starts_with('/') { Cow::Owned(format!("{path}#{inside}")) } else { Cow::Borrowed(path) }
}

/// What looks made by a machine. Which of these are ids, [`folded`] decides.
static LONG: LazyLock<Option<Regex>> = LazyLock::new(|| expression(r"[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]+)*|[0-9a-fA-F]{12,}|[0-9]{5,}").ok());
static SHORT: LazyLock<Option<Regex>> = LazyLock::new(|| expression(r"[0-9a-fA-F]{12,}|[0-9]{5,}").ok());

/// A path with `:id` in the place of ids: e-mails, numbers of five digits and more, long hexadecimal, long words that mix letters and digits.
#[must_use]
pub fn folded(path: &str) -> String {
    path.split('/').map(folded_part).collect::<Vec<_>>().join("/")
}

fn folded_part(part: &str) -> Cow<'_, str> {
    let is_mail = |mark: &str| part.find(mark).is_some_and(|at| at > 0 && at + mark.len() < part.len());
    if is_mail("@") || is_mail("%40") {
        return Cow::Borrowed(":id");
    }
    let (Some(long), Some(short)) = (&*LONG, &*SHORT) else { return Cow::Borrowed(part) };
    let has = |text: &str, is: fn(&char) -> bool| text.chars().any(|one| is(&one));
    let as_number = |found: &Captures<'_>| {
        let text = &found[0];
        if has(text, char::is_ascii_digit) { ":id".to_owned() } else { text.to_owned() }
    };
    long.replace_all(part, |found: &Captures<'_>| {
        let text = &found[0];
        let word = text.split('.').next().unwrap_or_default();
        if word.len() >= 20 && has(word, char::is_ascii_digit) && has(word, char::is_ascii_alphabetic) {
            ":id".to_owned()
        } else {
            short.replace_all(text, as_number).into_owned()
        }
    })
}

/// What a mapping makes of real traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub views: u64,
    pub unmapped_views: u64,
    /// Views that each rule gave their group.
    pub by_rule: Vec<u64>,
    /// Pages that several rules of different groups meet, most viewed first.
    pub overlaps: Vec<Overlap>,
    /// Pages that no rule meets, ids folded, most viewed first.
    pub unmapped: Vec<(String, u64)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    pub address: String,
    pub views: u64,
    /// The rule that counts first.
    pub rules: Vec<usize>,
}

/// Rules that would take pages of real traffic that meet none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub op: &'static str,
    pub value: String,
    pub group: String,
    /// Distinct pages, ids folded.
    pub pages: usize,
    pub views: u64,
    /// The most viewed of them.
    pub examples: Vec<String>,
}

const MOST_EXAMPLES: usize = 3;

impl PageMapping {
    #[must_use]
    pub fn coverage(&self, addresses: &[(String, u64)]) -> Coverage {
        let mut coverage = Coverage { by_rule: vec![0; self.rules.len()], ..Coverage::default() };
        let mut unmapped: BTreeMap<String, u64> = BTreeMap::new();
        for (address, views) in addresses {
            coverage.views += views;
            let met: Vec<usize> = self.met(address).collect();
            let Some(first) = met.first() else {
                coverage.unmapped_views += views;
                *unmapped.entry(folded(&path_of(address))).or_default() += views;
                continue;
            };
            coverage.by_rule[*first] += views;
            if met.iter().any(|rule| self.rules[*rule].group != self.rules[*first].group) {
                coverage.overlaps.push(Overlap { address: address.clone(), views: *views, rules: met });
            }
        }
        coverage.overlaps.sort_by(|a, b| b.views.cmp(&a.views).then_with(|| a.address.cmp(&b.address)));
        coverage.unmapped = most_viewed(unmapped);
        coverage
    }

    /// Groups for the pages that no rule meets, by the first `depth` parts of their path, most viewed first. A language in front says nothing of what a page is
    /// for: the parts behind it do, and one rule takes a page in all its languages.
    #[must_use]
    pub fn suggestions(&self, addresses: &[(String, u64)], depth: usize, home: &str) -> Vec<Suggestion> {
        let unmapped = addresses.iter().filter(|(address, _)| self.met(address).next().is_none());
        let pages: Vec<(String, u64)> = unmapped.map(|(address, views)| (folded(&path_of(address)), *views)).collect();
        let languages = languages_in_front(pages.iter().map(|(page, _)| page.as_str()));
        let mut by_beginning: BTreeMap<Vec<String>, Pages> = BTreeMap::new();
        for (page, views) in pages {
            let mut parts = parts_of(&page).peekable();
            let language = parts.next_if(|part| languages.contains(*part)).unwrap_or_default().to_owned();
            // An id says nothing about what a page is for.
            let beginning: Vec<String> = parts.take_while(|part| !part.contains(":id")).take(depth.max(1)).map(str::to_owned).collect();
            *by_beginning.entry(beginning).or_default().entry(language).or_default().entry(page).or_default() += views;
        }
        let mut suggestions: Vec<Suggestion> = by_beginning.into_iter().filter_map(|(beginning, pages)| suggestion(&beginning, pages, home)).collect();
        suggestions.sort_by(|a, b| b.views.cmp(&a.views).then_with(|| a.value.cmp(&b.value)));
        suggestions
    }
}

/// The views of pages, by the language in front of their path; without one, by nothing.
type Pages = BTreeMap<String, BTreeMap<String, u64>>;

/// Languages of sites, but for those whose code is a word that paths begin with (`/my`, `/is`, `/to`).
const LANGUAGES: &str = " ar bg ca cs da de el en es et fi fr ga he hi hr hu id it ja ko lt lv ms nb nl no pl pt ro ru sk sl sr sv th tr uk vi zh ";

fn parts_of(page: &str) -> impl Iterator<Item = &str> {
    page.split('/').filter(|part| !part.is_empty())
}

/// Whether a part is written as a language, with or without a country: `fr`, `fr-CA`, `pt_br`.
fn is_language(part: &str) -> bool {
    let (language, country) = part.split_once(['-', '_']).unwrap_or((part, "xx"));
    let is_short = |text: &str| text.len() == 2 && text.bytes().all(|one| one.is_ascii_alphabetic());
    is_short(language) && is_short(country) && LANGUAGES.contains(&format!(" {} ", language.to_ascii_lowercase()))
}

/// The first parts of paths that are languages: where there are several, or where the same page is there without one.
fn languages_in_front<'p>(pages: impl Iterator<Item = &'p str> + Clone) -> BTreeSet<String> {
    let first_two = |page: &'p str| {
        let mut parts = parts_of(page);
        (parts.next(), parts.next())
    };
    let firsts: BTreeSet<&str> = pages.clone().filter_map(|page| first_two(page).0).collect();
    let languages: BTreeSet<&str> = firsts.iter().copied().filter(|part| is_language(part)).collect();
    let is_twin = |page: &'p str| matches!(first_two(page), (Some(first), Some(second)) if languages.contains(first) && firsts.contains(second));
    if languages.len() > 1 || pages.clone().any(is_twin) { languages.into_iter().map(str::to_owned).collect() } else { BTreeSet::new() }
}

fn suggestion(beginning: &[String], mut by_language: Pages, home: &str) -> Option<Suggestion> {
    let below = |language: &str| {
        let parts: Vec<&str> = [language].into_iter().chain(beginning.iter().map(String::as_str)).filter(|part| !part.is_empty()).collect();
        format!("/{}", parts.join("/"))
    };
    if beginning.is_empty() {
        // Ids right below the root have nothing in common that a rule could say.
        for (language, pages) in &mut by_language {
            pages.retain(|page, _| *page == below(language));
        }
        by_language.retain(|_, pages| !pages.is_empty());
    }
    let group = match beginning {
        [] => home.to_owned(),
        parts => parts.iter().map(|part| spoken(part)).collect::<Vec<_>>().join(" / "),
    };
    let is_alone = by_language.iter().all(|(language, pages)| pages.len() == 1 && pages.contains_key(&below(language)));
    let languages: Vec<String> = by_language.keys().cloned().collect();
    let (op, value) = match languages.as_slice() {
        [] => return None,
        [language] => (if is_alone { "is" } else { "under" }, below(language)),
        several => {
            let named: Vec<String> = several.iter().filter(|language| !language.is_empty()).map(|language| regex::escape(language)).collect();
            let named = named.join("|");
            let front = match (several[0].is_empty(), beginning.is_empty()) {
                (false, _) => format!("/(?:{named})"),
                (true, true) => format!("/(?:{named})?"),
                // A rule that begins with a slash looks at paths.
                (true, false) => format!("/(?:(?:{named})/)?"),
            };
            let rest = below("");
            let rest = regex::escape(if beginning.is_empty() || front.ends_with('?') { &rest[1..] } else { &rest });
            ("matches", format!("^{front}{rest}{}", if is_alone { "$" } else { "(?:[/#]|$)" }))
        }
    };
    let pages: BTreeMap<String, u64> = by_language.into_values().flatten().collect();
    let (n_pages, views) = (pages.len(), pages.values().sum());
    let examples = most_viewed(pages).into_iter().take(MOST_EXAMPLES).map(|(page, _)| page).collect();
    Some(Suggestion { op, value, group, pages: n_pages, views, examples })
}

/// A part of a path as people would write it: `email-campaigns` becomes `Email campaigns`.
fn spoken(part: &str) -> String {
    let words = part.trim_start_matches('#').replace(['-', '_', '+'], " ");
    let words = words.strip_suffix(".html").or_else(|| words.strip_suffix(".php")).unwrap_or(&words).trim();
    let mut letters = words.chars();
    letters.next().map_or_else(|| part.to_owned(), |first| first.to_uppercase().chain(letters).collect())
}

fn most_viewed(pages: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut pages: Vec<(String, u64)> = pages.into_iter().collect();
    pages.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    pages
}
