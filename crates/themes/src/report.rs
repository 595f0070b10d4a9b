//! The report: everything counted, in a pass over the answers for languages and usual words, one for what each says, and one over the themes.

use crate::cluster::{Cluster, Document, Vocabulary, clusters, fewest_answers, members};
use crate::compare::{Cell, Change, Divided, Period, Segment};
use crate::correction::{Corrected, Terms};
use crate::language::{Language, detect};
use crate::quote::{Candidate, Quote, is_readable, quotes};
use crate::reading::{Balance, Nature, Reading, Sentiment, read, tongue_of};
use crate::text::{Kind, Text, fingerprint};
use crate::words::{Seen, Tongue, concepts};
use crate::{Answer, Settings};
use serde::Serialize;
use sillage_behavior::statistics::{mean, wilson_interval};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use xxhash_rust::xxh3::xxh3_64;

/// With fewer answers that say something there are no themes.
pub(crate) const FEWEST_FOR_THEMES: u64 = 10;
/// A word that came so often is no slip of the keyboard.
const USUAL_FROM: u64 = 3;
const MOST_PHRASES: usize = 10;
/// A phrase that so large a part of a theme's answers has may name it.
const NAMES_FROM: f64 = 0.7;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub n_answers: u64,
    /// Those that are not empty and not "nothing": shares are of these.
    pub n_said: u64,
    pub n_nothing: u64,
    pub n_abusive: u64,
    /// Longer than is read.
    pub n_cut: u64,
    /// Fewer than ten say something: there are no themes.
    pub is_too_few: bool,
    /// How many answers a theme has at least.
    pub fewest_answers: u64,
    pub languages: Vec<LanguageCount>,
    pub sentiment: SentimentCounts,
    pub mean_score: Option<Mean>,
    /// The commonest first.
    pub themes: Vec<Theme>,
    /// Those that people hid.
    pub hidden: Vec<Theme>,
    /// Answers that say something and are in no theme.
    pub unsorted: Counted,
    pub segments: Vec<Segment>,
    pub periods: Vec<Period>,
    /// By id.
    pub answers: Vec<AnswerRead>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Theme {
    /// By these a correction names it.
    pub terms: Terms,
    pub name: Name,
    /// People renamed, merged, split or filled it: it stays whatever the answers bring.
    pub is_fixed: bool,
    pub share: Share,
    /// Of what is said where the theme comes up, not of whole answers.
    pub sentiment: SentimentCounts,
    pub mean_score: Option<Mean>,
    pub mean_score_of_others: Option<Mean>,
    pub phrases: Vec<KeyPhrase>,
    pub quotes: Vec<Quote>,
    /// The clearest differences first.
    pub segments: Vec<Cell>,
    /// As in the report's `periods`.
    pub periods: Vec<Share>,
    /// From the last but one period to the last.
    pub change: Option<Change>,
    /// By id.
    pub answers: Vec<String>,
}

/// A theme's name in both languages; one that a person gave is the same in both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Name {
    pub en: String,
    pub fr: String,
}

