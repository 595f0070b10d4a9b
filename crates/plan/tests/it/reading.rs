use crate::{example, plan, with_event};
use serde_json::{Map, Value, json};
use sillage_plan::{ChangeKind, Compiled, Convention, Seen, Severity, Type, adopt, diff, from_json, problems, read, to_json, to_yaml};

#[track_caller]
fn refused(text: &str, field: &str, says: &str) {
    let error = read(text).unwrap_err();
    assert_eq!(error.field, field, "{error}");
    assert!(error.message.contains(says), "{error}");
}

/// The field of the first error.
#[track_caller]
fn error_in(value: Value, field: &str, says: &str) {
    let found = problems(&plan(value));
    let first = found.first().expect("something is wrong");
    assert_eq!((first.severity, first.field.as_str()), (Severity::Error, field), "{found:?}");
    assert!(first.message.contains(says), "{}", first.message);
}

#[test]
fn a_plan_is_written_and_read_back_as_yaml_and_as_json() {
    let plan = plan(example());
    assert_eq!(problems(&plan).iter().filter(|problem| problem.severity == Severity::Error).count(), 0, "{:?}", problems(&plan));
    assert_eq!(read(&to_yaml(&plan)).unwrap(), plan, "{}", to_yaml(&plan));
    assert_eq!(read(&to_json(&plan)).unwrap(), plan);
    // Texts that YAML would take for something else.
    let odd = with_event(
        "no",
        json!({"description": "true: #x\n- y", "owner": "1e3", "tags": ["~", "null", "0x10", " a ", "é « x »"], "replaces": ["yes", "2026-01-01"]}),
    );
    let odd = crate::plan(odd);
    assert_eq!(read(&to_yaml(&odd)).unwrap(), odd, "{}", to_yaml(&odd));
}

#[test]
fn yaml_is_read_as_people_write_it() {
    let text = "# our plan\nplan: 1\nnaming: {events: object_action}\nevents:\n  Campaign Sent:\n    description: >\n      It left\n      for good\n    properties:\n      amount: {type: number, min: 0}\n";
    let plan = read(text).unwrap();
    assert_eq!(plan.naming.events, Some(Convention::ObjectAction));
    assert_eq!(plan.events["Campaign Sent"].properties["amount"].kind, Some(Type::Number));
    assert!(plan.events["Campaign Sent"].description.starts_with("It left for good"));
}

#[test]
fn what_is_no_plan_is_refused_with_its_field() {
    refused("", "", "a plan is a map");
    refused("[1]", "", "a plan is a map");
    refused("plan: 2\nevents: {}", "plan", "begin with `plan: 1`");
    refused("events: {}", "plan", "begin with `plan: 1`");
    refused("plan: 1\nevents: {A: {properties: {x: {type: text}}}}", "events.A.properties.x.type", "unknown variant `text`");
    refused("plan: 1\nevents: {A: {propertys: {}}}", "events.A.propertys", "unknown field `propertys`");
    refused("plan: 1\nevents: {A: []}", "events.A", "not a list");
    refused("plan: 1\nnaming: []", "naming", "not a list");
    refused("plan: 1\nevents: {A: {properties: {x: {items: []}}}}", "events.A.properties.x.items", "not a list");
    refused("plan: 1\nevents: {A: {status: 3}}", "events.A.status", "");
    refused("plan: 1\nevents: {A: {}, A: {}}", "", "neither YAML nor JSON");
    refused("plan: 1\nevents: {A: [", "", "neither YAML nor JSON");
    refused(&format!("plan: 1\nname: {}", "x".repeat(2 << 20)), "", "at most");
}

#[test]
fn a_document_that_unfolds_is_stopped() {
    let mut text = String::from("plan: 1\na: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (from, to) in "abcdefghij".chars().zip("bcdefghijk".chars()) {
        text.push_str(&format!("{to}: &{to} [*{from},*{from},*{from},*{from},*{from},*{from},*{from},*{from},*{from},*{from}]\n"));
    }
    assert!(read(&text).is_err());
    assert!(read(&format!("plan: 1\nevents: {}", "[".repeat(100_000))).is_err());
    assert!(read("plan: 1\nevents: &a {A: *a}").is_err());
}

