//! From what somebody typed to words, signs and clauses.
//!
//! | word | here |
//! |---|---|
//! | word | letters or digits between the boundaries of UAX 29, in lower case, NFKC; elisions and contractions are taken apart ("n'est" is "ne", "est"; "don't" is "do", "not") |
//! | clause | what stands between two signs of punctuation |
//! | normalised text | the words and emoji with one space between them |
//! | fingerprint | a hash of the normalised text, by which corrections remember an answer |
//!
//! Of a longer text only the first [`MOST_CHARS`] characters are read.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;
use xxhash_rust::xxh3::xxh3_64;

/// Some three hundred words: an answer to an open question, not a book.
pub const MOST_CHARS: usize = 2_000;

/// What can stand before an apostrophe in French. `n` is a negation and stays, the others say nothing.
const ELIDED: [&str; 14] = ["l", "d", "j", "n", "s", "m", "t", "c", "qu", "jusqu", "lorsqu", "puisqu", "quelqu", "presqu"];
/// Contractions as they are typed in a hurry.
const CONTRACTED: [(&str, &str); 16] = [
    ("dont", "do"),
    ("doesnt", "does"),
    ("dosent", "does"),
    ("dosnt", "does"),
    ("didnt", "did"),
    ("cant", "can"),
    ("cannot", "can"),
    ("wont", "will"),
    ("isnt", "is"),
    ("wasnt", "was"),
    ("arent", "are"),
    ("couldnt", "could"),
    ("wouldnt", "would"),
    ("shouldnt", "should"),
    ("havent", "have"),
    ("hasnt", "has"),
];
const EMOTICONS: [(&str, &str); 10] = [
    (":-)", " 🙂 "),
    (":)", " 🙂 "),
    (";-)", " 🙂 "),
    (";)", " 🙂 "),
    (":D", " 😃 "),
    ("<3", " ❤ "),
    (":-(", " 🙁 "),
    (":(", " 🙁 "),
    (":'(", " 😢 "),
    (":/ ", " 😕 "),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Number,
    Emoji,
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) kind: Kind,
    pub(crate) clause: usize,
}

#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) tokens: Vec<Token>,
    /// How many words had a French elision before them ("j'aime").
    pub(crate) n_elided: usize,
    pub(crate) is_cut: bool,
}

impl Text {
    pub(crate) fn of(raw: &str) -> Self {
        let mut kept: String = raw.chars().take(MOST_CHARS).collect();
        let is_cut = kept.len() < raw.len();
        for (typed, sign) in EMOTICONS {
            if kept.contains(typed) && !kept.contains("://") {
                kept = kept.replace(typed, sign);
            }
        }
        let kept: String = kept.nfkc().collect::<String>().to_lowercase().replace(['’', '‘', 'ʼ', '`'], "'");
        let mut text = Self { tokens: Vec::new(), n_elided: 0, is_cut };
        let mut clause = 0;
        let mut is_after_space = true;
        for piece in kept.split_word_bounds() {
            if piece.contains(char::is_alphanumeric) {
                text.push_word(piece, clause);
            } else if let Some(emoji) = piece.chars().find(|c| is_emoji(*c)) {
                text.push(emoji.to_string(), Kind::Emoji, clause);
            } else if piece.contains(is_punctuation) && (piece != "-" || is_after_space) {
                clause += 1;
            }
            is_after_space = piece.contains(char::is_whitespace);
        }
        text
    }

    /// Words and emoji with one space between them.
    pub(crate) fn normalised(&self) -> String {
        self.tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn push(&mut self, text: String, kind: Kind, clause: usize) {
        self.tokens.push(Token { text, kind, clause });
    }

    fn push_word(&mut self, word: &str, clause: usize) {
        if word == "aujourd'hui" {
            return self.push("aujourdhui".to_owned(), Kind::Word, clause);
        }
        if let Some((before, after)) = word.split_once('\'') {
            if let Some(verb) = word.strip_suffix("n't").filter(|verb| !verb.is_empty()) {
                let verb = if verb == "ca" {
                    "can"
                } else if verb == "wo" {
                    "will"
                } else {
                    verb
                };
                self.push_word(verb, clause);
                return self.push("not".to_owned(), Kind::Word, clause);
            }
            if ELIDED.contains(&before) && after.starts_with(char::is_alphanumeric) && after.chars().count() > 1 {
                self.n_elided += 1;
                if before == "n" {
                    self.push("ne".to_owned(), Kind::Word, clause);
                }
                return self.push_word(after, clause);
            }
            if !before.is_empty() {
                self.push_word(before, clause);
            }
            if after == "d" {
                self.push("would".to_owned(), Kind::Word, clause);
            } else if after.chars().count() > 2 {
                self.push_word(after, clause);
            }
            return;
        }
        if let Some((_, verb)) = CONTRACTED.iter().find(|(typed, _)| *typed == word) {
            self.push((*verb).to_owned(), Kind::Word, clause);
            return self.push("not".to_owned(), Kind::Word, clause);
        }
        let kind = if word.chars().any(char::is_alphabetic) { Kind::Word } else { Kind::Number };
        self.push(word.to_owned(), kind, clause);
    }
}

/// The hash of a normalised text, in sixteen hexadecimal digits.
pub(crate) fn fingerprint(normalised: &str) -> String {
    format!("{:016x}", xxh3_64(normalised.as_bytes()))
}

/// Without accents and ligatures, as people type in a hurry.
pub(crate) fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    word.nfd().filter(|c| !is_combining_mark(*c)).collect::<String>().replace('œ', "oe").replace('æ', "ae")
}

/// A letter typed three times or more in a row, reduced to `times`.
pub(crate) fn unstretched(word: &str, times: usize) -> String {
    let mut kept = String::with_capacity(word.len());
    let letters: Vec<char> = word.chars().collect();
    for run in letters.chunk_by(PartialEq::eq) {
        kept.extend(run.iter().take(if run.len() > 2 { times } else { run.len() }));
    }
    kept
}

pub(crate) fn is_stretched(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    letters.windows(3).any(|three| three[0] == three[1] && three[1] == three[2] && three[0].is_alphabetic())
}

/// What could tell who wrote is replaced by a sign: e-mail addresses, web addresses, numbers of seven digits and more.
#[must_use]
pub fn without_personal_data(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut kept: Vec<String> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let word = words[at];
        if word.contains('@') && word.chars().count() > 2 {
            kept.push("[@]".to_owned());
        } else if word.contains("://") || word.starts_with("www.") {
            kept.push("[link]".to_owned());
        } else {
            let run = words[at..].iter().take_while(|word| is_part_of_number(word)).count();
            let n_digits: usize = words[at..at + run].iter().map(|word| word.chars().filter(char::is_ascii_digit).count()).sum();
            if n_digits >= 7 {
                kept.push("[number]".to_owned());
                at += run;
                continue;
            }
            kept.push(word.to_owned());
        }
        at += 1;
    }
    kept.join(" ")
}

fn is_part_of_number(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit() || "+-./()".contains(c))
}

fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x203C | 0x2190..=0x2BFF | 0x1F000..=0x1FAFF)
}

fn is_punctuation(c: char) -> bool {
    ".,;:!?…()[]/\n\"«»“”=-–—|•*".contains(c) || c == '。' || c == '、' || c == '؟' || c == '،'
}
