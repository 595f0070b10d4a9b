use super::{block_of, proposed, svg_of};
use serde_json::{Value, json};
use sillage_behavior::survey::Survey as Definition;

fn definition(question: Value) -> Definition {
    let mut whole = json!({"id": "q1", "text": {"en": "How <b>was</b> it?", "fr": "C’était comment ?"}});
    question.as_object().unwrap().iter().for_each(|(name, value)| whole[name] = value.clone());
    let json = json!({"languages": ["en", "fr"], "questions": [whole], "ends": [{"id": "e1", "title": {"en": "Thanks", "fr": "Merci"}}], "triggers": [{"on": "load"}]});
    Definition::from_json(&json, "").unwrap()
}

#[test]
fn each_answer_is_a_link_and_a_question_without_them_a_button() {
    let block = block_of(&definition(json!({"kind": "csat"})), "en", "https://s.example/survey/x?lang=en");
    assert_eq!(block.html.matches("<a href=").count(), 5);
    assert!(block.html.contains("https://s.example/survey/x?lang=en&amp;q1=5&amp;go") && block.text.contains("5: https://s.example/survey/x?lang=en&q1=5&go"));
    assert!(block.html.contains("How &lt;b&gt;was&lt;/b&gt; it?"));
    let block = block_of(&definition(json!({"kind": "thumbs"})), "fr", "x");
    assert!(block.html.contains("👍 Oui") && block.html.contains("C’était comment"));
    let choices = json!([{"id": "a", "text": {"en": "A & B"}}, {"id": "b", "text": {"en": "C"}}]);
    assert!(block_of(&definition(json!({"kind": "single", "choices": choices})), "en", "x?l").html.contains("A &amp; B"));
    let block = block_of(&definition(json!({"kind": "long"})), "fr", "https://s.example/survey/x?lang=fr");
    assert_eq!((block.html.matches("<a href=").count(), block.text.ends_with("Répondre: https://s.example/survey/x?lang=fr\n")), (1, true));
}

#[test]
fn an_address_is_proposed_that_can_be_taken() {
    assert_eq!(proposed("Qualité perçue — été 2026 !", "0199-abcde"), "qualite-percue-ete-2026-edcba");
    assert_eq!(proposed("???", "0199-abcde"), "survey-edcba");
    assert!(proposed(&"x".repeat(300), "0199-abcde").len() < 60);
}

#[test]
fn the_code_has_a_margin_and_holds_long_addresses() {
    let svg = svg_of(&format!("https://sillage.example.org/survey/{}", "x".repeat(80))).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("M4 4h1v1h-1z") && !svg.contains("M3 "));
}