#[test]
fn what_is_wrong_with_a_plan_is_named() {
    let property = |rules: Value| with_event("A", json!({"properties": {"x": rules}}));
    error_in(property(json!({"type": "number", "min": 3, "max": 2})), "events.A.properties.x.min", "above `max`");
    error_in(property(json!({"type": "string", "min": 3})), "events.A.properties.x.min", "belongs to `type: number`");
    error_in(property(json!({"type": "string", "pattern": "("})), "events.A.properties.x.pattern", "no regular expression");
    error_in(property(json!({"type": "string", "pattern": "(a{1000}){1000}"})), "events.A.properties.x.pattern", "too large");
    error_in(property(json!({"type": "number", "values": ["a"]})), "events.A.properties.x.values[0]", "no value of the type number");
    error_in(property(json!({"values": []})), "events.A.properties.x.values", "give 1 to");
    error_in(property(json!({"type": "string", "items": {"type": "string"}})), "events.A.properties.x.items", "`type: list`");
    error_in(property(json!({"same_as": "y"})), "events.A.properties.x.same_as", "no shared property \"y\"");
    let circle = json!({"plan": 1, "properties": {"a": {"same_as": "b"}, "b": {"same_as": "a"}}, "events": {"A": {"properties": {"x": {"same_as": "a"}}}}});
    error_in(circle, "properties.a.same_as", "in a circle");
    error_in(json!({"plan": 1, "events": {"A": {"replaces": ["B"]}, "B": {}}}), "events.A.replaces[0]", "means the event \"B\" already");
    error_in(with_event("A", json!({"replaces": ["$pageview"]})), "events.A.replaces[0]", "client's own");
    error_in(json!({"plan": 1, "objectives": {"growth": {}}, "events": {"A": {"objective": "grwth"}}}), "events.A.objective", "growth");
    error_in(with_event("a\nb", json!({})), "events.a\nb", "one line");
    error_in(with_event(&"n".repeat(300), json!({})), &format!("events.{}", "n".repeat(300)), "255 bytes");
    error_in(json!({"plan": 1, "naming": {"events": "snake_case", "level": "reject"}, "events": {"Sign Up": {}}}), "events.Sign Up", "campaign_sent");
    assert!(Compiled::new(&plan(property(json!({"same_as": "y"})))).is_err());
}

/// Small texts that would take a lot of memory or time once they are worked out.
#[test]
fn a_plan_that_grows_is_refused() {
    let numbered = |n: usize, one: Value| (0..n).map(|i| (format!("n{i}"), one.clone())).collect::<Map<String, Value>>();
    error_in(json!({"plan": 1, "properties": numbered(1_000, json!({})), "events": numbered(1_000, json!({}))}), "events", "shared ones counted on each event");
    let long = json!({"plan": 1, "properties": {"a": {"values": (0..1_000).collect::<Vec<_>>()}}, "events": {"A": {"properties": numbered(1_000, json!({"same_as": "a"}))}}});
    error_in(long, "events", "allowed values");
    let many: Map<String, Value> = (0..300).map(|i| (format!("n{i}"), json!({"pattern": format!("^[a-z]{{25}}{i}$")}))).collect();
    error_in(json!({"plan": 1, "properties": many, "events": {}}), "events", "different patterns");
    let same = json!({"plan": 1, "properties": {"a": {"pattern": "^\\w{5}$"}}, "events": numbered(5_000, json!({}))});
    assert!(Compiled::new(&plan(same)).is_ok(), "one pattern is one, wherever it is shared");
    let chain: Map<String, Value> =
        (0..50).map(|i| (format!("n{i}"), json!({"same_as": format!("n{}", i + 1)}))).chain([("n50".to_owned(), json!({}))]).collect();
    error_in(json!({"plan": 1, "properties": chain, "events": {}}), "properties.n0.same_as", "leads on more than");
}

