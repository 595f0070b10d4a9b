use crate::{example, plan};
use proptest::prelude::*;
use serde_json::json;
use sillage_plan::{
    Origin, Severity, Status, Type, bring, from_lexicon, from_segment, problems,
    types::{Language, generate},
};

#[test]
fn a_lexicon_becomes_a_plan() {
    let csv = "\u{feff}Entity Type,Entity Name,Display Name,Description,Hidden,Dropped,Tags,Owners,Event,Property Type,Example Value\n\
        event,Sign Up,Signed up,\"Somebody, at last, has an account\",false,false,\"core, growth\",ada@courriel.example,,,\n\
        event,Noise,,,FALSE,TRUE,,,,,\n\
        event property,via,,How they came,true,,,,Sign Up,string,google\n\
        event property,plan,,,,,,,,Numeric,\n\
        user property,$email,,,,,,,,,\n";
    let (plan, left_out) = from_lexicon(csv).unwrap();
    let event = &plan.events["Sign Up"];
    assert_eq!(
        (event.description.as_str(), event.owner.as_str(), event.tags.as_slice()),
        ("Somebody, at last, has an account", "ada@courriel.example", &["core".to_owned(), "growth".to_owned()][..])
    );
    assert_eq!((plan.events["Noise"].status, event.properties["via"].status), (Status::Blocked, Some(Status::Hidden)));
    assert_eq!((event.properties["via"].kind, plan.properties["plan"].kind), (Some(Type::String), Some(Type::Number)));
    assert_eq!(left_out, ["line 6: user property \"$email\" is neither an event nor a property of events"]);
    assert!(problems(&plan).iter().all(|problem| problem.severity == Severity::Warning));
    assert_eq!(from_lexicon("a,b\n1,2\n").unwrap_err().field, "entityType");
    assert!(from_lexicon("entityType,entityName\n").unwrap_err().message.contains("no event"));
}

#[test]
fn a_plan_of_segment_becomes_ours() {
    let text = json!({"name": "workspaces/w/tracking-plans/rs_1", "display_name": "Kicks App", "rules": {"events": [{
        "name": "Order Completed", "description": "Paid", "version": 1,
        "rules": {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {"context": {}, "traits": {}, "properties": {
            "type": "object", "required": ["total"],
            "properties": {
                "total": {"type": ["number", "null"], "minimum": 0, "description": "With tax"},
                "currency": {"type": "string", "enum": ["EUR", "USD"]},
                "at": {"type": "string", "format": "date-time"},
                "products": {"type": "array", "items": {"type": "object", "properties": {"sku": {}}}},
                "either": {"type": ["string", "number"]}
            }}}}
    }]}});
    let (plan, left_out) = from_segment(&text.to_string()).unwrap();
    let event = &plan.events["Order Completed"];
    assert_eq!((plan.name.as_str(), event.description.as_str()), ("Kicks App", "Paid"));
    let total = &event.properties["total"];
    assert_eq!((total.kind, total.required, total.min, total.description.as_deref()), (Some(Type::Number), Some(true), Some(0.0), Some("With tax")));
    assert_eq!((event.properties["at"].kind, event.properties["either"].kind), (Some(Type::Time), None));
    assert_eq!(event.properties["products"].items.as_ref().unwrap().kind, Some(Type::Object));
    assert_eq!(left_out, ["Order Completed.products[]: `properties` is left out"]);
    assert_eq!(from_segment("{}").unwrap_err().field, "rules.events");
    assert!(from_segment("[").is_err());
}