/// A part of something, with Wilson's interval at 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    pub n: u64,
    pub of: u64,
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counted {
    pub share: Share,
    pub answers: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mean {
    pub n: u64,
    pub mean: f64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyPhrase {
    /// By this a correction splits it off.
    pub term: String,
    /// As most people write it.
    pub phrase: String,
    pub n: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LanguageCount {
    pub language: Language,
    pub n: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SentimentCounts {
    pub positive: u64,
    pub negative: u64,
    pub mixed: u64,
    pub neutral: u64,
    /// In a language whose words we do not know.
    pub unknown: u64,
}

/// What was understood of one answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnswerRead {
    pub id: String,
    pub fingerprint: String,
    pub language: Language,
    pub nature: Nature,
    pub sentiment: Option<Sentiment>,
    /// -1 to 1.
    pub sentiment_score: Option<f64>,
    /// Places in `themes`.
    pub themes: Vec<usize>,
}

/// One text, whoever wrote it.
#[derive(Debug)]
struct Written<'a> {
    /// In the order of ids.
    answers: Vec<&'a Answer>,
    language: Language,
    fingerprint: String,
    is_cut: bool,
    is_readable: bool,
    nature: Nature,
    sentiment: Option<Sentiment>,
    score: Option<f64>,
    clauses: Vec<Balance>,
    /// Term and clause.
    mentions: Vec<(u32, u32)>,
}

/// Groups what people say into themes. Answers may come in any order.
#[must_use]
pub fn report(answers: &[Answer], settings: &Settings) -> Report {
    let answers = distinct(answers);
    let (written, known) = read_all(&answers, settings);
    let said: Vec<&Written> = written.iter().filter(|text| text.nature != Nature::Nothing).collect();
    let n_said = n_answers_of(said.iter().copied());
    let is_too_few = n_said < FEWEST_FOR_THEMES;
    let documents: Vec<Document> = said.iter().map(|text| Document { n_answers: text.answers.len() as u64, terms: terms_of(text) }).collect();
    let corrected = Corrected::of(&settings.corrections);
    let clusters = if is_too_few { Vec::new() } else { clusters(&documents, &known.terms, &corrected.themes, n_said) };
    let builder = Builder::new(&said, &documents, &known, &corrected, n_said);
    let (themes, hidden) = builder.themes(clusters);
    let mut languages: BTreeMap<Language, u64> = BTreeMap::new();
    let mut sentiment = SentimentCounts::default();
    for text in &said {
        *languages.entry(text.language).or_default() += text.answers.len() as u64;
        sentiment.add(text.sentiment, text.answers.len() as u64);
    }
    Report {
        n_answers: answers.len() as u64,
        n_said,
        n_nothing: answers.len() as u64 - n_said,
        n_abusive: n_answers_of(written.iter().filter(|text| text.nature == Nature::Abuse)),
        n_cut: n_answers_of(written.iter().filter(|text| text.is_cut)),
        is_too_few,
        fewest_answers: fewest_answers(n_said),
        languages: languages.into_iter().map(|(language, n)| LanguageCount { language, n }).collect(),
        sentiment,
        mean_score: mean_of(answers.iter().copied()),
        unsorted: unsorted(&said, &themes, &hidden, n_said),
        segments: builder.divided.segments(),
        periods: builder.divided.periods(),
        answers: answers_read(&written, &themes),
        themes,
        hidden,
    }
}

fn n_answers_of<'a>(texts: impl Iterator<Item = &'a Written<'a>>) -> u64 {
    texts.map(|text| text.answers.len() as u64).sum()
}

fn unsorted(said: &[&Written], themes: &[Theme], hidden: &[Theme], n_said: u64) -> Counted {
    let sorted: BTreeSet<&str> = themes.iter().chain(hidden).flat_map(|theme| theme.answers.iter().map(String::as_str)).collect();
    let mut answers: Vec<String> =
        said.iter().flat_map(|text| &text.answers).map(|answer| answer.id.clone()).filter(|id| !sorted.contains(id.as_str())).collect();
    answers.sort_unstable();
    Counted { share: Share::of(answers.len() as u64, n_said), answers }
}

fn answers_read(written: &[Written], themes: &[Theme]) -> Vec<AnswerRead> {
    let mut themes_of: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, theme) in themes.iter().enumerate() {
        theme.answers.iter().for_each(|id| themes_of.entry(id).or_default().push(at));
    }
    let read = |text: &Written, answer: &Answer| AnswerRead {
        id: answer.id.clone(),
        fingerprint: text.fingerprint.clone(),
        language: text.language,
        nature: text.nature,
        sentiment: text.sentiment,
        sentiment_score: text.score,
        themes: themes_of.get(answer.id.as_str()).cloned().unwrap_or_default(),
    };
    let mut all: Vec<AnswerRead> = written.iter().flat_map(|text| text.answers.iter().map(|answer| read(text, answer)).collect::<Vec<_>>()).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

/// One answer for each id, whichever order they came in.
fn distinct(answers: &[Answer]) -> Vec<&Answer> {
    let mut distinct: Vec<&Answer> = answers.iter().collect();
    let by_content = |a: &&Answer, b: &&Answer| {
        let scores = a.score.unwrap_or(f64::NAN).total_cmp(&b.score.unwrap_or(f64::NAN));
        a.id.cmp(&b.id).then_with(|| a.text.cmp(&b.text)).then(scores).then_with(|| (&a.segments, &a.period).cmp(&(&b.segments, &b.period)))
    };
    distinct.sort_by(by_content);
    distinct.dedup_by(|a, b| a.id == b.id);
    distinct
}

#[derive(Debug)]
struct Known {
    terms: Vocabulary,
    /// As most people write each term.
    surfaces: Vec<String>,
}

/// Reads every text once it is known which words are usual. Terms are numbered in the order of their spelling.
fn read_all<'a>(answers: &[&'a Answer], settings: &Settings) -> (Vec<Written<'a>>, Known) {
    let mut by_text: BTreeMap<&str, Vec<&Answer>> = BTreeMap::new();
    for answer in answers {
        by_text.entry(&answer.text).or_default().push(answer);
    }
    let mut seen = Seen::default();
    let mut n_answers_with: HashMap<u64, u64> = HashMap::new();
    let mut count = |text: &Text, tongue: Tongue, n: usize, seen: &mut Seen| {
        let words = text.tokens.iter().filter(|token| token.kind == Kind::Word);
        let stems: BTreeSet<u64> = words.map(|token| hash(&seen.word(tongue, &token.text).stem)).collect();
        for stem in stems {
            *n_answers_with.entry(stem).or_default() += n as u64;
        }
    };
    let mut languages = Vec::with_capacity(by_text.len());
    for (raw, answers) in &by_text {
        let text = Text::of(raw);
        let language = detect(&text, &mut seen);
        languages.push(language);
        match language {
            Language::French => count(&text, Tongue::French, answers.len(), &mut seen),
            Language::English => count(&text, Tongue::English, answers.len(), &mut seen),
            Language::Other | Language::Unknown => {}
        }
    }
    let usual = usual_tongue(by_text.values().map(Vec::len).zip(languages.iter().copied()));
    for ((raw, answers), _) in by_text.iter().zip(&languages).filter(|(_, language)| **language == Language::Unknown) {
        count(&Text::of(raw), usual, answers.len(), &mut seen);
    }
    let asked = Text::of(&settings.question).tokens;
    let asked: BTreeSet<String> =
        asked.iter().flat_map(|token| [Tongue::French, Tongue::English].map(|tongue| seen.word(tongue, &token.text).stem.clone())).collect();
    let fewest = fewest_answers(answers.len() as u64).min(n_fewest_said(answers.len() as u64));
    let is_common = |stem: &str, from| n_answers_with.get(&hash(stem)).is_some_and(|n| *n >= from);

    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut is_open: Vec<bool> = Vec::new();
    let mut surfaces: Vec<HashMap<String, u64>> = Vec::new();
    let mut written = Vec::with_capacity(by_text.len());
    for ((raw, answers), language) in by_text.into_iter().zip(languages) {
        let text = Text::of(raw);
        let tongue = tongue_of(language, usual);
        let Reading { nature, sentiment, score, mentions, clauses } =
            read(&text, tongue, &mut seen, |stem| is_common(stem, USUAL_FROM), |stem| asked.contains(stem) || !is_common(stem, fewest));
        let mut numbered = BTreeSet::new();
        for mention in mentions {
            let next = numbers.len() as u32;
            let number = *numbers.entry(mention.term).or_insert(next);
            if number == next {
                is_open.push(false);
                surfaces.push(HashMap::new());
            }
            is_open[number as usize] |= !mention.is_known;
            *surfaces[number as usize].entry(mention.surface).or_default() += answers.len() as u64;
            numbered.insert((number, mention.clause as u32));
        }
        let fingerprint = fingerprint(&text.normalised());
        let mentions = numbered.into_iter().collect();
        written.push(Written {
            answers,
            language,
            fingerprint,
            is_cut: text.is_cut,
            is_readable: is_readable(raw),
            nature,
            sentiment,
            score,
            clauses,
            mentions,
        });
    }
    let known = in_order_of_spelling(numbers, &is_open, surfaces, &mut written);
    (written, known)
}

