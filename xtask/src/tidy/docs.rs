//! Rules about the Markdown files.

use super::tree::{File, Tree};

/// What a protocol's page must say.
const PROTOCOL_HEADINGS: &[&str] = &[
    "## Messages",
    "## Who learns what",
    "## Assumptions",
    "## Cost",
    "## Departures",
];

/// Finds links to files that aren't there.
pub(super) fn links(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for file in tree.ending(".md") {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in prose(file) {
            for target in targets(line) {
                let Some(path) = resolve(folder, target) else {
                    findings.push(format!(
                        "{}:{number}: {target} leaves the repository",
                        file.path
                    ));
                    continue;
                };
                if !tree.contains(&path) {
                    findings.push(format!("{}:{number}: {target} leads nowhere", file.path));
                }
            }
        }
    }
    findings
}

/// Finds headings and code that one language of the README has and the other has not.
pub(super) fn readme_twins(tree: &Tree) -> Vec<String> {
    let (Some(english), Some(chinese)) = (tree.file("README.md"), tree.file("README.zh-CN.md"))
    else {
        return vec!["README.md or README.zh-CN.md is missing".to_owned()];
    };
    let mut findings = Vec::new();
    let levels = |file| {
        headings(file)
            .map(|heading| heading.find(' '))
            .collect::<Vec<_>>()
    };
    if levels(english) != levels(chinese) {
        findings.push("the README's headings differ between the languages".to_owned());
    }
    let (ours, theirs) = (blocks(english), blocks(chinese));
    if ours.len() != theirs.len() {
        let counts = (ours.len(), theirs.len());
        findings.push(format!(
            "{} code blocks in English, {} in Chinese",
            counts.0, counts.1
        ));
    }
    for (position, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        if ours != theirs {
            findings.push(format!(
                "code block {} differs between the languages",
                position + 1
            ));
        }
    }
    findings
}

/// Finds pages of protocols that lack a part.
pub(super) fn protocol_pages(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    let pages = tree.ending(".md").filter(|file| {
        file.path.starts_with("docs/protocols/") && !file.path.ends_with("/README.md")
    });
    for page in pages {
        for wanted in PROTOCOL_HEADINGS {
            if !headings(page).any(|heading| heading == *wanted) {
                findings.push(format!("{}: no heading \"{wanted}\"", page.path));
            }
        }
    }
    findings
}

/// Lines outside fenced code, with their numbers.
fn prose(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    file.lines().filter(move |(_, line)| {
        let fence = is_fence(line);
        fenced ^= fence;
        !fenced && !fence
    })
}

fn headings(file: &File) -> impl Iterator<Item = &str> {
    prose(file)
        .map(|(_, line)| line)
        .filter(|line| line.starts_with('#'))
}

/// The fenced blocks of code, with the line that opens each.
fn blocks(file: &File) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in file.text.lines() {
        match (&mut open, is_fence(line)) {
            (None, true) => open = Some(format!("{}\n", line.trim())),
            (Some(_), true) => blocks.extend(open.take()),
            (Some(block), false) => block.extend([line, "\n"]),
            (None, false) => {}
        }
    }
    blocks
}

fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

/// The targets of a line's links that lie in the repository.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let (target, _) = rest.split_once(')')?;
        let (path, _) = target.split_once('#').unwrap_or((target, ""));
        let elsewhere = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
        (!elsewhere).then_some(path)
    })
}

/// Follows a link from a folder; none where it leaves the repository.
fn resolve(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{super::tree::tree_of, *};

    #[test]
    fn a_dead_link_is_found() {
        let text = "[a](../SECURITY.md#scope) [b](gone.md) [c](https://example.org) [d](#here)\n\
                    [e](../../secret)\n```\n[f](gone.md)\n```\n";
        let tree = tree_of(&[("docs/glossary.md", text), ("SECURITY.md", "")]);
        let expected = [
            "docs/glossary.md:1: gone.md leads nowhere",
            "docs/glossary.md:2: ../../secret leaves the repository",
        ];
        assert_eq!(links(&tree), expected);
    }

    #[test]
    fn languages_that_drift_apart_are_found() {
        let english = "# Consilium\n## Start\n```sh\ncargo run\n```\n";
        let alike = "# 会诊\n## 开始\n```sh\ncargo run\n```\n";
        let tree = tree_of(&[("README.md", english), ("README.zh-CN.md", alike)]);
        assert_eq!(readme_twins(&tree), Vec::<String>::new());

        let other = "# 会诊\n### 开始\n```sh\ncargo test\n```\n```\n```\n";
        let tree = tree_of(&[("README.md", english), ("README.zh-CN.md", other)]);
        assert_eq!(readme_twins(&tree).len(), 3);

        assert_eq!(readme_twins(&tree_of(&[("README.md", english)])).len(), 1);
    }

    #[test]
    fn an_incomplete_protocol_page_is_found() {
        let whole = PROTOCOL_HEADINGS.join("\n\n");
        let part = whole.replace("## Cost", "## Costs");
        let tree = tree_of(&[
            ("docs/protocols/README.md", ""),
            ("docs/protocols/secagg.md", &whole),
            ("docs/protocols/psi.md", &part),
        ]);
        assert_eq!(
            protocol_pages(&tree),
            ["docs/protocols/psi.md: no heading \"## Cost\""]
        );
    }
}
