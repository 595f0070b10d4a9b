use super::{DARK, STYLE, closed, escaped, is_light, language_of, origin, theme};
use crate::survey::page::{draw::Closed, words::Words};
use sillage_behavior::survey::Ground;

#[test]
fn every_reason_has_its_words_in_both_languages() {
    let all = [
        Closed::Unknown,
        Closed::Paused,
        Closed::Over,
        Closed::NotYet,
        Closed::Full,
        Closed::Answered,
        Closed::BrokenLink,
        Closed::OldLink,
        Closed::TooMany,
        Closed::TooLarge,
        Closed::Failed,
    ];
    for (i, reason) in all.into_iter().enumerate() {
        assert_eq!(reason as usize, i);
        for language in ["en", "fr"] {
            let words = Words::of(&[language.to_owned()]);
            assert!(words.closed[i].0.len() > 8 && words.closed[i].1.len() > 8);
            assert!(closed(reason, words, false).headers().contains_key("content-security-policy"));
        }
    }
}

#[test]
fn the_language_is_the_closest_one() {
    let languages = ["en", "fr", "pt-BR"].map(str::to_owned);
    let of = |wanted: &[&str]| language_of(&languages, &wanted.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
    assert_eq!((of(&["fr-CA"]).as_str(), of(&["de", "pt-PT"]).as_str(), of(&["de"]).as_str(), of(&[]).as_str()), ("fr", "pt-BR", "en", "en"));
}

#[test]
fn nothing_that_somebody_wrote_becomes_markup() {
    assert_eq!(escaped("<a href=\"x\" title='y'>&\0"), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;");
    // A colour is a colour, or ours.
    assert!(!theme("red;}</style><script>", Ground::Light).contains("script"));
    assert!(theme("#aa00ff", Ground::Light).contains("--c:#aa00ff") && !theme("#aa00ff", Ground::Light).contains(DARK));
    assert!(theme("#aa00ff", Ground::Auto).contains("prefers-color-scheme") && STYLE.len() < 9_000);
}

#[test]
fn pictures_are_let_in_from_where_they_are_and_nowhere_else() {
    assert_eq!(origin("https://img.example:8443/a.png?x").as_deref(), Some("https://img.example:8443"));
    for image in ["http://img.example/a.png", "https://img.example; script-src *", "https:///a", "data:image/png;base64,x", "javascript:alert(1)"] {
        assert_eq!(origin(image), None, "{image}");
    }
}

#[test]
fn letters_are_dark_on_a_light_colour() {
    assert!(is_light("#ffffff") && is_light("#facc15") && !is_light("#1d4ed8") && !is_light("#000000"));
}