/// So few would do if most answers said nothing.
fn n_fewest_said(n_answers: u64) -> u64 {
    fewest_answers(n_answers / 2)
}

fn in_order_of_spelling(numbers: HashMap<String, u32>, is_open: &[bool], surfaces: Vec<HashMap<String, u64>>, written: &mut [Written]) -> Known {
    let mut spelled: Vec<(String, u32)> = numbers.into_iter().collect();
    spelled.sort_unstable();
    let mut place = vec![0; spelled.len()];
    for (at, (_, number)) in (0..).zip(&spelled) {
        place[*number as usize] = at;
    }
    for text in written {
        text.mentions.iter_mut().for_each(|(term, _)| *term = place[*term as usize]);
        text.mentions.sort_unstable();
    }
    let commonest =
        |number: u32| surfaces[number as usize].iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).map(|(surface, _)| surface.clone()).unwrap_or_default();
    let surfaces = spelled.iter().map(|(_, number)| commonest(*number)).collect();
    let is_open = spelled.iter().map(|(_, number)| is_open[*number as usize]).collect();
    Known { terms: Vocabulary { terms: spelled.into_iter().map(|(term, _)| term).collect(), is_open }, surfaces }
}

fn usual_tongue(languages: impl Iterator<Item = (usize, Language)>) -> Tongue {
    let (mut french, mut english) = (0, 0);
    for (n, language) in languages {
        match language {
            Language::French => french += n,
            Language::English => english += n,
            Language::Other | Language::Unknown => {}
        }
    }
    if french > english { Tongue::French } else { Tongue::English }
}

