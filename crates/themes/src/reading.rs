//! One answer, read: what it speaks of, clause by clause, and what it thinks of it.
//!
//! | word | here |
//! |---|---|
//! | value | a phrase of opinion says -3 to 3, a phrase of a concept -2, -0.75, 2 or nothing, an emoji -1.5 or 1.5 |
//! | denied | a word like "not" up to four words before: good becomes bad (x -0.8), bad becomes half good (x -0.5). Denying what has no value is a mild complaint (-1) |
//! | stronger, weaker | "very" makes the next value 1.3 times, "a bit" 0.6 times as much |
//! | too | of what has no value a complaint (-1.5) |
//! | wish | a clause with "would be nice" praises nothing |
//! | irony | an exclamation that stands alone ("Great!") in an answer that otherwise only complains counts for nothing |
//! | score | d / sqrt(d² + 4), d what is good less what is bad: -1 to 1 |
//! | sentiment | mixed where the smaller side is 0.4 of the larger or more, neutral where nothing of weight is said |

use crate::language::Language;
use crate::text::{Kind, Text, Token};
use crate::words::{Meaning, Role, Seen, Tongue, Typed, Words, concepts, value_of_emoji, words};
use serde::Serialize;
use std::{ops::Range, rc::Rc};

const DENIED_GOOD: f64 = -0.8;
const DENIED_BAD: f64 = -0.5;
const BARE_DENIAL: f64 = -1.0;
const STRONGER: f64 = 1.3;
const WEAKER: f64 = 0.6;
const TOO: f64 = -1.5;
/// How many words a denial, a "very" or an "a bit" reaches.
const REACH: usize = 4;
/// Less than this, added up, says nothing.
const LEAST_SAID: f64 = 0.75;
const MIXED_FROM: f64 = 0.4;
/// In letters.
const SHORTEST_TERM: usize = 3;
const KEYBOARD_ROWS: [&str; 6] = ["qwertyuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm", "wxcvbn"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sentiment {
    Positive,
    Negative,
    Mixed,
    Neutral,
}

/// What kind of answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    Speech,
    /// Empty, "n/a", "nothing", a hand on the keyboard.
    Nothing,
    /// Insults: counted like speech, never quoted.
    Abuse,
}

/// Something an answer speaks of: a concept (`#speed`), or a word or two by their stems.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) term: String,
    pub(crate) surface: String,
    pub(crate) clause: usize,
    /// Known beforehand; otherwise a theme may be found from it.
    pub(crate) is_known: bool,
}

#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) nature: Nature,
    pub(crate) sentiment: Option<Sentiment>,
    pub(crate) score: Option<f64>,
    pub(crate) mentions: Vec<Mention>,
    /// Of each clause what is good and what is bad.
    pub(crate) clauses: Vec<Balance>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Balance {
    good: f64,
    bad: f64,
}

impl Balance {
    fn add(&mut self, value: f64) {
        if value > 0.0 { self.good += value } else { self.bad -= value }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self { good: self.good + other.good, bad: self.bad + other.bad }
    }

    pub(crate) fn sentiment(self) -> Sentiment {
        let (less, more) = if self.good < self.bad { (self.good, self.bad) } else { (self.bad, self.good) };
        if more < LEAST_SAID {
            Sentiment::Neutral
        } else if less >= LEAST_SAID && less / more >= MIXED_FROM {
            Sentiment::Mixed
        } else if self.good > self.bad {
            Sentiment::Positive
        } else {
            Sentiment::Negative
        }
    }

    fn score(self) -> f64 {
        let difference = self.good - self.bad;
        difference / difference.hypot(2.0)
    }
}

/// The stems that only one tongue's reading uses: an answer whose language nobody can tell is read as `usual` ones are.
pub(crate) fn tongue_of(language: Language, usual: Tongue) -> Option<Tongue> {
    match language {
        Language::French => Some(Tongue::French),
        Language::English => Some(Tongue::English),
        Language::Unknown => Some(usual),
        Language::Other => None,
    }
}

/// Reads an answer. `is_usual` tells which stems come often and so are no slips of the keyboard, `is_asked` which are of the question and so say nothing.
pub(crate) fn read(text: &Text, tongue: Option<Tongue>, seen: &mut Seen, is_usual: impl Fn(&str) -> bool, is_asked: impl Fn(&str) -> bool) -> Reading {
    let normalised = text.normalised();
    let Some(tongue) = tongue else {
        return Reading { nature: Nature::Speech, sentiment: None, score: None, mentions: Vec::new(), clauses: Vec::new() };
    };
    let mut reader = Reader::new(text, tongue, seen, is_usual);
    reader.walk(tongue);
    reader.find_terms(is_asked);
    let has_words = text.tokens.iter().any(|token| token.kind != Kind::Number);
    let nature = if reader.is_abusive {
        Nature::Abuse
    } else if !has_words || words(Tongue::French).says_nothing(&normalised) || words(Tongue::English).says_nothing(&normalised) || is_mash(text) {
        Nature::Nothing
    } else {
        Nature::Speech
    };
    if nature == Nature::Nothing {
        return Reading { nature, sentiment: Some(Sentiment::Neutral), score: Some(0.0), mentions: Vec::new(), clauses: Vec::new() };
    }
    let balance = reader.balance();
    Reading { nature, sentiment: Some(balance.sentiment()), score: Some(balance.score()), mentions: reader.mentions, clauses: reader.clauses }
}

