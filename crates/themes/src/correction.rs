//! What people changed about themes, remembered by content.
//!
//! A theme is named by its terms, as a report lists them, and an answer by the fingerprint of its text. A theme that a correction names is fixed: it holds what
//! its terms hold, in every later report, whatever else the answers bring, and however few it has. Corrections are applied in their order.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The terms of a theme: `#speed` is a concept, anything else the stems of a word or phrase.
pub type Terms = Vec<String>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Correction {
    Rename {
        theme: Terms,
        name: String,
    },
    /// Without a name, the first theme's.
    Merge {
        themes: Vec<Terms>,
        name: Option<String>,
    },
    /// Answers of the theme that hold one of `terms` become a theme of their own.
    Split {
        theme: Terms,
        terms: Terms,
        name: Option<String>,
    },
    /// Takes the answers with this text out of a theme, puts them into another, or both.
    Move {
        fingerprint: String,
        from: Option<Terms>,
        to: Option<Terms>,
    },
    /// The theme is not shown, and its answers count as sorted.
    Hide {
        theme: Terms,
    },
}

/// A theme that people touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fixed {
    pub(crate) terms: BTreeSet<String>,
    /// Answers with one of these are not in it.
    pub(crate) except: BTreeSet<String>,
    pub(crate) name: Option<String>,
    pub(crate) is_hidden: bool,
}

/// All corrections taken together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Corrected {
    pub(crate) themes: Vec<Fixed>,
    /// By fingerprint and theme: whether the answer is in it.
    moves: BTreeMap<(String, usize), bool>,
}

impl Corrected {
    pub(crate) fn of(corrections: &[Correction]) -> Self {
        let mut corrected = Self::default();
        for correction in corrections {
            corrected.apply(correction);
        }
        corrected
    }

    /// What people said of an answer and a theme, if they did.
    pub(crate) fn moved(&self, fingerprint: &str, theme: usize) -> Option<bool> {
        if self.moves.is_empty() { None } else { self.moves.get(&(fingerprint.to_owned(), theme)).copied() }
    }

    fn apply(&mut self, correction: &Correction) {
        match correction {
            Correction::Rename { theme, name } => {
                if let Some(at) = self.fix(theme) {
                    self.themes[at].name = Some(name.clone());
                }
            }
            Correction::Hide { theme } => {
                if let Some(at) = self.fix(theme) {
                    self.themes[at].is_hidden = true;
                }
            }
            Correction::Merge { themes, name } => self.merge(themes, name.as_ref()),
            Correction::Split { theme, terms, name } => self.split(theme, terms, name.as_ref()),
            Correction::Move { fingerprint, from, to } => {
                for (theme, is_in) in [(from, false), (to, true)] {
                    if let Some(at) = theme.as_ref().and_then(|theme| self.fix(theme)) {
                        self.moves.insert((fingerprint.clone(), at), is_in);
                    }
                }
            }
        }
    }

    /// The fixed theme that has most of these terms; a new one when none has any. `None` without terms.
    fn fix(&mut self, terms: &[String]) -> Option<usize> {
        if terms.is_empty() {
            return None;
        }
        let shared = |theme: &Fixed| terms.iter().filter(|term| theme.terms.contains(*term)).count();
        let nearest =
            self.themes.iter().enumerate().map(|(at, theme)| (shared(theme), at)).filter(|(n, _)| *n > 0).min_by_key(|(n, at)| (std::cmp::Reverse(*n), *at));
        if let Some((_, at)) = nearest {
            return Some(at);
        }
        self.themes.push(Fixed { terms: terms.iter().cloned().collect(), ..Fixed::default() });
        Some(self.themes.len() - 1)
    }

    fn merge(&mut self, themes: &[Terms], name: Option<&String>) {
        let merged: Vec<usize> = themes.iter().filter_map(|theme| self.fix(theme)).collect();
        let Some(into) = merged.first().copied() else { return };
        for from in merged.into_iter().filter(|from| *from != into).collect::<BTreeSet<_>>() {
            let Fixed { terms, except, .. } = std::mem::take(&mut self.themes[from]);
            let theme = &mut self.themes[into];
            theme.terms.extend(terms);
            theme.except.extend(except);
            let moves = std::mem::take(&mut self.moves).into_iter();
            self.moves = moves.map(|((fingerprint, theme), is_in)| ((fingerprint, if theme == from { into } else { theme }), is_in)).collect();
        }
        let theme = &mut self.themes[into];
        let own = theme.terms.clone();
        theme.except.retain(|term| !own.contains(term));
        theme.is_hidden = false;
        if let Some(name) = name {
            theme.name = Some(name.clone());
        }
    }

    fn split(&mut self, theme: &[String], terms: &[String], name: Option<&String>) {
        let Some(from) = self.fix(theme) else { return };
        let parted: BTreeSet<String> = terms.iter().cloned().collect();
        if parted.is_empty() {
            return;
        }
        self.themes[from].terms.retain(|term| !parted.contains(term));
        self.themes[from].except.extend(parted.iter().cloned());
        self.themes.push(Fixed { terms: parted, name: name.cloned(), ..Fixed::default() });
    }
}