fn hash(stem: &str) -> u64 {
    xxh3_64(stem.as_bytes())
}

fn terms_of(text: &Written) -> Vec<u32> {
    let mut terms: Vec<u32> = text.mentions.iter().map(|(term, _)| *term).collect();
    terms.dedup();
    terms
}

/// What themes are made of.
struct Builder<'a> {
    texts: &'a [&'a Written<'a>],
    documents: &'a [Document],
    known: &'a Known,
    corrected: &'a Corrected,
    n_said: u64,
    divided: Divided,
    /// The places of a text's answers among those that say something.
    places: Vec<Vec<u32>>,
    /// How many answers have a term.
    n_with_term: Vec<u64>,
}

impl<'a> Builder<'a> {
    fn new(texts: &'a [&'a Written<'a>], documents: &'a [Document], known: &'a Known, corrected: &'a Corrected, n_said: u64) -> Self {
        let mut next = 0..;
        let places: Vec<Vec<u32>> = texts.iter().map(|text| next.by_ref().take(text.answers.len()).collect()).collect();
        let placed: Vec<(u32, &Answer)> =
            places.iter().zip(texts).flat_map(|(places, text)| places.iter().copied().zip(text.answers.iter().copied())).collect();
        let mut n_with_term = vec![0; known.terms.terms.len()];
        for document in documents {
            document.terms.iter().for_each(|term| n_with_term[*term as usize] += document.n_answers);
        }
        Self { texts, documents, known, corrected, n_said, divided: Divided::of(&placed), places, n_with_term }
    }

