use proptest::prelude::*;
use serde_json::{Value, json};
use sillage_behavior::page_group::{PageMapping, folded, mapping_of, path_of};

fn mapping(rules: Value) -> PageMapping {
    PageMapping::from_json(&rules, "rules").expect("rules that can be read")
}

#[test]
fn ids_are_folded_as_the_tag_folds_them() {
    for (path, expected) in [
        ("/", "/"),
        ("/orders/12345/edit", "/orders/:id/edit"),
        ("/orders/1234", "/orders/1234"),
        ("/u/550e8400-e29b-41d4-a716-446655440000", "/u/:id"),
        ("/u/ada@courriel.example/x", "/u/:id/x"),
        ("/u/ada%40courriel.example", "/u/:id"),
        ("/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc", "/reset/:id"),
        ("/c/5f2b8c9d0e1a", "/c/:id"),
        ("/c/abcdefabcdef", "/c/abcdefabcdef"),
        ("/order12345.pdf", "/order:id.pdf"),
        ("/how-to-plan-an-email-campaign", "/how-to-plan-an-email-campaign"),
    ] {
        assert_eq!(folded(path), expected, "{path}");
    }
}

#[test]
fn the_path_of_an_address_is_what_names_the_page() {
    for (address, expected) in [
        ("https://shop.example", "/"),
        ("https://shop.example/", "/"),
        ("https://shop.example/a/?q=1#z", "/a"),
        ("/a/b/", "/a/b"),
        ("https://app.example/x#/orders/7?token=y", "/x#/orders/7"),
        ("https://app.example/#!/orders/", "/#!/orders"),
        ("a page without a slash", "a page without a slash"),
        ("", "/"),
    ] {
        assert_eq!(path_of(address), expected, "{address}");
    }
}

