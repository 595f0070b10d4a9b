//! Quotes that stand for a theme: they hold what most of its answers hold, are short enough to read, and differ from one another.

use crate::Answer;
use crate::language::Language;
use crate::reading::Sentiment;
use crate::text::without_personal_data;
use serde::Serialize;
use std::collections::BTreeSet;
use unicode_segmentation::UnicodeSegmentation;

const MOST_QUOTES: usize = 3;
/// In signs as people see them.
const LONGEST_QUOTE: usize = 280;
/// Shorter answers say that there is a theme, not what it is.
const SHORTEST_QUOTE: usize = 15;

/// An answer in its own words, without what could tell who wrote it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quote {
    pub id: String,
    pub text: String,
    pub language: Language,
    pub sentiment: Option<Sentiment>,
}

/// Whether people can take a text in at a glance and still learn something.
pub(crate) fn is_readable(text: &str) -> bool {
    let n_letters = text.trim().chars().take(LONGEST_QUOTE + 1).count();
    (SHORTEST_QUOTE..=LONGEST_QUOTE).contains(&n_letters)
}

/// What could be quoted, and the terms that it holds.
#[derive(Debug)]
pub(crate) struct Candidate<'a> {
    pub(crate) answer: &'a Answer,
    pub(crate) language: Language,
    pub(crate) sentiment: Option<Sentiment>,
    pub(crate) is_readable: bool,
    pub(crate) terms: &'a [u32],
}

/// `weights` says of each term, by its number, in how many of the theme's answers it is.
pub(crate) fn quotes(candidates: &[Candidate], weights: &[u64]) -> Vec<Quote> {
    let mut left: Vec<&Candidate> = candidates.iter().collect();
    let mut said: BTreeSet<u32> = BTreeSet::new();
    let mut quotes = Vec::new();
    while quotes.len() < MOST_QUOTES {
        let best =
            left.iter().enumerate().map(|(at, candidate)| (typicality(candidate, weights, &said), at)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let Some((_, at)) = best else { break };
        let Candidate { answer, language, sentiment, terms, .. } = left.remove(at);
        said.extend(terms.iter());
        quotes.push(Quote { id: answer.id.clone(), text: shortened(&answer.text), language: *language, sentiment: *sentiment });
        left.retain(|other| other.answer.text.trim() != answer.text.trim());
    }
    quotes
}

/// The mean weight of its terms, those already quoted counting half, less for what is too short or too long.
fn typicality(candidate: &Candidate, weights: &[u64], said: &BTreeSet<u32>) -> f64 {
    let weight = |term: &u32| weights[*term as usize] as f64 * if said.contains(term) { 0.5 } else { 1.0 };
    let n_terms = candidate.terms.len().max(1) as f64;
    let typical = candidate.terms.iter().map(weight).sum::<f64>() / n_terms.sqrt();
    if candidate.is_readable { typical } else { typical * 0.25 }
}

fn shortened(text: &str) -> String {
    // What is cut off later cannot hold half an address.
    let start: String = text.trim().graphemes(true).take(2 * LONGEST_QUOTE).collect();
    let safe = without_personal_data(&start);
    let mut signs = safe.graphemes(true);
    let mut kept: String = signs.by_ref().take(LONGEST_QUOTE).collect();
    if signs.next().is_some() {
        kept.push('…');
    }
    kept
}