    /// Those to show, the commonest first, and those that people hid.
    fn themes(&self, clusters: Vec<Cluster>) -> (Vec<Theme>, Vec<Theme>) {
        let size = |members: &BTreeSet<u32>| members.iter().map(|at| self.documents[*at as usize].n_answers).sum::<u64>();
        let is_shown = |cluster: &Cluster, n: u64| if cluster.fixed.is_some() { n > 0 } else { n >= fewest_answers(self.n_said) };
        let mut held: Vec<(Cluster, BTreeSet<u32>)> =
            clusters.into_iter().map(|cluster| (self.members(&cluster), cluster)).map(|(members, cluster)| (cluster, members)).collect();
        held.retain(|(cluster, members)| is_shown(cluster, size(members)));
        held.sort_by(|(a, in_a), (b, in_b)| size(in_b).cmp(&size(in_a)).then_with(|| a.terms.cmp(&b.terms)));
        let answers: Vec<BTreeSet<u32>> = held.iter().map(|(_, members)| members.iter().flat_map(|at| &self.places[*at as usize]).copied().collect()).collect();
        let compared = self.divided.compare(&answers);
        let themes = held.into_iter().zip(compared).map(|((cluster, members), compared)| {
            let is_hidden = cluster.fixed.is_some_and(|at| self.corrected.themes[at].is_hidden);
            let mut theme = self.theme(cluster, &members);
            theme.segments = compared.cells;
            theme.segments.sort_by(|a, b| {
                let q = |cell: &Cell| cell.difference.q_value.unwrap_or(1.0);
                q(a).total_cmp(&q(b)).then_with(|| (&a.segment, &a.value).cmp(&(&b.segment, &b.value)))
            });
            theme.periods = compared.periods;
            theme.change = compared.change;
            (is_hidden, theme)
        });
        let (hidden, shown): (Vec<_>, Vec<_>) = themes.partition(|(is_hidden, _)| *is_hidden);
        let only = |themes: Vec<(bool, Theme)>| themes.into_iter().map(|(_, theme)| theme).collect();
        (only(shown), only(hidden))
    }

    /// The texts of a theme, as its terms and as people say.
    fn members(&self, cluster: &Cluster) -> BTreeSet<u32> {
        let mut members = members(cluster, self.documents, &self.known.terms);
        if let Some(theme) = cluster.fixed {
            for (at, text) in (0..).zip(self.texts) {
                match self.corrected.moved(&text.fingerprint, theme) {
                    Some(true) => members.insert(at),
                    Some(false) => members.remove(&at),
                    None => continue,
                };
            }
        }
        members
    }

    fn theme(&self, cluster: Cluster, members: &BTreeSet<u32>) -> Theme {
        let own: BTreeSet<u32> = cluster.terms.iter().filter_map(|term| self.known.terms.terms.binary_search(term).ok()).map(|at| at as u32).collect();
        let mut weights = vec![0; self.known.terms.terms.len()];
        let mut sentiment = SentimentCounts::default();
        let mut candidates = Vec::new();
        for at in members {
            let (text, document) = (self.texts[*at as usize], &self.documents[*at as usize]);
            document.terms.iter().for_each(|term| weights[*term as usize] += document.n_answers);
            sentiment.add(sentiment_about(text, &own), document.n_answers);
            if text.nature == Nature::Speech {
                candidates.push(Candidate {
                    answer: text.answers[0],
                    language: text.language,
                    sentiment: text.sentiment,
                    is_readable: text.is_readable,
                    terms: &document.terms,
                });
            }
        }
        candidates.sort_by(|a, b| a.answer.id.cmp(&b.answer.id));
        let (with, without): (Vec<_>, Vec<_>) = (0..).zip(self.texts).partition(|(at, _)| members.contains(at));
        let answers_of = |texts: Vec<(u32, &&'a Written<'a>)>| texts.into_iter().flat_map(|(_, text)| text.answers.iter().copied()).collect::<Vec<_>>();
        let (with, without) = (answers_of(with), answers_of(without));
        let mut ids: Vec<String> = with.iter().map(|answer| answer.id.clone()).collect();
        ids.sort_unstable();
        let phrases = self.phrases(&weights);
        Theme {
            name: self.name(&cluster, &phrases, ids.len() as u64),
            is_fixed: cluster.fixed.is_some(),
            share: Share::of(ids.len() as u64, self.n_said),
            sentiment,
            mean_score: mean_of(with.into_iter()),
            mean_score_of_others: mean_of(without.into_iter()),
            quotes: quotes(&candidates, &weights),
            phrases,
            segments: Vec::new(),
            periods: Vec::new(),
            change: None,
            answers: ids,
            terms: cluster.terms,
        }
    }

