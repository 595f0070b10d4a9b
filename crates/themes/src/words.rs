//! What is known beforehand: words that say nothing by themselves, words of opinion, and the concepts that answers about products, shops and services share.
//!
//! The lists are data, `words/*.txt`; they know French and English. Words are compared by their Snowball stems without accents, so one entry stands for its inflections.

use crate::text::{Kind, Text, fold, is_stretched, unstretched};
use frostem::{Algorithm, Stemmer};
use std::collections::{HashMap, HashSet};
use std::{rc::Rc, sync::LazyLock};

const CONCEPTS: &str = include_str!("../words/concepts.txt");
const OPINIONS_FR: &str = include_str!("../words/opinions_fr.txt");
const OPINIONS_EN: &str = include_str!("../words/opinions_en.txt");
const EMOJI: &str = include_str!("../words/emoji.txt");

/// How much a phrase of a concept says as an opinion, where it is one.
const VALUE_OF_CONCEPT: f64 = 2.0;
/// What a phrase says that is mostly named to complain of it.
const VALUE_OF_MILD_COMPLAINT: f64 = -0.75;
const VALUE_OF_EMOJI: f64 = 1.5;
/// A shorter word is mended only where a letter should be double, or should not: too many short words are a letter apart.
const SHORTEST_TO_MEND: usize = 8;
const SHORTEST_TO_DOUBLE: usize = 5;
/// A word whose stem is shorter by more is derived from it, not a slip.
const LONGEST_ENDING: usize = 4;
/// What `..` in a phrase stands for.
const WIDEST_GAP: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    French,
    English,
}

#[derive(Debug)]
pub(crate) struct Concept {
    pub(crate) key: &'static str,
    pub(crate) en: &'static str,
    pub(crate) fr: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Plain,
    Weaker,
    Contrast,
    Wish,
    Abuse,
}

/// What a phrase means: what it speaks of, what it says of it, or what it does to its neighbours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meaning {
    pub(crate) value: Option<f64>,
    pub(crate) concept: Option<usize>,
    pub(crate) role: Role,
}

#[derive(Debug)]
struct Phrase {
    /// What follows the first word.
    rest: Vec<Part>,
    meaning: Meaning,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// A stem; or, with `=` in front, a word as it stands, without accents.
    Word(String),
    Gap,
}

/// A word as it is in one language.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) stem: String,
    /// With `=` in front, as the lists write a word that is to be compared as it stands.
    exact: String,
    /// One of our lists has it.
    pub(crate) is_known: bool,
    pub(crate) is_stop: bool,
    pub(crate) is_general: bool,
    /// It means something by itself, so that no theme need be found for it.
    pub(crate) is_explained: bool,
    pub(crate) denies: bool,
    /// It denies only after another ("ne … plus").
    pub(crate) denies_late: bool,
    pub(crate) strengthens: bool,
}

/// An answer's words: as they stand, what they are in its language, and the clauses they are in.
#[derive(Debug)]
pub(crate) struct Typed<'a> {
    pub(crate) surfaces: Vec<&'a str>,
    pub(crate) words: Vec<Rc<Word>>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) clauses: Vec<usize>,
}

/// Words that were looked up before; what they are does not depend on it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    by_word: [HashMap<String, Rc<Word>>; 2],
}

impl Seen {
    /// So many different words are kept of each language, and later ones looked up again each time.
    const MOST: usize = 50_000;

    pub(crate) fn word(&mut self, tongue: Tongue, word: &str) -> Rc<Word> {
        let seen = &mut self.by_word[tongue as usize];
        if let Some(found) = seen.get(word) {
            return Rc::clone(found);
        }
        let found = Rc::new(words(tongue).word(word));
        if seen.len() < Self::MOST {
            seen.insert(word.to_owned(), Rc::clone(&found));
        }
        found
    }
}

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Words {
    stemmer: Algorithm,
    stop: HashSet<String>,
    general: HashSet<String>,
    negate: HashSet<String>,
    late_negate: HashSet<String>,
    stronger: HashSet<String>,
    exclaim: HashSet<String>,
    nothing: HashSet<String>,
    /// By their first words.
    phrases: HashMap<String, Vec<Phrase>>,
    /// Every stem that a phrase has.
    known: HashSet<String>,
    /// Known stems by what is left when one letter goes, for words with a letter too many, too few, wrong or misplaced.
    by_deletion: HashMap<String, Vec<String>>,
    /// Known stems by what is left when double letters are single.
    by_single: HashMap<String, String>,
    /// Lines that could not be read; a test sees to it that there are none.
    problems: Vec<String>,
}

static GOOD_AND_BAD_SIGNS: LazyLock<HashMap<char, f64>> = LazyLock::new(|| {
    let value = |kind: &str| if kind == "good" { VALUE_OF_EMOJI } else { -VALUE_OF_EMOJI };
    let lines = EMOJI.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "));
    lines.flat_map(|(kind, signs)| signs.chars().map(move |sign| (sign, value(kind)))).collect()
});
static FRENCH: LazyLock<Words> = LazyLock::new(|| Words::read(Tongue::French, OPINIONS_FR));
static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::read(Tongue::English, OPINIONS_EN));
static CONCEPT_LIST: LazyLock<Vec<Concept>> = LazyLock::new(|| CONCEPTS.lines().filter_map(concept).collect());

