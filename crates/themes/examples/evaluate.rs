//! Prints how well themes, sentiment and language are found in the labelled answers beside this crate, and what a report of many answers costs.
//!
//! | figure | meaning |
//! |---|---|
//! | matching | each label is matched with at most one theme and each theme with at most one label, the pairs with the highest F1 first. Labels that fewer answers have than a theme must are left out |
//! | precision | of the answers in a matched theme, how many have the label; summed over themes. Themes that no label took count whole as wrong in `strict` |
//! | recall | of the answers with a label, how many are in its theme |
//! | known, found | labels that are a concept of the lists, and labels that only the answers themselves can bring up |
//! | sentiment | share of answers whose sentiment is the label's, of four; and of those that are labelled positive or negative, how many are read as the opposite |
//!
//! With the names of a set ("fr tune") it also lists what was got wrong. The parts `aside` are for looking at the figures only.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example that measures; the crate itself has no clock and reads no file"
)]

use serde_json::Value;
use sillage_themes::{Answer, Language, Nature, Report, Sentiment, Settings, report};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

const FR_TUNE: &str = include_str!("../answers/fr_tune.ndjson");
const EN_TUNE: &str = include_str!("../answers/en_tune.ndjson");
const FR_ASIDE: &str = include_str!("../answers/fr_aside.ndjson");
const EN_ASIDE: &str = include_str!("../answers/en_aside.ndjson");
const OTHER: &str = include_str!("../answers/other.ndjson");
const MANY: usize = 20_000;

/// Labels that are no concept of `words/concepts.txt`.
const FOUND: [&str; 11] = ["audience", "scheduling", "templates", "editor", "import", "deliverability", "sizes", "room", "breakfast", "cleanliness", "noise"];

#[derive(Debug)]
struct Labelled {
    id: String,
    language: String,
    text: String,
    themes: BTreeSet<String>,
    sentiment: Option<String>,
    kinds: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    right: u64,
    given: u64,
    wanted: u64,
}

impl Tally {
    fn precision(self) -> f64 {
        100.0 * self.right as f64 / self.given.max(1) as f64
    }

    fn recall(self) -> f64 {
        100.0 * self.right as f64 / self.wanted.max(1) as f64
    }

    fn f1(self) -> f64 {
        200.0 * self.right as f64 / (self.given + self.wanted).max(1) as f64
    }

    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.given += other.given;
        self.wanted += other.wanted;
    }
}

fn main() {
    let asked = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    let sets: Vec<(&str, Vec<Labelled>)> = vec![
        ("fr tune", labelled(&[FR_TUNE])),
        ("en tune", labelled(&[EN_TUNE])),
        ("both tune", labelled(&[FR_TUNE, EN_TUNE])),
        ("fr aside", labelled(&[FR_ASIDE])),
        ("en aside", labelled(&[EN_ASIDE])),
        ("both aside", labelled(&[FR_ASIDE, EN_ASIDE])),
    ];
    println!("themes      answers labels matched themes  precision recall    F1  strict-precision  known: P    R    found: P    R");
    for (name, set) in &sets {
        let report = report(&answers(set), &Settings::default());
        themes(name, set, &report, *name == asked);
    }
    println!("\nsentiment   answers  right %  opposite %   positive P/R    negative P/R    mixed P/R       neutral P/R");
    for (name, set) in &sets {
        let report = report(&answers(set), &Settings::default());
        sentiment(name, set, &report, *name == asked);
    }
    println!("\nlanguage    answers  right %   of 1-2 words   3-5 words   more    says nothing: P    R");
    for (name, set) in &sets {
        let report = report(&answers(set), &Settings::default());
        language(name, set, &report, *name == asked);
    }
    let other = labelled(&[OTHER]);
    let report_of_other = report(&answers(&other), &Settings::default());
    let n_other = report_of_other.answers.iter().filter(|read| read.language == Language::Other).count();
    println!("other languages told as such: {n_other} of {}", other.len());
    if asked == "other" {
        report_of_other
            .answers
            .iter()
            .zip(&other)
            .filter(|(read, _)| read.language != Language::Other)
            .for_each(|(read, set)| println!("  {:?} {}", read.language, set.text));
    }
    many(&sets);
}

