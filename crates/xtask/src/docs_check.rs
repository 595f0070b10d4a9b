//! The documentation names paths; this checks that they exist, so that the map stays true to the land.

#[cfg(test)]
mod tests;

use anyhow::{Context, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where a path in backticks has to begin to be taken for a path of this repository.
const ROOTS: [&str; 11] = ["crates/", "packages/", "contract/", "cases/", "bench/", "demo/", "docs/", "tests/", ".ci/", "Makefile", "Cargo.toml"];

pub(crate) fn run() -> anyhow::Result<()> {
    let root = repository()?;
    let mut pages = vec![root.join("README.md"), root.join("ARCHITECTURE.md"), root.join("CONTRIBUTING.md"), root.join("CHANGELOG.md")];
    markdown_below(&root.join("docs"), &mut pages)?;
    let mut faults = Vec::new();
    let mut n_paths = 0;
    for page in &pages {
        let text = std::fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
        let shown = page.strip_prefix(&root).unwrap_or(page).display();
        for path in paths_in_backticks(&text) {
            n_paths += 1;
            if !exists(&root, &path) {
                faults.push(format!("{shown}: names `{path}`, which does not exist"));
            }
        }
        for link in relative_links(&text) {
            n_paths += 1;
            let folder = page.parent().unwrap_or(&root);
            if !folder.join(&link).exists() {
                faults.push(format!("{shown}: links to {link}, which does not exist"));
            }
        }
    }
    faults.extend(crates_without_a_line(&root)?);
    faults.extend(guides_in_one_language(&root)?);
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    println_plain(&format!("docs: {} pages, {n_paths} paths and links, all there", pages.len()));
    Ok(())
}

/// This program is a command; its output is its result.
#[allow(clippy::print_stdout, reason = "the output of a command line program")]
pub(crate) fn println_plain(line: &str) {
    println!("{line}");
}

fn repository() -> anyhow::Result<PathBuf> {
    let here = std::env::current_dir()?;
    let root = here.ancestors().find(|folder| folder.join("ARCHITECTURE.md").exists() && folder.join("crates").exists());
    root.map(Path::to_path_buf).context("run this inside the repository")
}

fn markdown_below(folder: &Path, pages: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            markdown_below(&path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    Ok(())
}

/// What stands between backticks and begins like a path of ours; a placeholder (`<name>`, `{en,fr}`, `*`, `…`) stands for its folder.
fn paths_in_backticks(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| !code.contains(char::is_whitespace) && ROOTS.iter().any(|root| code.starts_with(root)))
        .map(|code| {
            let fixed = code.find(['<', '{', '*', '…', '$']).map_or(code, |at| code[..at].rsplit_once('/').map_or("", |(folder, _)| folder));
            fixed.trim_end_matches(['.', ',', ':', '/']).to_owned()
        })
        .filter(|path| !path.is_empty())
        .collect()
}

/// A path may name what a build makes; then the folder that it is made in has to exist.
fn exists(root: &Path, path: &str) -> bool {
    const MADE: [&str; 3] = ["bench/report.json", "bench/out", "packages/ui/dist"];
    MADE.contains(&path) || root.join(path).exists()
}

fn relative_links(text: &str) -> Vec<String> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(link, _)| link))
        .filter(|link| !link.contains("://") && !link.starts_with('#') && !link.starts_with("mailto:"))
        .map(|link| link.split('#').next().unwrap_or(link).to_owned())
        .collect()
}

/// Every crate has a line in ARCHITECTURE.md.
fn crates_without_a_line(root: &Path) -> anyhow::Result<Vec<String>> {
    let map = std::fs::read_to_string(root.join("ARCHITECTURE.md"))?;
    let mut faults = Vec::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !map.contains(&format!("`crates/{name}`")) {
            faults.push(format!("ARCHITECTURE.md: does not name `crates/{name}`"));
        }
    }
    Ok(faults)
}

fn guides_in_one_language(root: &Path) -> anyhow::Result<Vec<String>> {
    let names = |language: &str| -> anyhow::Result<BTreeSet<String>> {
        let folder = root.join("docs/guide").join(language);
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    };
    let (english, french) = (names("en")?, names("fr")?);
    Ok(english.symmetric_difference(&french).map(|name| format!("docs/guide: {name} is there in one language only")).collect())
}