    /// What a theme's answers say more often than others do.
    fn phrases(&self, weights: &[u64]) -> Vec<KeyPhrase> {
        let told_apart = |term: u32, n: u64| n as f64 * n as f64 / self.n_with_term[term as usize] as f64;
        let said = (0..).zip(weights).filter(|(term, n)| **n > 0 && !self.spelled(*term).starts_with('#'));
        let mut phrases: Vec<(f64, u32, u64)> = said.map(|(term, n)| (told_apart(term, *n), term, *n)).collect();
        phrases.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let phrase = |(_, term, n): (f64, u32, u64)| KeyPhrase { term: self.spelled(term).to_owned(), phrase: self.known.surfaces[term as usize].clone(), n };
        phrases.into_iter().take(MOST_PHRASES).map(phrase).collect()
    }

    fn name(&self, cluster: &Cluster, phrases: &[KeyPhrase], n: u64) -> Name {
        if let Some(name) = cluster.fixed.and_then(|at| self.corrected.themes[at].name.clone()) {
            return Name { en: name.clone(), fr: name };
        }
        let concept = cluster.terms.iter().filter_map(|term| term.strip_prefix('#')).find_map(|key| concepts().iter().find(|concept| concept.key == key));
        if let Some(concept) = concept {
            return Name { en: concept.en.to_owned(), fr: concept.fr.to_owned() };
        }
        let names = |phrase: &&KeyPhrase| phrase.n as f64 >= n as f64 * NAMES_FROM && phrase.term.contains(' ') && cluster.terms.contains(&phrase.term);
        let own = || phrases.iter().find(|phrase| cluster.terms.contains(&phrase.term));
        let surface =
            phrases.iter().find(names).or_else(own).map_or_else(|| cluster.terms.first().cloned().unwrap_or_default(), |phrase| phrase.phrase.clone());
        let name = capitalised(&surface);
        Name { en: name.clone(), fr: name }
    }

    fn spelled(&self, term: u32) -> &str {
        &self.known.terms.terms[term as usize]
    }
}

/// Of the clauses in which a theme comes up; of the whole answer where these say nothing.
fn sentiment_about(text: &Written, terms: &BTreeSet<u32>) -> Option<Sentiment> {
    let clauses: BTreeSet<u32> = text.mentions.iter().filter(|(term, _)| terms.contains(term)).map(|(_, clause)| *clause).collect();
    let about = clauses.iter().filter_map(|clause| text.clauses.get(*clause as usize)).fold(Balance::default(), |sum, clause| sum.plus(*clause)).sentiment();
    if about == Sentiment::Neutral { text.sentiment } else { Some(about) }
}

fn mean_of<'a>(answers: impl Iterator<Item = &'a Answer>) -> Option<Mean> {
    let mut scores: Vec<f64> = answers.filter_map(|answer| answer.score).filter(|score| score.is_finite()).collect();
    // Added up in one order, so that the last digit is always the same.
    scores.sort_by(f64::total_cmp);
    Some(Mean { n: scores.len() as u64, mean: mean(&scores)? })
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl Share {
    pub(crate) fn of(n: u64, of: u64) -> Self {
        let (low, high) = wilson_interval(n, of).unwrap_or((0.0, 1.0));
        Self { n, of, share: if of == 0 { 0.0 } else { n as f64 / of as f64 }, low, high }
    }
}

impl SentimentCounts {
    fn add(&mut self, sentiment: Option<Sentiment>, n: u64) {
        let count = match sentiment {
            Some(Sentiment::Positive) => &mut self.positive,
            Some(Sentiment::Negative) => &mut self.negative,
            Some(Sentiment::Mixed) => &mut self.mixed,
            Some(Sentiment::Neutral) => &mut self.neutral,
            None => &mut self.unknown,
        };
        *count += n;
    }
}
