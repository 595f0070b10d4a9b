//! How names are written.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Convention {
    /// `campaign_sent`
    SnakeCase,
    /// `campaignSent`
    CamelCase,
    /// `CampaignSent`
    PascalCase,
    /// `campaign-sent`
    KebabCase,
    /// `Campaign Sent`: an object, then what was done with it, each word with a capital; two words or more.
    ObjectAction,
    /// `Campaign sent`
    SentenceCase,
}

impl Convention {
    /// An example of it.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Self::SnakeCase => "campaign_sent",
            Self::CamelCase => "campaignSent",
            Self::PascalCase => "CampaignSent",
            Self::KebabCase => "campaign-sent",
            Self::ObjectAction => "Campaign Sent",
            Self::SentenceCase => "Campaign sent",
        }
    }

    /// Whether a name is written so.
    #[must_use]
    pub fn holds(self, name: &str) -> bool {
        match self {
            Self::SnakeCase => name.split('_').all(is_small_word),
            Self::KebabCase => name.split('-').all(is_small_word),
            Self::CamelCase => is_one_word(name) && name.starts_with(char::is_lowercase),
            Self::PascalCase => is_one_word(name) && name.starts_with(char::is_uppercase),
            Self::ObjectAction => {
                let mut n_words = 0;
                let is_good = name.split(' ').all(|word| {
                    n_words += 1;
                    is_one_word(word) && word.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit())
                });
                is_good && n_words > 1
            }
            Self::SentenceCase => {
                let mut words = name.split(' ');
                words.next().is_some_and(|first| is_one_word(first) && first.starts_with(char::is_uppercase)) && words.all(is_one_word)
            }
        }
    }
}

/// Small letters and digits.
fn is_small_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|one| one.is_lowercase() || one.is_ascii_digit())
}

fn is_one_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(char::is_alphanumeric)
}
