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
        ("map(one, [1, 2], one * count)", json!([3, 6])),
        ("filter(one, tags, one in ['A', 'b'])", json!(["a", "B"])),
        ("any(one, tags, one == 3)", json!(true)),
        ("all(one, [4, 5], one > count)", json!(true)),
        ("all(one, [], true)", json!(false)),
        ("any(one, plan, true)", Value::Null),
        ("let(x, count + 1, let(y, x * x, x + y))", json!(20)),
        ("map(a, [1, 2], sum(map(b, [10, 20], a * b)))", json!([30, 60])),
        ("and(flag, count, plan)", json!(true)),
        ("or(zero, empty)", json!(false)),
        ("datedif(\"2024-01-31\", \"2025-03-02\", \"YM\")", json!(1)),
        ("datedif(\"2024-01-31\", \"2025-03-02\", \"YD\")", json!(30)),
        ("datedif(\"2024-01-15\", \"2025-03-02\", \"MD\")", json!(15)),
        ("today()", Value::Null),
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
    assert!(Expression::parse(&"1+".repeat(12_000)).unwrap_err().contains("20000"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_fall(text in "[a-z0-9 ()\\[\\]'\"`+*/<>=!.,$%-]{0,40}") {
        if let Ok(expression) = Expression::parse(&text) {
            let _value = expression.evaluate(&|i| if i % 2 == 0 { json!("x") } else { json!(2) });
        }
    }
}

struct Around;

impl sillage_behavior::expression::Surroundings for Around {
    fn today(&self) -> Value {
        json!("2025-10-01")
    }

    fn lookup(&self, table: &str, column: &str) -> Result<sillage_behavior::expression::LookupColumn, String> {
        let rows = [("P1", json!("shoes")), ("P2", json!("hats")), ("7", json!(true))];
        let found = table == "products" && column == "category";
        found.then(|| std::sync::Arc::new(rows.map(|(key, value)| (key.to_owned(), value)).into())).ok_or_else(|| format!("no {table}.{column}"))
    }

    fn page_mapping(&self, _: &str) -> Result<std::sync::Arc<sillage_behavior::page_group::PageMapping>, String> {
        Ok(std::sync::Arc::default())
    }
}

#[test]
fn a_formula_that_is_bound_knows_the_day_and_its_tables() {
    let gives = |formula: &str| {
        let mut expression = Expression::parse(formula).unwrap();
        expression.bind(&Around).unwrap();
        expression.evaluate(&|_| Value::Null)
    };
    assert_eq!(gives("datedif('2025-09-01', today(), 'D')"), json!(30));
    assert_eq!(gives("lookup('P1', \"products\", \"category\")"), json!("shoes"));
    assert_eq!(gives("lookup('P9', \"products\", \"category\")"), Value::Null);
    assert_eq!(gives("lookup(7, \"products\", \"category\")"), json!(true));
    assert_eq!(gives("lookup(['P1', 'P9', 'P2', 'P1'], \"products\", \"category\")"), json!(["shoes", null, "hats"]));
    assert_eq!(gives("lookup(['P9'], \"products\", \"category\")"), Value::Null);
    assert_eq!(Expression::parse("lookup(a, 'other', 'column')").unwrap().bind(&Around), Err("no other.column".into()));
    assert!(Expression::parse("lookup(a, b, 'column')").unwrap_err().contains("in quotation marks"));
    let name = Expression::looking_up("a \"b\" `c`", "the \"table\"", "col\\umn");
    let read = Expression::of_name(&name).unwrap().unwrap();
    assert_eq!((read.inputs(), read.lookups()), (&["a \"b\" `c`".to_owned()][..], vec![("the \"table\"", "col\\umn")]), "{name}");
    for nameless in ["map(1, tags, 2)", "map(, tags, 2)"] {
        assert!(Expression::parse(nameless).unwrap_err().contains("name of your own"), "{nameless}");
    }
}
