use super::{paths_in_backticks, relative_links};

#[test]
fn paths_in_backticks_are_those_of_the_repository() {
    let cases: [(&str, &[&str]); 6] = [
        ("see `crates/event/src/lib.rs`.", &["crates/event/src/lib.rs"]),
        ("`serde` and `make demo` are no paths, `docs/ops/` is", &["docs/ops"]),
        ("one file for each: `crates/behavior/src/<kind>.rs`", &["crates/behavior/src"]),
        ("`docs/guide/{en,fr}/trend.md`", &["docs/guide"]),
        ("`cases/run.py --help` is a command", &[]),
        ("`Cargo.toml`, and `crates/api`", &["Cargo.toml", "crates/api"]),
    ];
    for (text, expected) in cases {
        assert_eq!(paths_in_backticks(text), expected, "{text}");
    }
}

#[test]
fn links_are_relative_ones_without_their_anchor() {
    let text = "[a](docs/a.md) [b](https://example.org/b) [c](../c.md#part) [d](#here) [e](mailto:x@example.org)";
    assert_eq!(relative_links(text), ["docs/a.md", "../c.md"]);
}
