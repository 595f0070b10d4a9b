use super::*;

const ELEMENTS: &str = r#"[{"sel": "[id=\"save\"]", "place": "p", "y_mid": 310, "h": 40, "exposed_ms": 1200, "clicks": 2, "first_click_ms": 900, "hover_ms": 350, "hesitation_ms": 120},
    {"sel": "main > h1", "place": "q", "y_mid": 90, "h": 30, "exposed_ms": 70000}]"#;

fn source() -> SummarySource<'static> {
    SummarySource {
        lists: [
            Some(ELEMENTS),
            Some(r#"[{"sel": "[id=\"save\"]", "ex": 0.25, "ey": 0.5, "x": 410, "y": 308, "fixed": true}]"#),
            Some("[[300,200,700],[10,2900,10000]]"),
            Some("[15000,15000,8000,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]"),
        ],
        numbers: [1.0, 15_000.4, 1440.0, 900.0, 1440.0, 3000.0, 0.4567, 2.0],
    }
}

fn written(source: &SummarySource<'_>) -> (Vec<u8>, SummaryWriter) {
    let (mut writer, mut bytes) = (SummaryWriter::default(), Vec::new());
    writer.write(source, &mut bytes);
    (bytes, writer)
}

#[test]
fn a_part_comes_back_as_it_was_told() {
    let (bytes, writer) = written(&source());
    assert_eq!(writer.selectors(), ["[id=\"save\"]", "main > h1"]);
    assert!(bytes.len() < 90, "{} bytes", bytes.len());
    let mut part = SummaryPart::default();
    assert!(part.read(&bytes));
    assert_eq!(
        (part.part, part.elapsed_ms, part.view_width, part.view_height, part.doc_height, part.depth, part.n_clicks),
        (1, 15_000, 1440, 900, 3000, 457, 2)
    );
    assert_eq!(part.bands_ms[..4], [15_000, 15_000, 8000, 0]);
    let save =
        SummaryElement { selector: 0, y_mid: 310, height: 40, exposed_ms: 1200, clicks: 2, first_click_ms: Some(900), hover_ms: 350, hesitation_ms: Some(120) };
    assert_eq!(part.elements, [save, SummaryElement { selector: 1, y_mid: 90, height: 30, exposed_ms: 70_000, ..SummaryElement::default() }]);
    assert_eq!(part.clicks, [SummaryClick { selector: 0, ex: 250, ey: 500, x: 410, y: 308, is_fixed: true }]);
    assert_eq!(part.moves, [SummaryMove { x: 300, y: 200, ms: 700 }, SummaryMove { x: 10, y: 2900, ms: 10_000 }]);
}

#[test]
fn what_breaks_off_or_goes_on_is_nothing() {
    let (bytes, _) = written(&source());
    let mut part = SummaryPart::default();
    for end in 0..bytes.len() {
        assert!(!part.read(&bytes[..end]), "{end}");
    }
    assert!(!part.read(&[bytes.clone(), vec![0]].concat()));
    let mut other = bytes;
    other[0] = 9;
    assert!(!part.read(&other));
}

#[test]
fn what_is_forged_counts_as_empty_or_at_the_edge() {
    let mut source = SummarySource { numbers: [f64::NAN, -5.0, 1e300, f64::INFINITY, 0.0, 0.0, 7.5, 0.4], ..SummarySource::default() };
    source.lists = [Some("\"x\""), Some(r#"[{"sel": 4}]"#), Some("[[1,2]]"), Some("[1,\"a\"]")];
    let (bytes, writer) = written(&source);
    let mut part = SummaryPart::default();
    assert!(part.read(&bytes));
    assert_eq!((part.part, part.elapsed_ms, part.view_width, part.view_height, part.depth, part.n_clicks), (0, 0, 4_000_000_000, 4_000_000_000, 1000, 0));
    assert!(part.elements.is_empty() && part.clicks.is_empty() && part.moves.is_empty() && writer.selectors().is_empty());
    let (bytes, _) = written(&SummarySource { numbers: [f64::NAN; 8], ..SummarySource::default() });
    assert!(part.read(&bytes));
    assert_eq!(part, SummaryPart::default());
    let many = format!("[{}]", vec![r#"{"sel": "a", "clicks": -3, "exposed_ms": 0.2}"#; 1000].join(","));
    let (bytes, _) = written(&SummarySource { lists: [Some(&many), None, None, None], ..source });
    assert!(part.read(&bytes));
    assert_eq!((part.elements.len(), part.elements[0]), (300, SummaryElement::default()));
}

#[test]
fn selectors_come_back_and_damaged_ones_do_not() {
    let selectors = ["[data-px-id=\"é\"]".to_owned(), String::new(), "a".repeat(300)];
    let bytes = write_selectors(&selectors);
    assert_eq!(read_selectors(&bytes).unwrap(), selectors);
    assert_eq!(read_selectors(&write_selectors(&[])).unwrap(), Vec::<String>::new());
    for end in 0..bytes.len() {
        assert!(read_selectors(&bytes[..end]).is_none());
    }
}