#[test]
fn a_circle_does_not_make_anything_run_for_ever() {
    let circle = plan(json!({"plan": 1, "properties": {"a": {"same_as": "a", "type": "string"}}, "events": {}}));
    assert_eq!(circle.resolved(&circle.properties["a"]).kind, Some(Type::String));
}

#[test]
fn names_follow_a_convention() {
    let good = [
        (Convention::SnakeCase, "campaign_sent2"),
        (Convention::CamelCase, "campaignSent"),
        (Convention::PascalCase, "CampaignSent"),
        (Convention::KebabCase, "campaign-sent"),
        (Convention::ObjectAction, "Campaign Sent"),
        (Convention::ObjectAction, "Étape Franchie"),
        (Convention::SentenceCase, "Campaign sent"),
    ];
    good.into_iter().for_each(|(convention, name)| assert!(convention.holds(name) && convention.holds(convention.example()), "{name}"));
    let bad = [
        (Convention::SnakeCase, "Campaign_sent"),
        (Convention::SnakeCase, "campaign__sent"),
        (Convention::CamelCase, "Campaign"),
        (Convention::PascalCase, "Campaign sent"),
        (Convention::KebabCase, "-a"),
        (Convention::ObjectAction, "Signup"),
        (Convention::ObjectAction, "Campaign sent"),
        (Convention::SentenceCase, "campaign sent"),
        (Convention::SentenceCase, ""),
    ];
    bad.into_iter().for_each(|(convention, name)| assert!(!convention.holds(name), "{convention:?} {name}"));
}

#[test]
fn a_difference_is_told_where_it_lies() {
    let before = plan(json!({"plan": 1, "events": {"A": {"description": "x", "properties": {"n": {"type": "number"}}}, "B": {}}}));
    let after = plan(
        json!({"plan": 1, "on_violation": "warn", "events": {"A": {"description": "y", "properties": {"n": {"type": "number", "min": 1.0}, "m": {}}}, "C": {}}}),
    );
    let told: Vec<(ChangeKind, String)> = diff(&before, &after).into_iter().map(|change| (change.kind, change.field)).collect();
    let expected = [
        (ChangeKind::Changed, "events.A.description"),
        (ChangeKind::Added, "events.A.properties.m"),
        (ChangeKind::Added, "events.A.properties.n.min"),
        (ChangeKind::Removed, "events.B"),
        (ChangeKind::Added, "events.C"),
        (ChangeKind::Added, "on_violation"),
    ];
    assert_eq!(told, expected.map(|(kind, field)| (kind, field.to_owned())));
    assert!(diff(&after, &after).is_empty());
    // The first property of an event is a property, not a change of its list.
    let (none, one) = (plan(with_event("A", json!({}))), plan(with_event("A", json!({"properties": {"x": {}}}))));
    assert_eq!(diff(&none, &one)[0].field, "events.A.properties.x");
}

#[test]
fn what_arrived_is_adopted_once() {
    let mut draft = plan(json!({"plan": 1, "events": {"Sign Up": {"replaces": ["signup"]}}}));
    let seen = |event: &str, property: Option<&str>, kind| Seen { event: event.to_owned(), property: property.map(str::to_owned), kind };
    let all = [seen("Order", None, None), seen("Order", Some("amount"), Some(Type::Number)), seen("signup", Some("via"), Some(Type::Any))];
    assert_eq!(adopt(&mut draft, &all), 3);
    assert_eq!(adopt(&mut draft, &all), 0);
    assert_eq!(draft.events["Order"].properties["amount"].kind, Some(Type::Number));
    assert_eq!(draft.events["Sign Up"].properties["via"].kind, None, "it belongs to the event that the name means");
    assert_eq!(from_json(&Value::from(&draft)).unwrap(), draft);
}