#[test]
fn code_says_what_the_plan_says() {
    let plan = plan(example());
    let typescript = generate(&plan, Language::Typescript);
    for line in [
        "  \"recipients\": number;",
        "  \"template\"?: string;",
        "  \"plan\": \"free\" | \"pro\" | \"business\";",
        "  \"channels\"?: readonly (\"mail\" | \"sms\")[];",
        "campaignSent: (properties) => send(\"Campaign Sent\"",
    ] {
        assert!(typescript.contains(line), "{line}\n{typescript}");
    }
    assert!(typescript.contains("@deprecated"), "{typescript}");
    let python = generate(&plan, Language::Python);
    assert!(python.contains("def campaign_sent(self, *, plan: Literal[\"free\", \"pro\", \"business\"], recipients: int, channels: Optional[List[Literal[\"mail\", \"sms\"]]] = None"), "{python}");
    let kotlin = generate(&plan, Language::Kotlin);
    assert!(kotlin.contains("fun campaignSent(plan: CampaignSent_Plan, recipients: Long, channels: List<String>? = null"), "{kotlin}");
    let swift = generate(&plan, Language::Swift);
    assert!(swift.contains("public func campaignSent(plan: CampaignSent_Plan, recipients: Int, channels: [String]? = nil"), "{swift}");
}

#[test]
fn a_text_tells_whose_it_is() {
    for (text, origin) in [
        ("plan: 1\nevents: {}\n", Origin::Plan),
        ("{\"plan\": 1, \"events\": {}}", Origin::Plan),
        ("events: {a: {}}", Origin::Plan),
        ("[1", Origin::Plan),
        ("\u{feff}Entity Type,Entity Name\nevent,A\n", Origin::Lexicon),
        ("{\"data\": {\"rules\": []}}", Origin::Segment),
        ("{\"events\": [{\"name\": \"A\"}]}", Origin::Segment),
    ] {
        assert_eq!(Origin::of(text), origin, "{text}");
    }
    assert_eq!(bring("[{\"name\": \"A\"}]", Origin::Segment).unwrap().0.events.keys().collect::<Vec<_>>(), ["A"]);
    assert_eq!(bring("plan: 2", Origin::Plan).unwrap_err().field, "plan");
}

/// Kotlin and Swift are compiled by nobody here: what is written is looked at, and kept as it was.
#[test]
fn code_stays_as_it_was_looked_at() {
    let plan = plan(example());
    assert_eq!(generate(&plan, Language::Kotlin), include_str!("frozen/Events.kt"));
    assert_eq!(generate(&plan, Language::Swift), include_str!("frozen/Events.swift"));
}

proptest! {
    #[test]
    fn no_text_leaves_a_comment_or_its_quotes(text in "[*/\\\\\"'$(){}\n\u{202e}a]{0,12}") {
        let plan = plan(json!({"plan": 1, "name": text.as_str(), "events": {format!("a{text}"): {
            "description": text.as_str(), "properties": {format!("b{text}"): {"type": "string", "values": [text.as_str(), "x"], "description": text.as_str()}}
        }}}));
        for (language, opens, closes) in [(Language::Typescript, "/*", "*/"), (Language::Kotlin, "/*", "*/"), (Language::Python, "\"\"\"", "\"\"\"")] {
            for line in generate(&plan, language).lines().filter(|line| line.trim_start().starts_with(opens)) {
                let ends = if opens == closes { 2 } else { 1 };
                prop_assert!(line.matches(closes).count() == ends && line.ends_with(closes), "{line}");
            }
        }
        for language in Language::ALL {
            let is_seen = !generate(&plan, language).contains('\u{202e}');
            prop_assert!(is_seen);
        }
    }
}

#[test]
fn hostile_names_stay_inside_their_quotes() {
    let plan = plan(json!({"plan": 1, "events": {
        "a\"); evil(\"": {"description": "*/ evil() /* \"\"\" evil() \\", "properties": {"class": {"required": true}, "x\"]": {"values": ["$(evil)", "\\\" + evil + \\\""], "type": "string"}}},
        "*\\ evil()": {"description": "*\\ evil() \"\"\"\"\""}, "A B": {}, "a_b": {}, "aB": {}, "1st": {}, "été": {}, "\u{202e}": {}
    }}));
    for language in [Language::Typescript, Language::Python, Language::Kotlin, Language::Swift] {
        let code = generate(&plan, language);
        assert!(!code.contains("*/ evil") && !code.contains("\"\"\" evil"), "{code}");
        assert!(!code.contains("a\"); evil"), "{code}");
        assert!(!code.contains('\u{202e}'), "{code}");
    }
    assert!(generate(&plan, Language::Kotlin).contains("\\$(evil)"));
}
