//! Which language an answer is in.
//!
//! Answers are a few words long, too few for statistics of letters, so French and English are told apart by the words themselves: those of our lists that
//! only one of the two has, and French accents. Whatlang decides where these say nothing, and says whether it is another language altogether.

use crate::text::{Kind, Text};
use crate::words::{Seen, Tongue};
use serde::Serialize;
use std::cmp::Ordering;
use whatlang::{Detector, Lang, Script};

/// Below so many words whatlang guesses.
const FEWEST_WORDS_TO_GUESS: usize = 3;
/// Where French or English has so large a part of the words, whatlang is not asked whether it is another language.
const SHARE_THAT_SETTLES: f64 = 0.5;
/// What whatlang may say of a few words; of all its languages it would choose rare ones.
const ASKED_FOR: [Lang; 7] = [Lang::Fra, Lang::Eng, Lang::Deu, Lang::Spa, Lang::Ita, Lang::Por, Lang::Nld];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    French,
    English,
    /// A language whose words we do not know: its answers are counted and grouped, and have no sentiment.
    Other,
    /// Too little to tell. Such an answer is read as most others are.
    Unknown,
}

pub(crate) fn detect(text: &Text, seen: &mut Seen) -> Language {
    let spoken: Vec<&str> = text.tokens.iter().filter(|token| token.kind == Kind::Word).map(|token| token.text.as_str()).collect();
    if spoken.is_empty() {
        return Language::Unknown;
    }
    let joined = spoken.join(" ");
    if whatlang::detect_script(&joined).is_some_and(|script| script != Script::Latin) {
        return Language::Other;
    }
    let mut has = |tongue| spoken.iter().map(|word| seen.word(tongue, word).is_known).collect::<Vec<bool>>();
    let (in_french, in_english) = (has(Tongue::French), has(Tongue::English));
    let n_words = spoken.len();
    let n_known = in_french.iter().filter(|has| **has).count().max(in_english.iter().filter(|has| **has).count());
    let guess = |among: &[Lang]| Detector::with_allowlist(among.to_vec()).detect_lang(&joined).filter(|_| n_words >= FEWEST_WORDS_TO_GUESS);
    if (n_known as f64) < SHARE_THAT_SETTLES * n_words as f64 && guess(&ASKED_FOR).is_some_and(|found| !matches!(found, Lang::Fra | Lang::Eng)) {
        return Language::Other;
    }
    let is_accented = |word: &&&str| word.contains(['é', 'è', 'ê', 'à', 'ç', 'ù', 'û', 'î', 'ô', 'œ', 'â']);
    let only = |has: &[bool], other: &[bool]| has.iter().zip(other).filter(|(has, other)| **has && !**other).count();
    let french = only(&in_french, &in_english) + spoken.iter().filter(is_accented).count() + text.n_elided;
    let english = only(&in_english, &in_french);
    match french.cmp(&english) {
        Ordering::Greater => Language::French,
        Ordering::Less => Language::English,
        Ordering::Equal => match guess(&ASKED_FOR[..2]) {
            Some(Lang::Fra) => Language::French,
            Some(Lang::Eng) => Language::English,
            _ => Language::Unknown,
        },
    }
}