#[test]
fn the_first_rule_that_is_met_says_the_group() {
    let rules = mapping(json!([
        {"op": "is", "value": "/orders/new/", "group": "New order"},
        {"op": "under", "value": "/orders", "group": "Orders"},
        {"value": "/blog/*", "group": "Blog"},
        {"op": "starts_with", "value": "https://help.", "group": "Help"},
        {"op": "contains", "value": "UTM_campaign=spring", "group": "Spring"},
        {"op": "ends_with", "value": ".pdf", "group": "Documents"},
        {"op": "matches", "value": "^/[a-z]{2}/prices$", "group": "Prices"},
    ]));
    for (address, group) in [
        ("https://shop.example/orders/new?x=1", "New order"),
        ("https://shop.example/orders", "Orders"),
        ("/orders/7", "Orders"),
        ("/orders-of-others", "/orders-of-others"),
        ("/blog/a/b", "Blog"),
        ("/blog", "/blog"),
        ("https://help.shop.example/orders/7", "Orders"),
        ("https://help.shop.example/start", "Help"),
        ("https://shop.example/x?utm_campaign=Spring", "Spring"),
        ("https://shop.example/terms.pdf", "Documents"),
        ("https://shop.example/fr/prices/", "Prices"),
        ("https://shop.example/u/12345", "/u/:id"),
    ] {
        assert_eq!(rules.group_of(address), group, "{address}");
    }
    assert_eq!(rules.met("/orders/new").collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn what_is_wrong_with_a_rule_is_said() {
    for (field, rules) in [
        ("rules", json!({})),
        ("rules[0].value", json!([{"group": "A"}])),
        ("rules[0].value", json!([{"value": "", "group": "A"}])),
        ("rules[0].group", json!([{"value": "/a"}])),
        ("rules[0].group", json!([{"value": "/a", "group": " "}])),
        ("rules[1].op", json!([{"value": "/a", "group": "A"}, {"op": "like", "value": "/a", "group": "A"}])),
        ("rules[0].value", json!([{"op": "matches", "value": "(", "group": "A"}])),
        ("rules[0].to", json!([{"value": "/a", "group": "A", "to": "B"}])),
        ("rules", Value::Array(vec![json!({"value": "/a", "group": "A"}); 501])),
    ] {
        assert_eq!(PageMapping::from_json(&rules, "rules").unwrap_err().field, field, "{rules}");
    }
}

#[test]
fn a_property_names_its_mapping() {
    assert_eq!(mapping_of("$page_group"), Some(""));
    assert_eq!(mapping_of("$page_group:by team"), Some("by team"));
    assert_eq!([mapping_of("$page_group:"), mapping_of("$page_groups"), mapping_of("page_group")], [None; 3]);
}

#[test]
fn real_traffic_shows_what_a_mapping_leaves_out_and_what_to_begin_with() {
    let traffic: Vec<(String, u64)> = [
        ("https://s.example/", 50),
        ("https://s.example/orders/11111", 20),
        ("https://s.example/orders/22222", 10),
        ("https://s.example/orders", 5),
        ("/help/start", 7),
        ("/help/end", 3),
        ("/prices", 4),
    ]
    .map(|(address, views)| (address.to_owned(), views))
    .to_vec();
    let suggestions = PageMapping::default().suggestions(&traffic, 1, "Home");
    let short: Vec<_> = suggestions.iter().map(|one| (one.op, one.value.as_str(), one.group.as_str(), one.pages, one.views)).collect();
    assert_eq!(
        short,
        [("is", "/", "Home", 1, 50), ("under", "/orders", "Orders", 2, 35), ("under", "/help", "Help", 2, 10), ("is", "/prices", "Prices", 1, 4)]
    );
    let rules = mapping(
        json!([{"op": "under", "value": "/orders", "group": "Orders"}, {"op": "is", "value": "/orders", "group": "List"}, {"value": "/help/*", "group": "Help"}]),
    );
    let coverage = rules.coverage(&traffic);
    assert_eq!((coverage.views, coverage.unmapped_views, coverage.by_rule), (99, 54, vec![35, 0, 10]));
    assert_eq!(coverage.unmapped, [("/".to_owned(), 50), ("/prices".to_owned(), 4)]);
    let overlaps: Vec<_> = coverage.overlaps.iter().map(|one| (one.address.as_str(), one.views, one.rules.clone())).collect();
    assert_eq!(overlaps, [("https://s.example/orders", 5, vec![0, 1])]);
    let deeper = PageMapping::default().suggestions(&traffic, 2, "Home");
    assert!(deeper.iter().any(|one| (one.op, one.value.as_str(), one.group.as_str()) == ("is", "/help/start", "Help / Start")));
}

#[test]
fn a_language_in_front_is_no_group_of_its_own() {
    let traffic = |pages: &[(&str, u64)]| pages.iter().map(|(page, views)| (format!("https://s.example{page}"), *views)).collect::<Vec<_>>();
    let suggested = |pages: &[(&str, u64)], depth: usize| -> Vec<(String, String, String, usize, u64)> {
        let suggestions = PageMapping::default().suggestions(&traffic(pages), depth, "Home");
        suggestions.into_iter().map(|one| (one.op.to_owned(), one.value, one.group, one.pages, one.views)).collect()
    };
    let row = |op: &str, value: &str, group: &str, pages: usize, views: u64| (op.to_owned(), value.to_owned(), group.to_owned(), pages, views);
    let site = [("/en", 20), ("/fr", 10), ("/en/orders", 5), ("/en/orders/new", 3), ("/fr/orders", 4), ("/fr/tarifs", 2), ("/status", 1)];
    assert_eq!(
        suggested(&site, 1),
        [
            row("matches", "^/(?:en|fr)$", "Home", 2, 30),
            row("matches", "^/(?:en|fr)/orders(?:[/#]|$)", "Orders", 3, 12),
            row("is", "/fr/tarifs", "Tarifs", 1, 2),
            row("is", "/status", "Status", 1, 1),
        ]
    );
    // The language that goes without saying.
    let mostly_one = [("/", 9), ("/pt-BR", 1), ("/orders/1", 6), ("/orders/2", 1), ("/pt-BR/orders", 2)];
    let suggestions = suggested(&mostly_one, 1);
    assert_eq!(suggestions, [row("matches", "^/(?:pt\\-BR)?$", "Home", 2, 10), row("matches", "^/(?:(?:pt\\-BR)/)?orders(?:[/#]|$)", "Orders", 3, 9)]);
    // Each rule takes what it was suggested for, and nothing beside it.
    for pages in [&site[..], &mostly_one] {
        let suggestions = PageMapping::default().suggestions(&traffic(pages), 1, "Home");
        let rules: Vec<Value> = suggestions.iter().map(|one| json!({"op": one.op, "value": one.value, "group": one.group})).collect();
        let coverage = mapping(rules.into()).coverage(&traffic(pages));
        assert_eq!((coverage.unmapped_views, coverage.overlaps.len()), (0, 0), "{suggestions:?}");
        assert_eq!(coverage.by_rule, suggestions.iter().map(|one| one.views).collect::<Vec<_>>());
    }
    // One word of two letters alone is a part of the site like any other.
    assert_eq!(suggested(&[("/it/laptops", 4), ("/it/phones", 2), ("/sales", 1)], 1), [row("under", "/it", "It", 2, 6), row("is", "/sales", "Sales", 1, 1)]);
}

/// The same said with nothing but texts: a glob by trying every place where its stars may end.
fn fits(pattern: &[char], text: &[char]) -> bool {
    match pattern.first() {
        None => text.is_empty(),
        Some('*') => (0..=text.len()).any(|n| fits(&pattern[1..], &text[n..])),
        Some(one) => text.first() == Some(one) && fits(&pattern[1..], &text[1..]),
    }
}

fn naive(rules: &[(String, String)], path: &str) -> Option<usize> {
    rules.iter().position(|(op, value)| match op.as_str() {
        "glob" => fits(&value.chars().collect::<Vec<_>>(), &path.chars().collect::<Vec<_>>()),
        "is" => path == if value.len() > 1 { value.trim_end_matches('/') } else { value },
        "under" => {
            let parts = |text: &str| text.trim_end_matches('/').split('/').map(str::to_owned).collect::<Vec<_>>();
            parts(path).starts_with(&parts(value))
        }
        "starts_with" => path.starts_with(value.as_str()),
        "ends_with" => path.ends_with(value.as_str()),
        _ => path.contains(value.as_str()),
    })
}

proptest! {
    #[test]
    fn rules_say_what_they_read_as(
        rules in prop::collection::vec((prop::sample::select(vec!["glob", "is", "under", "starts_with", "ends_with", "contains"]), "/[ab/*]{0,5}"), 0..5),
        address in "(/[ab]{1,2}){1,4}",
    ) {
        let rules: Vec<(String, String)> = rules.into_iter().map(|(op, value)| (op.to_owned(), if op == "glob" { value } else { value.replace('*', "") })).collect();
        // A slash at the end of what is compared with the beginning of a part says nothing there is.
        prop_assume!(rules.iter().all(|(_, value)| !value.contains("//")));
        let list: Vec<Value> = rules.iter().enumerate().map(|(i, (op, value))| json!({"op": op, "value": value, "group": format!("g{i}")})).collect();
        let mapping = mapping(list.into());
        let expected = naive(&rules, &address);
        prop_assert_eq!(mapping.met(&address).next(), expected);
        prop_assert_eq!(mapping.group_of(&address), expected.map_or(address, |i| format!("g{i}")));
    }

    #[test]
    fn loops_are_those_that_one_counts_by_hand(nodes in prop::collection::vec(0u32..4, 0..12)) {
        let counted = sillage_behavior::journey::loops(&nodes);
        for node in 0..4 {
            for through in 0..4 {
                let by_hand = (0..nodes.len().saturating_sub(2)).filter(|at| node != through && nodes[*at..][..3] == [node, through, node]).count() as u64;
                let found = counted.iter().find(|(pair, _)| *pair == (node, through)).map_or(0, |(_, n)| *n);
                prop_assert_eq!(found, by_hand);
            }
        }
    }

    #[test]
    fn folding_twice_is_folding_once(path in "(/[a-f0-9@._-]{0,24}){1,3}") {
        let once = folded(&path);
        prop_assert_eq!(folded(&once), once);
    }
}
