use crate::{SOME, answer, answers, report_of};
use proptest::prelude::*;
use sillage_themes::{Answer, Correction, MOST_CHARS, Nature, Report, Settings, report};
use std::collections::BTreeMap;

/// What people type: words of both languages, signs, other scripts, rubbish.
fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "lent",
        "slow",
        "trop",
        "too",
        "pas",
        "not",
        "ne",
        "plus",
        "mais",
        "but",
        "cher",
        "price",
        "import",
        "contacts",
        "l'éditeur",
        "can't",
        "DON'T",
        "!!!",
        "?",
        ",",
        ".",
        "\n",
        "🎉",
        "👍🏽",
        "👨‍👩‍👧",
        "הממשק",
        "بطيء",
        "とても",
        "éé",
        "e\u{301}",
        "\u{202e}abc",
        "\u{0}",
        "'",
        "''",
        "n'",
        "aaaa",
        "soooo",
        "12 34 56 78 90",
        "a@b.c",
        "https://x.y/z",
        "<script>",
        "=1+1",
        "ﬁ",
        "ß",
        "İ",
    ]);
    prop_oneof![4 => prop::collection::vec(word, 0..12).prop_map(|words| words.join(" ")), 1 => any::<String>(), 1 => "\\PC{0,40}"]
}

fn some_answers() -> impl Strategy<Value = Vec<Answer>> {
    let segment = prop::option::of(prop::sample::select(vec!["mobile", "desktop"]));
    let one = (0..60u8, text(), prop::option::of(-1.0..11.0f64), segment, prop::option::of(prop::sample::select(vec!["2026-09", "2026-10"])));
    let answer = one.prop_map(|(id, text, score, device, period)| Answer {
        id: id.to_string(),
        text,
        score,
        segments: device.map(|device| ("device".to_owned(), device.to_owned())).into_iter().collect(),
        period: period.map(str::to_owned),
    });
    prop::collection::vec(answer, 0..40)
}

fn check(report: &Report) {
    assert_eq!(report.n_answers, report.answers.len() as u64);
    assert_eq!(report.n_answers, report.n_said + report.n_nothing);
    assert_eq!(report.languages.iter().map(|language| language.n).sum::<u64>(), report.n_said);
    let sentiment = &report.sentiment;
    assert_eq!(sentiment.positive + sentiment.negative + sentiment.mixed + sentiment.neutral + sentiment.unknown, report.n_said);
    for theme in &report.themes {
        assert!(theme.is_fixed || theme.share.n >= report.fewest_answers, "{theme:?}");
        assert!(theme.share.low <= theme.share.share && theme.share.share <= theme.share.high, "{theme:?}");
        assert_eq!(theme.share.n, theme.answers.len() as u64);
        assert!(theme.answers.is_sorted());
        assert!(theme.quotes.iter().all(|quote| theme.answers.contains(&quote.id)));
    }
    for read in &report.answers {
        let in_themes: Vec<usize> = (0..report.themes.len()).filter(|at| report.themes[*at].answers.binary_search(&read.id).is_ok()).collect();
        assert_eq!(read.themes, in_themes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_answers_in_any_order_give_one_report(mut answers in some_answers(), seed in any::<u64>()) {
        let first = report(&answers, &Settings::default());
        check(&first);
        answers.sort_by_key(|answer| seed.wrapping_mul(answer.text.len() as u64 + 1).rotate_left(answer.id.len() as u32 * 7));
        let again = report(&answers, &Settings::default());
        prop_assert_eq!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&again).unwrap());
    }

    #[test]
    fn corrections_of_any_content_are_taken(answers in some_answers(), terms in prop::collection::vec(prop::collection::vec(prop::sample::select(vec!["#speed", "#price", "import", "lent", ""]), 0..3), 4)) {
        let terms: Vec<Vec<String>> = terms.into_iter().map(|terms| terms.into_iter().map(str::to_owned).collect()).collect();
        let fingerprint = report(&answers, &Settings::default()).answers.first().map(|read| read.fingerprint.clone()).unwrap_or_default();
        let corrections = vec![
            Correction::Split { theme: terms[0].clone(), terms: terms[1].clone(), name: None },
            Correction::Merge { themes: terms.clone(), name: Some("X".to_owned()) },
            Correction::Move { fingerprint, from: Some(terms[2].clone()), to: Some(terms[3].clone()) },
            Correction::Hide { theme: terms[1].clone() },
            Correction::Rename { theme: terms[0].clone(), name: String::new() },
        ];
        check(&report(&answers, &Settings { corrections, ..Settings::default() }));
    }
}

#[test]
fn an_answer_sent_twice_counts_once_and_two_people_count_twice() {
    let mut twice = answers(&SOME);
    twice.extend(answers(&SOME));
    assert_eq!(report(&twice, &Settings::default()), report_of(&SOME));

    let people: Vec<Answer> = (0..12).map(|i| answer(&i.to_string(), "Trop lent")).collect();
    let report = report(&people, &Settings::default());
    assert_eq!((report.n_answers, report.themes[0].share.n), (12, 12));
    assert_eq!(report.themes[0].quotes.len(), 1, "one text is quoted once");
}

#[test]
fn nothing_said_is_no_answer() {
    let report = report_of(&["", " ", ".", "-", "n/a", "rien", "RAS", "asdfgh", "???", "Rien à signaler", "nothing", "\u{200b}"]);
    assert_eq!((report.n_answers, report.n_said), (12, 0));
    assert!(report.is_too_few && report.themes.is_empty());
    assert!(report.answers.iter().all(|read| read.nature == Nature::Nothing));
}

#[test]
fn under_ten_answers_there_are_no_themes() {
    let nine = report_of(&["Trop lent"; 9]);
    assert!(nine.is_too_few && nine.themes.is_empty());
    assert_eq!(nine.sentiment.negative, 9);
    assert!(!report_of(&["Trop lent"; 10]).is_too_few);
}

#[test]
fn no_answers_are_a_report() {
    let report = report_of(&[]);
    assert!(report.is_too_few);
    assert_eq!(report.unsorted.share.of, 0);
}

#[test]
fn a_megabyte_is_read_to_its_limit() {
    let mut texts = BTreeMap::new();
    texts.insert("words", "lent ".repeat(200_000));
    texts.insert("one word", "a".repeat(1_000_000));
    texts.insert("apostrophes", "l'".repeat(500_000));
    texts.insert("accents", "e\u{301}".repeat(500_000));
    texts.insert("emoji", "🎉".repeat(250_000));
    texts.insert("right to left", "بطيء ".repeat(200_000));
    texts.insert("spaces", " ".repeat(1_000_000));
    let long: Vec<Answer> = texts.iter().map(|(id, text)| answer(id, text)).collect();
    let report = report(&long, &Settings::default());
    assert_eq!(report.n_cut, 7);
    assert!(report.themes.iter().flat_map(|theme| &theme.quotes).all(|quote| quote.text.chars().count() <= MOST_CHARS));
}

#[test]
fn other_scripts_are_counted_and_left_alone() {
    let report = report_of(&["الموقع بطيء جدا ولا يعمل", "האתר איטי מאוד", "とても使いやすいです", "Слишком дорого"]);
    assert_eq!(report.sentiment.unknown, 4);
    assert_eq!(report.n_said, 4);
}
