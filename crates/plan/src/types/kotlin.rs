use super::{EventCode, PropertyCode, heading, pascal, quoted, words_of};
use crate::{Plan, Type};

pub(super) const KEYWORDS: &[&str] = &[
    "as",
    "break",
    "class",
    "continue",
    "do",
    "else",
    "false",
    "for",
    "fun",
    "if",
    "in",
    "interface",
    "is",
    "null",
    "object",
    "package",
    "return",
    "super",
    "this",
    "throw",
    "true",
    "try",
    "typealias",
    "typeof",
    "val",
    "var",
    "when",
    "while",
    // Every class has them.
    "equals",
    "finalize",
    "getClass",
    "hashCode",
    "notify",
    "notifyAll",
    "toString",
    "wait",
];

pub(super) fn write(plan: &Plan, events: &[EventCode<'_>]) -> String {
    let mut out = format!("// {}\n\n/** A function for each event of the plan; what it is given sends. */\n", heading(plan));
    out.push_str("class Tracker(private val _send: (String, Map<String, Any>) -> Unit) {\n");
    for event in events {
        for property in event.properties.iter().filter(|property| property.words.is_some()) {
            let entries = property.words.iter().flatten().zip(entries(property)).map(|(word, entry)| format!("{entry}({})", text(word)));
            out.push_str(&format!("    enum class {}(val value: String) {{ {} }}\n", enum_of(event, property), entries.collect::<Vec<_>>().join(", ")));
        }
    }
    for event in events {
        let parameters = event.properties.iter().map(|property| {
            let kind = type_of(event, property);
            if property.required { format!("{}: {kind}", property.camel) } else { format!("{}: {kind}? = null", property.camel) }
        });
        let sent = event.properties.iter().map(|property| {
            let value = match (property.words.is_some(), property.required) {
                (true, true) => format!("{}.value", property.camel),
                (true, false) => format!("{}?.value", property.camel),
                (false, _) => property.camel.clone(),
            };
            format!("{} to {value}", text(property.name))
        });
        out.push('\n');
        if !event.doc.is_empty() {
            out.push_str(&format!("    /** {} */\n", event.doc));
        }
        if event.deprecated {
            out.push_str("    @Deprecated(\"The plan says that this is no longer sent.\")\n");
        }
        out.push_str(&format!("    fun {}({}) {{\n", event.camel, parameters.collect::<Vec<_>>().join(", ")));
        out.push_str(&format!("        _track({}, mapOf<String, Any?>({}))\n    }}\n", text(event.name), sent.collect::<Vec<_>>().join(", ")));
    }
    out.push_str("\n    private fun _track(event: String, properties: Map<String, Any?>) {\n        val kept = mutableMapOf<String, Any>()\n        for ((name, value) in properties) if (value != null) kept[name] = value\n        _send(event, kept)\n    }\n}\n");
    out
}

/// A dollar sign would begin a template.
fn text(text: &str) -> String {
    quoted(text).replace('$', "\\$")
}

fn enum_of(event: &EventCode<'_>, property: &PropertyCode<'_>) -> String {
    format!("{}_{}", event.pascal, pascal(&words_of(&property.snake)))
}

/// Names of the allowed words, each of no other.
fn entries(property: &PropertyCode<'_>) -> Vec<String> {
    let mut taken = std::collections::BTreeSet::new();
    property.words.iter().flatten().map(|word| super::unique(words_of(word), &mut taken).join("_").to_uppercase()).collect()
}

fn type_of(event: &EventCode<'_>, property: &PropertyCode<'_>) -> String {
    match (property.kind, &property.words) {
        (Type::String | Type::Time | Type::Any, Some(_)) => enum_of(event, property),
        (Type::List, _) => format!("List<{}>", one(property.element.0)),
        (kind, _) => one(kind).to_owned(),
    }
}

fn one(kind: Type) -> &'static str {
    match kind {
        Type::String | Type::Time => "String",
        Type::Number => "Double",
        Type::Integer => "Long",
        Type::Boolean => "Boolean",
        Type::List => "List<Any>",
        Type::Object => "Map<String, Any>",
        Type::Any => "Any",
    }
}
