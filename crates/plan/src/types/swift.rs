use super::{EventCode, PropertyCode, escaped, heading, pascal, words_of};
use crate::{Plan, Type};

pub(super) const KEYWORDS: &[&str] = &[
    "as",
    "break",
    "case",
    "catch",
    "class",
    "continue",
    "default",
    "defer",
    "do",
    "else",
    "enum",
    "extension",
    "false",
    "for",
    "func",
    "guard",
    "if",
    "import",
    "in",
    "init",
    "inout",
    "is",
    "let",
    "nil",
    "operator",
    "private",
    "protocol",
    "public",
    "repeat",
    "return",
    "self",
    "static",
    "struct",
    "subscript",
    "super",
    "switch",
    "throw",
    "throws",
    "true",
    "try",
    "var",
    "where",
    "while",
    "internal",
    "rethrows",
    "any",
    "associatedtype",
    "deinit",
    "fallthrough",
    "fileprivate",
    "precedencegroup",
    // Every enumeration of texts has them.
    "hashValue",
    "rawValue",
];

pub(super) fn write(plan: &Plan, events: &[EventCode<'_>]) -> String {
    let mut out = format!("// {}\n\nimport Foundation\n\n/// A function for each event of the plan; what it is given sends.\n", heading(plan));
    out.push_str("public struct Tracker {\n    private let _send: (String, [String: Any]) -> Void\n\n    public init(send: @escaping (String, [String: Any]) -> Void) {\n        _send = send\n    }\n");
    for event in events {
        for property in event.properties.iter().filter(|property| property.words.is_some()) {
            out.push_str(&format!("\n    public enum {}: String {{\n", enum_of(event, property)));
            for (word, entry) in property.words.iter().flatten().zip(entries(property)) {
                out.push_str(&format!("        case {entry} = {}\n", text(word)));
            }
            out.push_str("    }\n");
        }
    }
    for event in events {
        let parameters = event.properties.iter().map(|property| {
            let kind = type_of(event, property);
            if property.required { format!("{}: {kind}", property.camel) } else { format!("{}: {kind}? = nil", property.camel) }
        });
        out.push('\n');
        if !event.doc.is_empty() {
            out.push_str(&format!("    /// {}\n", event.doc));
        }
        if event.deprecated {
            out.push_str("    @available(*, deprecated, message: \"The plan says that this is no longer sent.\")\n");
        }
        out.push_str(&format!("    public func {}({}) {{\n        ", event.camel, parameters.collect::<Vec<_>>().join(", ")));
        out.push_str(if event.properties.is_empty() { "let _kept: [String: Any] = [:]\n" } else { "var _kept: [String: Any] = [:]\n" });
        for property in &event.properties {
            let value = if property.words.is_some() { ".rawValue" } else { "" };
            out.push_str(&match property.required {
                true => format!("        _kept[{}] = {}{value}\n", text(property.name), property.camel),
                false => format!("        if let value = {} {{ _kept[{}] = value{value} }}\n", property.camel, text(property.name)),
            });
        }
        out.push_str(&format!("        _send({}, _kept)\n    }}\n", text(event.name)));
    }
    out.push_str("}\n");
    out
}

fn text(text: &str) -> String {
    escaped(text, |code| format!("\\u{{{code:x}}}"))
}

fn enum_of(event: &EventCode<'_>, property: &PropertyCode<'_>) -> String {
    format!("{}_{}", event.pascal, pascal(&words_of(&property.snake)))
}

/// Names of the allowed words, each of no other.
fn entries(property: &PropertyCode<'_>) -> Vec<String> {
    let mut taken = std::collections::BTreeSet::new();
    property.words.iter().flatten().map(|word| super::no_keyword(super::camel(&super::unique(words_of(word), &mut taken)), KEYWORDS)).collect()
}

fn type_of(event: &EventCode<'_>, property: &PropertyCode<'_>) -> String {
    match (property.kind, &property.words) {
        (Type::String | Type::Time | Type::Any, Some(_)) => enum_of(event, property),
        (Type::List, _) => format!("[{}]", one(property.element.0)),
        (kind, _) => one(kind).to_owned(),
    }
}

fn one(kind: Type) -> &'static str {
    match kind {
        Type::String | Type::Time => "String",
        Type::Number => "Double",
        Type::Integer => "Int",
        Type::Boolean => "Bool",
        Type::List => "[Any]",
        Type::Object => "[String: Any]",
        Type::Any => "Any",
    }
}