/// A hand laid on the keyboard.
fn is_mash(text: &Text) -> bool {
    let [only] = text.tokens.as_slice() else { return false };
    let word = only.text.as_str();
    let n_letters = word.chars().count();
    only.kind == Kind::Word
        && n_letters >= 3
        && (KEYBOARD_ROWS.iter().any(|row| n_letters >= 4 && row.contains(word))
            || word.chars().all(|c| word.starts_with(c))
            || (n_letters >= 5 && word.is_ascii() && !word.contains(['a', 'e', 'i', 'o', 'u', 'y'])))
}

struct Reader<'a> {
    words: &'static Words,
    typed: Typed<'a>,
    /// Words that a phrase has used.
    is_used: Vec<bool>,
    mentions: Vec<Mention>,
    clauses: Vec<Balance>,
    is_wish: Vec<bool>,
    is_abusive: bool,
    has_contrast: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a Text, tongue: Tongue, seen: &mut Seen, is_usual: impl Fn(&str) -> bool) -> Self {
        let (tokens, words) = (&text.tokens, words(tongue));
        let n_clauses = tokens.last().map_or(0, |token| token.clause + 1);
        let word = |token: &Token| {
            let word = seen.word(tongue, &token.text);
            let is_slip = token.kind == Kind::Word && !word.is_known && !is_usual(&word.stem);
            if is_slip { words.mended(&token.text, &word).map_or(word, Rc::new) } else { word }
        };
        Self {
            words,
            typed: Typed {
                surfaces: tokens.iter().map(|token| token.text.as_str()).collect(),
                words: tokens.iter().map(word).collect(),
                kinds: tokens.iter().map(|token| token.kind).collect(),
                clauses: tokens.iter().map(|token| token.clause).collect(),
            },
            is_used: vec![false; tokens.len()],
            mentions: Vec::new(),
            clauses: vec![Balance::default(); n_clauses],
            is_wish: vec![false; n_clauses],
            is_abusive: false,
            has_contrast: false,
        }
    }

    /// From the first word to the last, a phrase at a time.
    fn walk(&mut self, tongue: Tongue) {
        let mut at = 0;
        // Where the last word stood that denies, strengthens or weakens what follows, while it has met nothing.
        let (mut denial, mut stronger, mut weaker) = (None, None, None);
        while at < self.typed.words.len() {
            let clause = self.typed.clauses[at];
            if at > 0 && self.typed.clauses[at - 1] != clause {
                self.deny_bare(denial.take());
                (stronger, weaker) = (None, None);
            }
            let start = at;
            let reaches = move |from: Option<usize>| from.is_some_and(|from| start - from <= REACH);
            let (length, meanings) = self.words.longest_at(&self.typed, at);
            let strengthens = self.typed.words[at].strengthens && self.value_at(at + 1, clause).is_some();
            if length == 0 || (length == 1 && strengthens) {
                if self.is_denial(at) {
                    denial = Some(at);
                } else if strengthens {
                    stronger = Some(at);
                } else if matches!(self.typed.surfaces[at], "trop" | "too") && self.typed.clauses.get(at + 1) == Some(&clause) {
                    self.clauses[clause].add(TOO);
                } else if let Some(value) = value_of_emoji(self.typed.surfaces[at]) {
                    self.clauses[clause].add(value);
                }
                at += 1;
                continue;
            }
            let phrase = at..at + length;
            self.note(&phrase, &meanings);
            if meanings.iter().any(|meaning| meaning.role == Role::Weaker) {
                weaker = Some(at);
            }
            if meanings.iter().any(|meaning| meaning.role == Role::Contrast) {
                self.deny_bare(denial.take());
                self.has_contrast = true;
                self.split_clause(phrase.end);
            }
            at = phrase.end;
            let Some(mut value) = value_of(&meanings) else {
                self.deny_bare(phrase.into_iter().find(|at| self.is_denial(*at)));
                continue;
            };
            let is_denied_after = tongue == Tongue::French && value > 0.0 && self.is_denied_after(at, clause);
            if is_denied_after {
                at += 1;
            }
            if is_denied_after || reaches(denial) {
                value *= if value > 0.0 { DENIED_GOOD } else { DENIED_BAD };
                denial = None;
            }
            if reaches(stronger.take()) {
                value *= STRONGER;
            }
            if reaches(weaker.take()) {
                value *= WEAKER;
            }
            self.clauses[clause].add(value);
        }
        self.deny_bare(denial);
    }

    /// Keeps what a phrase speaks of.
    fn note(&mut self, phrase: &Range<usize>, meanings: &[&Meaning]) {
        let clause = self.typed.clauses[phrase.start];
        self.is_used[phrase.clone()].fill(true);
        self.is_abusive |= meanings.iter().any(|meaning| meaning.role == Role::Abuse);
        self.is_wish[clause] |= meanings.iter().any(|meaning| meaning.role == Role::Wish);
        let concepts = meanings.iter().filter_map(|meaning| concepts().get(meaning.concept?));
        let mut keys: Vec<String> = concepts.map(|concept| format!("#{}", concept.key)).collect();
        if keys.is_empty() {
            return;
        }
        keys.push(self.typed.words[phrase.clone()].iter().map(|word| word.stem.as_str()).collect::<Vec<_>>().join(" "));
        let surface = self.typed.surfaces[phrase.clone()].join(" ");
        self.mentions.extend(keys.into_iter().map(|term| Mention { term, surface: surface.clone(), clause, is_known: true }));
    }

    /// What follows a word like "but" is a clause of its own.
    fn split_clause(&mut self, from: usize) {
        if from < self.typed.clauses.len() {
            self.typed.clauses[from..].iter_mut().for_each(|clause| *clause += 1);
            self.clauses.push(Balance::default());
            self.is_wish.push(false);
        }
    }

    fn is_denial(&self, at: usize) -> bool {
        let word = &self.typed.words[at];
        let is_after_ne = || self.typed.surfaces[at.saturating_sub(REACH)..at].contains(&"ne");
        word.denies || (word.denies_late && is_after_ne())
    }

    /// "J'aime pas": French denies behind the verb as well.
    fn is_denied_after(&self, at: usize, clause: usize) -> bool {
        self.typed.clauses.get(at) == Some(&clause) && self.is_denial(at) && self.value_at(at, clause).is_none() && self.value_at(at + 1, clause).is_none()
    }

    fn deny_bare(&mut self, denial: Option<usize>) {
        if let Some(at) = denial {
            self.clauses[self.typed.clauses[at]].add(BARE_DENIAL);
        }
    }

    fn value_at(&self, at: usize, clause: usize) -> Option<f64> {
        if self.typed.clauses.get(at) != Some(&clause) {
            return None;
        }
        value_of(&self.words.longest_at(&self.typed, at).1)
    }

    /// Words, and pairs of them with only small words between, of which nothing is known beforehand.
    fn find_terms(&mut self, is_asked: impl Fn(&str) -> bool) {
        let mut before: Option<usize> = None;
        for at in 0..self.typed.words.len() {
            let (surface, word) = (self.typed.surfaces[at], &self.typed.words[at]);
            let clause = self.typed.clauses[at];
            if word.is_stop && !self.is_used[at] {
                continue;
            }
            let is_something = self.typed.kinds[at] == Kind::Word && word.stem.chars().count() >= SHORTEST_TERM && !self.is_used[at];
            let says_something = is_something && !word.denies && !word.is_general && !word.is_explained && !is_asked(&word.stem);
            if !says_something {
                before = None;
                continue;
            }
            self.mentions.push(Mention { term: word.stem.clone(), surface: surface.to_owned(), clause, is_known: false });
            if let Some(before) = before.filter(|before| self.typed.clauses[*before] == clause) {
                let (term, surface) = (format!("{} {}", self.typed.words[before].stem, word.stem), self.typed.surfaces[before..=at].join(" "));
                self.mentions.push(Mention { term, surface, clause, is_known: false });
            }
            before = Some(at);
        }
    }

    fn balance(&mut self) -> Balance {
        for (clause, is_wish) in self.clauses.iter_mut().zip(&self.is_wish) {
            if *is_wish {
                clause.good = 0.0;
            }
        }
        let is_bad = self.clauses.iter().any(|clause| clause.bad >= LEAST_SAID);
        let mut said_seriously = Balance::default();
        let mut exclaimed = 0.0;
        for (i, clause) in self.clauses.iter().enumerate() {
            if clause.good > 0.0 && clause.bad == 0.0 && self.is_exclamation(i) {
                exclaimed += clause.good;
            } else {
                said_seriously.good += clause.good;
            }
            said_seriously.bad += clause.bad;
        }
        let is_ironic = is_bad && !self.has_contrast && said_seriously.good < LEAST_SAID;
        if !is_ironic {
            said_seriously.good += exclaimed;
        }
        said_seriously
    }

    fn is_exclamation(&self, clause: usize) -> bool {
        let words = self.typed.surfaces.iter().zip(&self.typed.clauses).zip(&self.typed.kinds).filter(|((_, of), kind)| **of == clause && **kind == Kind::Word);
        self.words.is_exclamation(&words.map(|((word, _), _)| *word).collect::<Vec<_>>().join(" "))
    }
}

/// A list of opinions goes before a concept that has a sign.
fn value_of(meanings: &[&Meaning]) -> Option<f64> {
    let (of_concepts, of_opinions): (Vec<&&Meaning>, Vec<&&Meaning>) =
        meanings.iter().filter(|meaning| meaning.value.is_some()).partition(|meaning| meaning.concept.is_some());
    of_opinions.first().or(of_concepts.first()).and_then(|meaning| meaning.value)
}
