//! Addresses without what identifies a person: as `packages/sdk/src/page/url.ts`. Schemes that run something lead nowhere.

use super::text::{redact, with_dotted_tail, word_runs};

/// Images inside the page itself, up to a size.
const MOST_DATA_BYTES: usize = 8192;

/// The address of a page or a link: origin, path without ids, and the parameters that are known to be harmless.
pub(super) fn href(address: &str, keeps_ids: bool) -> String {
    let address = trimmed(address);
    let Some((scheme, rest)) = split_scheme(&address) else {
        // Relative: it leads nowhere outside the page.
        let (path, query) = split_query(&address);
        return format!("{}{}", path_form(path, keeps_ids), query);
    };
    match scheme.as_str() {
        "http" | "https" => {
            let rest = rest.trim_start_matches('/');
            let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let (host, rest) = rest.split_at(host_end);
            // Without a user name.
            let host = host.rsplit('@').next().unwrap_or_default();
            let (path, query) = split_query(rest);
            format!("{scheme}://{host}{}{query}", path_form(if path.is_empty() { "/" } else { path }, keeps_ids))
        }
        "mailto" | "tel" => format!("{scheme}:"),
        _ => String::new(),
    }
}

/// The page that an address names: its path, and what a router keeps behind the `#`.
pub(super) fn page_of(address: &str) -> String {
    let address = trimmed(address);
    let rest = match split_scheme(&address) {
        Some((scheme, rest)) if scheme == "http" || scheme == "https" => {
            let rest = rest.trim_start_matches('/');
            &rest[rest.find(['/', '?', '#']).unwrap_or(rest.len())..]
        }
        Some(_) => "",
        None => address.as_str(),
    };
    let (before, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let path = path_form(before.split('?').next().unwrap_or_default(), false);
    let path = path.trim_end_matches('/');
    let path = if path.is_empty() { "/" } else { path };
    if fragment.starts_with('/') { format!("{path}#{}", path_form(fragment.split(['?', '&', '=']).next().unwrap_or_default(), false)) } else { path.to_owned() }
}

/// Of what the page is drawn with: its path is the same for everybody, its query is not.
pub(super) fn asset(address: &str) -> Option<String> {
    let address = trimmed(address);
    match split_scheme(&address) {
        Some((scheme, rest)) if scheme == "data" => {
            let is_image =
                rest.get(..6).is_some_and(|kind| kind.eq_ignore_ascii_case("image/")) || rest.get(..5).is_some_and(|kind| kind.eq_ignore_ascii_case("font/"));
            Some(if is_image && address.len() <= MOST_DATA_BYTES { address.clone() } else { "data:,".to_owned() })
        }
        Some((scheme, _)) if scheme == "http" || scheme == "https" => Some(redact(address.split(['?', '#']).next().unwrap_or_default()).into_owned()),
        Some(_) => None,
        None => Some(redact(address.split(['?', '#']).next().unwrap_or_default()).into_owned()),
    }
}

/// Browsers read past blanks and control characters in an address.
fn trimmed(address: &str) -> String {
    address.chars().filter(|letter| !letter.is_control()).collect::<String>().trim().to_owned()
}

fn split_scheme(address: &str) -> Option<(String, &str)> {
    let (scheme, rest) = address.split_once(':')?;
    let is_scheme = scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'));
    is_scheme.then(|| (scheme.to_ascii_lowercase(), rest))
}

fn split_query(rest: &str) -> (&str, String) {
    let without_fragment = rest.split('#').next().unwrap_or_default();
    let Some((path, query)) = without_fragment.split_once('?') else { return (without_fragment, String::new()) };
    let kept: Vec<String> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| is_kept(name))
        .map(|(name, value)| {
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            format!("{}={}", encode(&name), encode(&redact(&value)))
        })
        .collect();
    (path, if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) })
}

fn is_kept(parameter: &str) -> bool {
    let is_campaign =
        parameter.strip_prefix("utm_").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
    is_campaign || matches!(parameter, "page" | "sort" | "order" | "tab" | "lang")
}

/// `:id` in the place of e-mail addresses, long numbers, and what looks made by a machine.
pub(super) fn path_form(path: &str, keeps_ids: bool) -> String {
    if keeps_ids {
        return redact(path).into_owned();
    }
    path.split('/').map(segment_form).collect::<Vec<_>>().join("/")
}

fn segment_form(segment: &str) -> String {
    if segment.contains('@') || segment.contains("%40") {
        return ":id".to_owned();
    }
    let mut out = String::new();
    let mut kept = 0;
    for run in word_runs(segment) {
        if run.start < kept {
            continue;
        }
        let word = &segment[run.clone()];
        out.push_str(&segment[kept..run.start]);
        let is_made = word.len() >= 20 && word.bytes().any(|byte| byte.is_ascii_digit()) && word.bytes().any(|byte| byte.is_ascii_alphabetic());
        if is_made {
            out.push_str(":id");
            kept = with_dotted_tail(segment, run.end);
        } else {
            out.push_str(&word_form(word));
            kept = run.end;
        }
    }
    out.push_str(&segment[kept..]);
    out
}

/// Twelve hexadecimal digits or more, one of them a digit; five digits or more.
fn word_form(word: &str) -> String {
    let bytes = word.as_bytes();
    let run = |from: usize, is_in: &dyn Fn(u8) -> bool| bytes[from..].iter().take_while(|byte| is_in(**byte)).count();
    let mut out = String::new();
    let mut at = 0;
    while at < bytes.len() {
        let hexadecimal = run(at, &|byte| byte.is_ascii_hexdigit());
        if hexadecimal >= 12 && bytes[at..at + hexadecimal].iter().any(u8::is_ascii_digit) {
            out.push_str(":id");
            at += hexadecimal;
            continue;
        }
        let digits = run(at, &|byte| byte.is_ascii_digit());
        if digits >= 5 {
            out.push_str(":id");
            at += digits;
            continue;
        }
        out.push(bytes[at] as char);
        at += 1;
    }
    out
}