fn labelled(files: &[&str]) -> Vec<Labelled> {
    let strings =
        |value: &Value| value.as_array().map(|list| list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect::<Vec<_>>()).unwrap_or_default();
    let read = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        let string = |key: &str| row[key].as_str().map(str::to_owned);
        Labelled {
            id: string("id").unwrap(),
            language: string("language").unwrap(),
            text: string("text").unwrap(),
            themes: strings(&row["themes"]).into_iter().collect(),
            sentiment: string("sentiment"),
            kinds: strings(&row["kinds"]),
        }
    };
    let mut set: Vec<Labelled> = files.iter().flat_map(|file| file.lines()).map(read).collect();
    set.sort_by(|a, b| a.id.cmp(&b.id));
    set
}

fn answers(set: &[Labelled]) -> Vec<Answer> {
    set.iter().map(|row| Answer { id: row.id.clone(), text: row.text.clone(), ..Answer::default() }).collect()
}

fn themes(name: &str, set: &[Labelled], report: &Report, is_told: bool) {
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in set {
        row.themes.iter().for_each(|theme| _ = wanted.entry(theme.as_str()).or_default().insert(row.id.as_str()));
    }
    wanted.retain(|_, ids| ids.len() as u64 >= report.fewest_answers);
    let given: Vec<BTreeSet<&str>> = report.themes.iter().map(|theme| theme.answers.iter().map(String::as_str).collect()).collect();
    let tally = |label: &str, theme: usize| Tally {
        right: wanted[label].intersection(&given[theme]).count() as u64,
        given: given[theme].len() as u64,
        wanted: wanted[label].len() as u64,
    };
    let mut pairs: Vec<(f64, &str, usize)> = wanted
        .keys()
        .flat_map(|label| (0..given.len()).map(move |theme| (*label, theme)))
        .map(|(label, theme)| (tally(label, theme).f1(), label, theme))
        .collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)).then(a.2.cmp(&b.2)));
    let mut matched: BTreeMap<&str, usize> = BTreeMap::new();
    for (f1, label, theme) in pairs {
        if f1 > 0.0 && !matched.contains_key(label) && !matched.values().any(|taken| *taken == theme) {
            matched.insert(label, theme);
        }
    }
    let (mut all, mut known, mut found) = (Tally::default(), Tally::default(), Tally::default());
    for (label, ids) in &wanted {
        let one = matched.get(label).map_or(Tally { right: 0, given: 0, wanted: ids.len() as u64 }, |theme| tally(label, *theme));
        all.add(one);
        if FOUND.contains(label) {
            found.add(one)
        } else {
            known.add(one)
        }
        if is_told {
            let theme = matched.get(label).map(|theme| &report.themes[*theme]);
            println!(
                "    {label:15} {:30} P {:5.1} R {:5.1} of {}",
                theme.map_or("-", |theme| theme.name.en.as_str()),
                one.precision(),
                one.recall(),
                one.wanted
            );
            let given = matched.get(label).map(|theme| given[*theme].clone()).unwrap_or_default();
            let text = |id: &&str| set.iter().find(|row| row.id == **id).map_or("", |row| row.text.as_str());
            ids.difference(&given).for_each(|id| println!("        missed {}", text(id)));
            given.difference(ids).for_each(|id| println!("        wrong  {}", text(id)));
        }
    }
    if is_told {
        let spare = (0..given.len()).filter(|theme| !matched.values().any(|taken| taken == theme));
        spare.for_each(|theme| {
            println!(
                "    no label: {} {} {:?}",
                report.themes[theme].name.en,
                report.themes[theme].share.n,
                report.themes[theme].phrases.iter().map(|phrase| &phrase.phrase).collect::<Vec<_>>()
            )
        });
    }
    let n_given: u64 = given.iter().map(|ids| ids.len() as u64).sum();
    println!(
        "{name:11} {:7} {:6} {:7} {:6} {:10.1} {:6.1} {:5.1} {:17.1} {:9.1} {:6.1} {:8.1} {:6.1}",
        set.len(),
        wanted.len(),
        matched.len(),
        given.len(),
        all.precision(),
        all.recall(),
        all.f1(),
        100.0 * all.right as f64 / n_given.max(1) as f64,
        known.precision(),
        known.recall(),
        found.precision(),
        found.recall()
    );
}

