use super::*;

fn parts(body: &str) -> Vec<(&str, Option<Fault>)> {
    pieces(body.as_bytes(), false, 100).unwrap().iter().map(|piece| (std::str::from_utf8(piece.bytes).unwrap(), piece.fault)).collect()
}

#[test]
fn elements_are_found_whatever_they_hold() {
    assert_eq!(
        parts(r#"[ {"a":"]},\"{["} ,[1,[2]], "x,]" , 12 ,null]"#),
        [(r#"{"a":"]},\"{["}"#, None), ("[1,[2]]", None), (r#""x,]""#, None), ("12", None), ("null", None)]
    );
}

#[test]
fn depth_and_values_are_known_before_parsing() {
    let found = pieces(br#"{"a":[[1,2],{"b":"[[[["}]}"#, false, 10).unwrap();
    assert_eq!((found[0].depth, found[0].values), (3, 7));
}

#[test]
fn a_body_that_ends_early_says_so() {
    assert_eq!(parts(r#"[{"a":1}"#), [(r#"{"a":1}"#, None), ("", Some(Fault::NotClosed))]);
    assert_eq!(parts(r#"[{"a":1},{"b"#), [(r#"{"a":1}"#, None), (r#"{"b"#, Some(Fault::CutShort))]);
    assert_eq!(parts(r#"["x\"#), [(r#""x\"#, Some(Fault::CutShort))]);
}

#[test]
fn members_are_found_at_the_first_level_only() {
    let body = br#" {"x":{"events":1},"key" : "k" ,"events":[{"a":1}], "z":2}"#;
    assert_eq!(member(body, "events"), Some(br#"[{"a":1}]"#.as_slice()));
    assert_eq!(member(body, "key"), Some(br#""k""#.as_slice()));
    assert_eq!(member(body, "a"), None);
    assert_eq!(member(b"[1]", "a"), None);
    assert_eq!(member(br#"{"events":[{"a":1},{"#, "events"), Some(br#"[{"a":1},{"#.as_slice()));
}
