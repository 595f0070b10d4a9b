use super::{EventCode, PropertyCode, heading, quoted};
use crate::{Plan, Type};

pub(super) const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if",
    "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "self", "none", "true", "false",
];

pub(super) fn write(plan: &Plan, events: &[EventCode<'_>]) -> String {
    let mut out = format!("# {}\n", heading(plan));
    out.push_str("from typing import Any, Callable, Dict, List, Literal, Optional\n\n# What sends an event: its name and its properties.\nSend = Callable[[str, Dict[str, Any]], Any]\n\n\n");
    out.push_str(
        "def _kept(properties: Dict[str, Any]) -> Dict[str, Any]:\n    return {name: value for name, value in properties.items() if value is not None}\n\n\n",
    );
    out.push_str(
        "class Tracker:\n    \"\"\"A method for each event of the plan.\"\"\"\n\n    def __init__(self, send: Send) -> None:\n        self._send = send\n",
    );
    for event in events {
        let mut parameters = vec!["self".to_owned()];
        if !event.properties.is_empty() {
            parameters.push("*".to_owned());
        }
        parameters.extend(event.properties.iter().map(|property| {
            let kind = type_of(property);
            if property.required { format!("{}: {kind}", property.snake) } else { format!("{}: Optional[{kind}] = None", property.snake) }
        }));
        let sent = event.properties.iter().map(|property| format!("{}: {}", quoted(property.name), property.snake)).collect::<Vec<_>>().join(", ");
        out.push_str(&format!("\n    def {}({}) -> None:\n", event.snake, parameters.join(", ")));
        let deprecated = if event.deprecated { " Deprecated: the plan says that this is no longer sent." } else { "" };
        let doc = format!("{}{deprecated}", event.doc);
        if !doc.trim().is_empty() {
            out.push_str(&format!("        \"\"\"{} \"\"\"\n", doc.trim()));
        }
        out.push_str(&format!("        self._send({}, _kept({{{sent}}}))\n", quoted(event.name)));
    }
    out
}

fn type_of(property: &PropertyCode<'_>) -> String {
    match property.kind {
        Type::List => format!("List[{}]", one(property.element.0, property.element.1.as_deref())),
        kind => one(kind, property.words.as_deref()),
    }
}

fn one(kind: Type, words: Option<&[String]>) -> String {
    match (kind, words) {
        (Type::String | Type::Time | Type::Any, Some(words)) => format!("Literal[{}]", words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ")),
        (Type::String | Type::Time, None) => "str".to_owned(),
        (Type::Number, _) => "float".to_owned(),
        (Type::Integer, _) => "int".to_owned(),
        (Type::Boolean, _) => "bool".to_owned(),
        (Type::List, _) => "List[Any]".to_owned(),
        (Type::Object, _) => "Dict[str, Any]".to_owned(),
        (Type::Any, None) => "Any".to_owned(),
    }
}