fn sentiment(name: &str, set: &[Labelled], report: &Report, is_told: bool) {
    let names = ["positive", "negative", "mixed", "neutral"];
    let of = |sentiment: Option<Sentiment>| {
        sentiment.map_or("", |sentiment| {
            names[[Sentiment::Positive, Sentiment::Negative, Sentiment::Mixed, Sentiment::Neutral].iter().position(|s| *s == sentiment).unwrap()]
        })
    };
    let (mut right, mut opposite, mut charged) = (0, 0, 0);
    let mut of_each: BTreeMap<&str, Tally> = BTreeMap::new();
    for (row, read) in set.iter().zip(&report.answers) {
        let (label, got) = (row.sentiment.as_deref().unwrap(), of(read.sentiment));
        right += u64::from(label == got);
        charged += u64::from(label == "positive" || label == "negative");
        opposite += u64::from((label == "positive" && got == "negative") || (label == "negative" && got == "positive"));
        of_each.entry(names[names.iter().position(|name| *name == label).unwrap()]).or_default().wanted += 1;
        let tally = of_each.entry(got).or_default();
        tally.given += 1;
        tally.right += u64::from(label == got);
        if is_told && label != got {
            println!("    {label:8} read as {got:8} {:.2} {:?} {}", read.sentiment_score.unwrap_or(f64::NAN), row.kinds, row.text);
        }
    }
    print!("{name:11} {:7} {:8.1} {:11.1}", set.len(), 100.0 * right as f64 / set.len() as f64, 100.0 * opposite as f64 / charged as f64);
    names.iter().for_each(|name| {
        print!("   {:5.1} / {:5.1}", of_each.get(name).copied().unwrap_or_default().precision(), of_each.get(name).copied().unwrap_or_default().recall())
    });
    println!();
}

fn language(name: &str, set: &[Labelled], report: &Report, is_told: bool) {
    let mut by_length = [Tally::default(); 3];
    let mut nothing = Tally::default();
    for (row, read) in set.iter().zip(&report.answers) {
        let is_empty = row.kinds.iter().any(|kind| kind == "empty");
        nothing.wanted += u64::from(is_empty);
        nothing.given += u64::from(read.nature == Nature::Nothing);
        nothing.right += u64::from(is_empty && read.nature == Nature::Nothing);
        let n_words = row.text.split_whitespace().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1).count();
        if n_words == 0 {
            continue;
        }
        let got = match read.language {
            Language::French => "fr",
            Language::English => "en",
            Language::Unknown => "unknown",
            Language::Other => "other",
        };
        let tally = &mut by_length[if n_words < 3 { 0 } else { usize::from(n_words > 5) + 1 }];
        tally.wanted += 1;
        tally.right += u64::from(got == row.language);
        if is_told && got != row.language {
            println!("    {} read as {got}: {}", row.language, row.text);
        }
    }
    let mut all = Tally::default();
    by_length.iter().for_each(|tally| all.add(*tally));
    println!(
        "{name:11} {:7} {:8.1} {:14.1} {:11.1} {:6.1} {:17.1} {:6.1}",
        all.wanted,
        all.recall(),
        by_length[0].recall(),
        by_length[1].recall(),
        by_length[2].recall(),
        nothing.precision(),
        nothing.recall()
    );
}

/// The labelled answers again and again, each a little different, with a score, segments and a period: short, long, and longer than is read.
fn many(sets: &[(&str, Vec<Labelled>)]) {
    let rows: Vec<&Labelled> = sets.iter().filter(|(name, _)| !name.starts_with("both")).flat_map(|(_, set)| set).collect();
    println!();
    for n_rows in [2, 8, 80] {
        let text = |i: usize| (0..n_rows).map(|j| rows[(i + j * 7 + j * i / rows.len()) % rows.len()].text.as_str()).collect::<Vec<_>>().join(". ");
        let answer = |i: usize| {
            let segments = [("device".to_owned(), ["desktop", "mobile", "tablet"][i % 3].to_owned()), ("score".to_owned(), ["low", "high"][i % 2].to_owned())];
            Answer {
                id: format!("{i:06}"),
                text: format!("{} {i}", text(i)),
                score: Some((i % 11) as f64),
                segments: segments.into(),
                period: Some(format!("2026-{:02}", 1 + i % 6)),
            }
        };
        let answers: Vec<Answer> = (0..MANY).map(answer).collect();
        let n_bytes: usize = answers.iter().map(|answer| answer.text.len()).sum();
        let before = peak_mb();
        let started = Instant::now();
        let report = report(&answers, &Settings::default());
        let (seconds, bytes) = (started.elapsed().as_secs_f64(), n_bytes / MANY);
        println!(
            "{MANY} different answers of {bytes:4} bytes: {seconds:5.2} s, {:2} themes, peak memory {:3.0} MB, of which {before:3.0} MB before the report",
            report.themes.len(),
            peak_mb()
        );
    }
}

/// The most memory that this process has had, where the system says so.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1024.0
}
