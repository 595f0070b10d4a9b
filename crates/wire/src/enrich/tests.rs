use super::*;
use serde_json::json;

fn described(user_agent: &str) -> Value {
    let mut properties = Properties::new();
    agent::describe(user_agent).fill(&mut properties);
    Value::from(properties)
}

#[test]
fn browsers_are_named_as_the_official_client_names_them() {
    for (user_agent, expected) in [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            json!({"$browser": "Microsoft Edge", "$browser_version": 131, "$os": "Windows", "$os_version": "NT 10.0", "$device_type": "Desktop"}),
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
            json!({"$browser": "Safari", "$browser_version": 17.1, "$os": "Mac OS X", "$os_version": "10.15.7", "$device_type": "Desktop"}),
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
            json!({"$browser": "Mobile Safari", "$browser_version": 17.1, "$os": "iOS", "$os_version": "17.1", "$device_type": "Mobile"}),
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36",
            json!({"$browser": "Chrome", "$browser_version": 119, "$os": "Android", "$os_version": "14", "$device_type": "Mobile"}),
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36",
            json!({"$browser": "Chrome", "$browser_version": 119, "$os": "Android", "$os_version": "13", "$device_type": "Tablet"}),
        ),
        (
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
            json!({"$browser": "Firefox", "$browser_version": 120, "$os": "Linux", "$device_type": "Desktop"}),
        ),
        ("", json!({})),
        ("something else entirely", json!({})),
    ] {
        assert_eq!(described(user_agent), expected, "{user_agent}");
    }
}

#[test]
fn a_long_agent_is_cut_at_a_character() {
    assert_eq!(described(&"é".repeat(10_000)), json!({}));
}

#[test]
fn the_first_language_is_taken() {
    for (header, expected) in [("fr-FR,fr;q=0.9", Some("fr-FR")), ("en", Some("en")), ("*", None), ("", None), ("de;q=0.5", Some("de")), ("<script>", None)] {
        assert_eq!(first_language(header), expected, "{header}");
    }
}
