//! Formulas, each with what it gives.

use serde_json::{Value, json};
use sillage_behavior::expression::Expression;

fn gives(formula: &str) -> Value {
    let properties = json!({
        "amount": 12.5, "count": 3, "zero": 0, "plan": "Pro", "empty": "", "no": "false", "flag": true, "tags": ["a", "B", 3],
        "address": {"city": "Lyon"}, "two words": "x", "$current_url": "https://Shop.example.co:8080/a/b?q=1#z", "born": "2024-02-29T10:00:00Z"
    });
    let expression = Expression::parse(formula).unwrap_or_else(|error| panic!("{formula}: {error}"));
    expression.evaluate(&|i| {
        let name = &expression.inputs()[i];
        let whole = properties.get(name).cloned();
        whole.or_else(|| name.split_once('.').and_then(|(head, rest)| properties.get(head)?.get(rest).cloned())).unwrap_or_default()
    })
}

#[test]
fn each_formula_gives_its_value() {
    let cases = [
        ("1 + 2 * 3", json!(7)),
        ("(1 + 2) * 3 - -4", json!(13)),
        ("7 % 4 / 2", json!(1.5)),
        ("amount * 2", json!(25)),
        ("amount / zero", Value::Null),
        ("missing + 1", Value::Null),
        ("\"n\" + count", json!("n3")),
        ("plan + missing", Value::Null),
        ("plan == \"PRO\"", json!(true)),
        ("plan != 'free' and not zero", json!(true)),
        ("missing == undefined", json!(false)),
        ("missing != 1", json!(true)),
        ("count == 3.0", json!(true)),
        ("count == \"3\"", json!(false)),
        ("amount > 12 or boom", json!(true)),
        ("plan < \"Q\"", json!(true)),
        ("plan > 3", json!(false)),
        ("\"b\" in tags", json!(true)),
        ("3 in tags", json!(true)),
        ("\"RO\" in plan", json!(true)),
        ("plan in [\"free\", \"pro\"]", json!(true)),
        ("tags[0]", json!("a")),
        ("tags[9]", Value::Null),
        ("address.city", json!("Lyon")),
        ("`two words` + 'y'", json!("xy")),
        ("if(count >= 3, 'many', 'few')", json!("many")),
        ("if(no, 1)", Value::Null),
        ("ifs(empty, 1, flag, 2, true, 3)", json!(2)),
        ("ifs(zero, 1)", Value::Null),
        ("defined(missing)", json!(false)),
        ("boolean('false')", json!(false)),
        ("number(' 4.5 ')", json!(4.5)),
        ("number('four')", Value::Null),
        ("string(count) + string(flag)", json!("3true")),
        ("upper(plan) + lower(plan)", json!("PROpro")),
        ("len(plan) + len(tags)", json!(6)),
        ("left(plan, 2)", json!("Pr")),
        ("right('\u{e9}t\u{e9}', 2)", json!("t\u{e9}")),
        ("mid('abcdef', 2, 3)", json!("bcd")),
        ("mid('abc', 0, 1)", Value::Null),
        ("split('a-b-c', '-', 2)", json!("b")),
        ("split('a-b', '-', 3)", Value::Null),
        ("split('a-b', '', 1)", Value::Null),
        ("has_prefix(plan, 'Pr') and has_suffix(plan, 'o')", json!(true)),
        ("min(4, count, missing)", json!(3)),
        ("max(tags)", json!(3)),
        ("sum([1, 2.5])", json!(3.5)),
        ("floor(amount) + ceil(amount) + round(2.345, 2)", json!(27.35)),
        ("parse_url(`$current_url`, 'full_domain')", json!("shop.example.co")),
        ("parse_url(`$current_url`, 'domain')", json!("example.co")),
        ("parse_url(`$current_url`, 'path')", json!("/a/b")),
        ("parse_url(`$current_url`, 'query')", json!("q=1")),
        ("regex_match(plan, '^pr')", json!(true)),
        ("regex_match(plan, '(?-i)^pr')", json!(false)),
        ("regex_extract('order 42 of 7', '\\d+ of (\\d+)', 1)", json!("7")),
        ("regex_extract('none', '\\d+')", Value::Null),
        ("regex_replace('/order/42', '[0-9]+', '<id>')", json!("/order/<id>")),
        ("datedif(born, '2025-02-28', 'Y')", json!(0)),
        ("datedif(born, '2025-03-01', 'Y')", json!(1)),
        ("datedif('2025-01-31', '2025-03-01', 'M')", json!(1)),
        ("datedif('2025-01-01T23:00:00Z', '2025-01-03T01:00:00Z', 'D')", json!(2)),
        ("datedif('2025-03-01', '2025-01-01', 'D')", Value::Null),
    ];
    for (formula, expected) in cases {
        let got = gives(formula);
        let same = got == expected || got.as_f64().zip(expected.as_f64()).is_some_and(|(a, b)| (a - b).abs() < 1e-9);
        assert!(same, "{formula} gives {got} instead of {expected}");
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    let deep = "(".repeat(100) + "1" + &")".repeat(100);
    let nots = "not ".repeat(100) + "1";
    let cases = [
        ("", "ends too early"),
        ("1 +", "ends too early"),
        ("amount )", "cannot read"),
        ("(1", "missing"),
        ("'open", "closing"),
        ("boom(1)", "no function boom"),
        ("if(1)", "takes 2 to 3"),
        ("regex_match(plan, pattern)", "in quotation marks"),
        ("regex_match(plan, '(')", "not a regular expression"),
        ("parse_url(x, 'port')", "not \"port\""),
        ("1.2.3", "not a number"),
        (&deep, "too deep"),
        (&nots, "too deep"),
    ];
    for (formula, said) in cases {
        let error = Expression::parse(formula).expect_err(formula);
        assert!(error.contains(said), "{formula}: {error}");
    }
    assert!(Expression::parse(&"1+".repeat(3000)).unwrap_err().contains("5000"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_fall(text in "[a-z0-9 ()\\[\\]'\"`+*/<>=!.,$%-]{0,40}") {
        if let Ok(expression) = Expression::parse(&text) {
            let _value = expression.evaluate(&|i| if i % 2 == 0 { json!("x") } else { json!(2) });
        }
    }
}