pub(crate) fn words(tongue: Tongue) -> &'static Words {
    match tongue {
        Tongue::French => &FRENCH,
        Tongue::English => &ENGLISH,
    }
}

pub(crate) fn concepts() -> &'static [Concept] {
    &CONCEPT_LIST
}

/// A line like `[speed] Speed / Vitesse`.
fn concept(line: &'static str) -> Option<Concept> {
    let (key, names) = line.strip_prefix('[')?.split_once("] ")?;
    let (en, fr) = names.split_once(" / ")?;
    Some(Concept { key, en, fr })
}

impl Words {
    fn read(tongue: Tongue, opinions: &str) -> Self {
        let (stemmer, name) = match tongue {
            Tongue::French => (Algorithm::French, "fr"),
            Tongue::English => (Algorithm::English, "en"),
        };
        let none = HashSet::new;
        let mut words = Self {
            stemmer,
            stop: none(),
            general: none(),
            negate: none(),
            late_negate: none(),
            stronger: none(),
            exclaim: none(),
            nothing: none(),
            phrases: HashMap::new(),
            known: none(),
            by_deletion: HashMap::new(),
            by_single: HashMap::new(),
            problems: Vec::new(),
        };
        for line in opinions.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            match line.split_once(':') {
                Some((kind, list)) => words.take(kind, list.trim()),
                None => words.problems.push(line.to_owned()),
            }
        }
        let mut concept = None;
        for line in CONCEPTS.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            if line.starts_with('[') {
                concept = Some(concept.map_or(0, |at: usize| at + 1));
            } else if let Some((language, list)) = line.split_once(':') {
                let value = match language.chars().last() {
                    Some('+') => Some(VALUE_OF_CONCEPT),
                    Some('-') => Some(-VALUE_OF_CONCEPT),
                    Some('~') => Some(VALUE_OF_MILD_COMPLAINT),
                    _ => None,
                };
                if language.starts_with(name) {
                    words.add_phrases(list, Meaning { value, concept, role: Role::Plain });
                }
            } else {
                words.problems.push(line.to_owned());
            }
        }
        for phrases in words.phrases.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len()));
        }
        words.index_for_mending();
        words
    }

    fn take(&mut self, kind: &str, list: &str) {
        let role = |role| Meaning { value: None, concept: None, role };
        match kind {
            "stop" => self.stop.extend(list.split_whitespace().map(fold)),
            "general" => self.general = list.split_whitespace().map(|word| self.stem(word)).collect(),
            "negate" => self.negate.extend(list.split_whitespace().map(fold)),
            "late-negate" => self.late_negate.extend(list.split_whitespace().map(fold)),
            "stronger" => self.stronger.extend(list.split_whitespace().map(fold)),
            "exclaim" => self.exclaim.extend(list.split(", ").map(|phrase| Text::of(phrase).normalised())),
            "nothing" => self.nothing.extend(list.split(", ").map(|phrase| Text::of(phrase).normalised())),
            "weaker" => self.add_phrases(list, role(Role::Weaker)),
            "contrast" => self.add_phrases(list, role(Role::Contrast)),
            "wish" => self.add_phrases(list, role(Role::Wish)),
            "abuse" => self.add_phrases(list, Meaning { value: Some(-3.0), concept: None, role: Role::Abuse }),
            value => match value.parse() {
                Ok(value) => self.add_phrases(list, Meaning { value: Some(value), concept: None, role: Role::Plain }),
                Err(_) => self.problems.push(format!("{kind}: {list}")),
            },
        }
    }

    fn add_phrases(&mut self, list: &str, meaning: Meaning) {
        for phrase in list.split(',') {
            let mut parts = Vec::new();
            for part in phrase.split_whitespace() {
                if part == ".." {
                    parts.push(Part::Gap);
                } else if part.starts_with('=') {
                    parts.push(Part::Word(fold(part)));
                } else {
                    let stems: Vec<String> = Text::of(part).tokens.iter().map(|token| self.stem(&token.text)).collect();
                    self.known.extend(stems.iter().cloned());
                    parts.extend(stems.into_iter().map(Part::Word));
                }
            }
            if let Some((Part::Word(first), rest)) = parts.split_first() {
                self.phrases.entry(first.clone()).or_default().push(Phrase { rest: rest.to_vec(), meaning });
            }
        }
    }

    fn index_for_mending(&mut self) {
        let mut known: Vec<&String> = self.known.iter().collect();
        known.sort_unstable();
        for stem in known {
            self.by_single.entry(with_single_letters(stem)).or_insert_with(|| stem.clone());
            for shorter in with_one_letter_less(stem) {
                self.by_deletion.entry(shorter).or_default().push(stem.clone());
            }
        }
    }

    /// The stem of a word in lower case.
    pub(crate) fn stem(&self, word: &str) -> String {
        fold(&Stemmer::new(self.stemmer).stem(word))
    }

    fn word(&self, word: &str) -> Word {
        let stem = self.stem(word);
        self.word_with_stem(word, stem)
    }

    fn word_with_stem(&self, word: &str, stem: String) -> Word {
        let folded = fold(word);
        let exact = format!("={folded}");
        let is_one = |first: &str| self.phrases.get(first).is_some_and(|phrases| phrases.iter().any(|phrase| phrase.rest.is_empty()));
        let (is_stop, is_general, denies) = (self.stop.contains(&folded), self.general.contains(&stem), self.negate.contains(&folded));
        Word {
            is_known: self.known.contains(&stem) || is_general || is_stop || denies || self.phrases.contains_key(&exact),
            is_stop,
            is_general,
            is_explained: is_one(&stem) || is_one(&exact),
            denies,
            denies_late: self.late_negate.contains(&folded),
            strengthens: self.stronger.contains(&folded),
            exact,
            stem,
        }
    }

    /// A word that nobody knows, as it was probably meant: stretched letters are taken back, and a letter is put right. `None` leaves it as it stands.
    pub(crate) fn mended(&self, typed: &str, word: &Word) -> Option<Word> {
        if is_stretched(typed) {
            let twice = self.word(&unstretched(typed, 2));
            return Some(if twice.is_known { twice } else { self.word(&unstretched(typed, 1)) });
        }
        let n_letters = typed.chars().count();
        if n_letters < SHORTEST_TO_DOUBLE || n_letters > word.stem.chars().count() + LONGEST_ENDING {
            return None;
        }
        let doubled = self.by_single.get(&with_single_letters(&word.stem));
        let known = doubled.or_else(|| if n_letters < SHORTEST_TO_MEND { None } else { self.a_letter_away(&word.stem) })?;
        Some(self.word_with_stem(typed, known.clone()))
    }

    /// The known stem with a letter more, less, different or elsewhere.
    fn a_letter_away(&self, stem: &str) -> Option<&String> {
        let near = |known: &&String| known.chars().next() == stem.chars().next() && known.chars().count().abs_diff(stem.chars().count()) <= 1;
        let shorter = with_one_letter_less(stem);
        let longer = self.by_deletion.get(stem).into_iter().flatten().find(near);
        longer
            .or_else(|| shorter.iter().find_map(|shorter| self.known.get(shorter)))
            .or_else(|| shorter.iter().filter_map(|shorter| self.by_deletion.get(shorter)).flatten().filter(near).min())
    }

    pub(crate) fn is_exclamation(&self, normalised: &str) -> bool {
        self.exclaim.contains(normalised)
    }

    pub(crate) fn says_nothing(&self, normalised: &str) -> bool {
        self.nothing.contains(normalised)
    }

    /// The longest phrases that begin at a word, all of one length: how many words, and what each means. A phrase ends within its clause.
    pub(crate) fn longest_at(&self, typed: &Typed, at: usize) -> (usize, Vec<&Meaning>) {
        let mut longest = (0, Vec::new());
        if typed.kinds[at] == Kind::Emoji {
            return longest;
        }
        let beginning_with = |first: &str| self.phrases.get(first).map_or(&[][..], Vec::as_slice);
        for phrase in beginning_with(&typed.words[at].stem).iter().chain(beginning_with(&typed.words[at].exact)) {
            let Some(end) = end_of(&phrase.rest, typed, at) else { continue };
            let length = end - at;
            if length > longest.0 {
                longest = (length, Vec::new());
            }
            if length == longest.0 {
                longest.1.push(&phrase.meaning);
            }
        }
        longest
    }

    #[cfg(test)]
    pub(crate) fn problems(&self) -> &[String] {
        &self.problems
    }
}

/// What an emoji says, if it says how somebody feels.
pub(crate) fn value_of_emoji(sign: &str) -> Option<f64> {
    sign.chars().next().and_then(|sign| GOOD_AND_BAD_SIGNS.get(&sign)).copied()
}

fn end_of(rest: &[Part], typed: &Typed, at: usize) -> Option<usize> {
    let mut next = at + 1;
    let mut gap = 0;
    for part in rest {
        let Part::Word(word) = part else {
            gap = WIDEST_GAP;
            continue;
        };
        let is_it = |i: usize| typed.words.get(i).is_some_and(|typed| typed.stem == *word || typed.exact == *word);
        let found = (next..=next + gap).find(|i| is_it(*i) && typed.clauses[*i] == typed.clauses[at])?;
        next = found + 1;
        gap = 0;
    }
    Some(next)
}

fn with_single_letters(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

fn with_one_letter_less(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    (0..letters.len()).map(|skip| letters.iter().enumerate().filter(|(i, _)| *i != skip).map(|(_, c)| *c).collect()).collect()
}
