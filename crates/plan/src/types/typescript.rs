use super::{EventCode, PropertyCode, heading, one_line, quoted};
use crate::{Plan, Type};

pub(super) const KEYWORDS: &[&str] = &[
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "import",
    "in",
    "instanceof",
    "new",
    "null",
    "return",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "let",
    "static",
    "yield",
    "await",
    "constructor",
];

pub(super) fn write(plan: &Plan, events: &[EventCode<'_>]) -> String {
    let mut out = format!("// {}\n\n", heading(plan));
    out.push_str("/** What sends an event: `mixpanel.track`, `sillage.track`, or your own. */\n");
    out.push_str("export type Send = (event: string, properties: Record<string, unknown>) => void;\n");
    for event in events {
        out.push_str(&format!("\n/** Properties of {}. */\nexport interface {}Properties {{\n", one_line(&[event.name]), event.pascal));
        for property in &event.properties {
            if !property.doc.is_empty() {
                out.push_str(&format!("  /** {} */\n", property.doc));
            }
            out.push_str(&format!("  {}{}: {};\n", quoted(property.name), if property.required { "" } else { "?" }, type_of(property)));
        }
        out.push_str("}\n");
    }
    out.push_str("\n/** A function for each event of the plan. */\nexport interface Tracker {\n");
    for event in events {
        doc(&mut out, event);
        out.push_str(&format!("  {}(properties{}: {}Properties): void;\n", event.camel, optional(event), event.pascal));
    }
    out.push_str("}\n\nexport function tracker(send: Send): Tracker {\n  return {\n");
    for event in events {
        out.push_str(&format!("    {}: (properties) => send({}, {{ ...properties }}),\n", event.camel, quoted(event.name)));
    }
    out.push_str("  };\n}\n");
    out
}

fn doc(out: &mut String, event: &EventCode<'_>) {
    let deprecated = if event.deprecated { " @deprecated The plan says that this is no longer sent." } else { "" };
    let gap = if event.doc.is_empty() { "" } else { " " };
    if !event.doc.is_empty() || event.deprecated {
        out.push_str(&format!("  /**{deprecated}{gap}{} */\n", event.doc));
    }
}

/// Who has to say nothing may leave all of it out.
fn optional(event: &EventCode<'_>) -> &'static str {
    if event.properties.iter().any(|property| property.required) { "" } else { "?" }
}

fn type_of(property: &PropertyCode<'_>) -> String {
    match property.kind {
        Type::List => format!("readonly ({})[]", one(property.element.0, property.element.1.as_deref())),
        kind => one(kind, property.words.as_deref()),
    }
}

fn one(kind: Type, words: Option<&[String]>) -> String {
    match (kind, words) {
        (Type::String | Type::Time | Type::Any, Some(words)) => words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" | "),
        (Type::String, None) => "string".to_owned(),
        (Type::Time, None) => "string | Date".to_owned(),
        (Type::Number | Type::Integer, _) => "number".to_owned(),
        (Type::Boolean, _) => "boolean".to_owned(),
        (Type::List, _) => "readonly unknown[]".to_owned(),
        (Type::Object, _) => "Record<string, unknown>".to_owned(),
        (Type::Any, None) => "unknown".to_owned(),
    }
}
