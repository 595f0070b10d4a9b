//! Themes of a set of answers.
//!
//! Two sources. A **concept** that enough answers speak of is a theme, in whatever words and language they do. Of the words and pairs of words that no concept
//! explains, those that enough answers have are **clustered** by the answers they share: taken from the commonest to the rarest, one that mostly comes where a
//! theme already is belongs to it, and one that brings enough answers that no theme has yet begins its own. What people fixed comes before both.

use crate::correction::Fixed;
use std::collections::{BTreeMap, BTreeSet};

/// A theme has so many answers, and this share of those that say something.
pub(crate) const FEWEST_ANSWERS: u64 = 3;
pub(crate) const LEAST_SHARE: f64 = 0.03;
/// A word of whose answers so many are in a theme belongs to it.
const BELONGS_FROM: f64 = 0.6;

/// What one text speaks of, and how many answers it has.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) n_answers: u64,
    /// Sorted, each once.
    pub(crate) terms: Vec<u32>,
}

/// The terms of all documents by number, in the order of their spelling.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    pub(crate) terms: Vec<String>,
    /// Those from which a theme may be found.
    pub(crate) is_open: Vec<bool>,
}

#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    /// Of a found theme, the commonest first.
    pub(crate) terms: Vec<String>,
    pub(crate) except: Vec<String>,
    pub(crate) fixed: Option<usize>,
}

/// The themes, those that people fixed first.
pub(crate) fn clusters(documents: &[Document], vocabulary: &Vocabulary, fixed: &[Fixed], n_said: u64) -> Vec<Cluster> {
    let fewest = fewest_answers(n_said);
    let mut holders = holders(documents, vocabulary, fewest);
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut taken = BTreeSet::new();
    for (at, theme) in fixed.iter().enumerate() {
        taken.extend(theme.terms.iter().chain(&theme.except).map(String::as_str));
        let listed = |terms: &BTreeSet<String>| terms.iter().cloned().collect();
        clusters.push(Cluster { terms: listed(&theme.terms), except: listed(&theme.except), fixed: Some(at) });
    }
    let mut sorted_into: Vec<BTreeSet<u32>> = clusters.iter().map(|cluster| members(cluster, documents, vocabulary)).collect();
    holders.retain(|term, _| !taken.contains(vocabulary.terms[*term as usize].as_str()));

    let size = |holders: &[u32]| holders.iter().map(|document| documents[*document as usize].n_answers).sum::<u64>();
    let is_concept = |term: u32| vocabulary.terms[term as usize].starts_with('#');
    for (term, holders) in holders.iter().filter(|(term, _)| is_concept(**term)) {
        clusters.push(Cluster { terms: vec![vocabulary.terms[*term as usize].clone()], except: Vec::new(), fixed: None });
        sorted_into.push(holders.iter().copied().collect());
    }

    let n_before = clusters.len();
    let mut open: Vec<(u32, Vec<u32>)> = holders.into_iter().filter(|(term, _)| vocabulary.is_open[*term as usize]).collect();
    open.sort_by_cached_key(|(term, holders)| (std::cmp::Reverse(size(holders)), *term));
    for (term, holders) in open {
        let n = size(&holders) as f64;
        let share_in = |set: &BTreeSet<u32>| size(&holders.iter().copied().filter(|document| set.contains(document)).collect::<Vec<_>>()) as f64 / n;
        let nearest = sorted_into.iter().enumerate().map(|(at, set)| (share_in(set), at)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        if let Some((_, at)) = nearest.filter(|(share, _)| *share >= BELONGS_FROM) {
            if at >= n_before {
                clusters[at].terms.push(vocabulary.terms[term as usize].clone());
                sorted_into[at].extend(&holders);
            }
        } else {
            clusters.push(Cluster { terms: vec![vocabulary.terms[term as usize].clone()], except: Vec::new(), fixed: None });
            sorted_into.push(holders.into_iter().collect());
        }
    }
    clusters
}

/// The documents of a theme.
pub(crate) fn members(cluster: &Cluster, documents: &[Document], vocabulary: &Vocabulary) -> BTreeSet<u32> {
    let numbers = |terms: &[String]| terms.iter().filter_map(|term| vocabulary.terms.binary_search(term).ok()).map(|at| at as u32).collect::<Vec<_>>();
    let (terms, except) = (numbers(&cluster.terms), numbers(&cluster.except));
    let has = |document: &Document, terms: &[u32]| terms.iter().any(|term| document.terms.binary_search(term).is_ok());
    (0..).zip(documents).filter(|(_, document)| has(document, &terms) && !has(document, &except)).map(|(at, _)| at).collect()
}

/// How many answers a theme has at least.
pub(crate) fn fewest_answers(n_said: u64) -> u64 {
    FEWEST_ANSWERS.max((n_said as f64 * LEAST_SHARE).ceil() as u64)
}

/// Of each term that enough answers have, the documents with it.
fn holders(documents: &[Document], vocabulary: &Vocabulary, fewest: u64) -> BTreeMap<u32, Vec<u32>> {
    let mut n_answers = vec![0; vocabulary.terms.len()];
    for document in documents {
        for term in &document.terms {
            n_answers[*term as usize] += document.n_answers;
        }
    }
    let mut holders: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (at, document) in (0..).zip(documents) {
        for term in document.terms.iter().filter(|term| n_answers[**term as usize] >= fewest) {
            holders.entry(*term).or_default().push(at);
        }
    }
    holders
}
