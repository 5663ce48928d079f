//! What others wrote and we build on: versions, bans, licences, sources.
//!
//! The lists are those of `deny.toml`.

use std::fs;

use anyhow::Context as _;
use toml::{Table, Value};

use super::{
    graph::{Graph, Package},
    spdx,
    tree::Tree,
};
use crate::licences::List;

pub(super) const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What `deny.toml` allows and forbids.
#[derive(Debug, Default)]
pub(super) struct Lists {
    licences: Vec<String>,
    /// Crates with the licences allowed to them only.
    exceptions: Vec<(String, Vec<String>)>,
    banned: Vec<(String, String)>,
    /// Crates and the beginnings of the versions that may stand beside a newer one.
    twice: Vec<(String, String)>,
}

impl Lists {
    pub(super) fn read() -> anyhow::Result<Self> {
        let text = fs::read_to_string("deny.toml").context("reading deny.toml")?;
        Self::parse(&text.parse().context("parsing deny.toml")?)
            .context("deny.toml has not the expected shape")
    }

    fn parse(table: &Table) -> Option<Self> {
        let list = |section: &str, key: &str| table.get(section)?.get(key)?.as_array();
        let mut lists = Self {
            licences: texts(list("licenses", "allow")?)?,
            ..Self::default()
        };
        for entry in list("licenses", "exceptions")? {
            let allowed = texts(entry.get("allow")?.as_array()?)?;
            lists.exceptions.push((text(entry, "crate")?, allowed));
        }
        for entry in list("bans", "deny")? {
            lists
                .banned
                .push((text(entry, "crate")?, text(entry, "reason")?));
        }
        for entry in list("bans", "skip")? {
            text(entry, "reason")?;
            let (name, version) = entry.get("crate")?.as_str()?.split_once('@')?;
            lists.twice.push((name.to_owned(), version.to_owned()));
        }
        Some(lists)
    }

    fn allows(&self, licence: &str, package: &Package) -> bool {
        let exception = self
            .exceptions
            .iter()
            .find(|(name, _)| *name == package.name);
        self.licences
            .iter()
            .chain(exception.into_iter().flat_map(|(_, more)| more))
            .any(|l| l == licence)
    }
}

fn text(entry: &Value, key: &str) -> Option<String> {
    entry.get(key)?.as_str().map(str::to_owned)
}

fn texts(array: &[Value]) -> Option<Vec<String>> {
    array
        .iter()
        .map(|value| value.as_str().map(str::to_owned))
        .collect()
}

/// Finds crates built in more than one version, and exceptions that are out of date.
pub(super) fn duplicates(graph: &Graph, lists: &Lists) -> Vec<String> {
    let built = graph.built();
    let mut unused: Vec<_> = lists.twice.iter().collect();
    let mut last: Option<&Package> = None;
    let mut findings = Vec::new();
    for package in built {
        let excepted = unused.iter().position(|(name, version)| {
            *name == package.name
                && package
                    .version
                    .strip_prefix(version)
                    .is_some_and(|rest| rest.starts_with('.'))
        });
        if let Some(position) = excepted {
            unused.remove(position);
            continue;
        }
        if let Some(last) = last
            .replace(package)
            .filter(|last| last.name == package.name)
        {
            let (name, first, second) = (&package.name, &last.version, &package.version);
            findings.push(format!("{name} is built in versions {first} and {second}"));
        }
    }
    for (name, version) in unused {
        findings.push(format!(
            "deny.toml skips {name}@{version}, which is not built"
        ));
    }
    findings
}

/// Finds crates that were decided against.
pub(super) fn banned(graph: &Graph, lists: &Lists) -> Vec<String> {
    let mut findings = Vec::new();
    for package in graph.built() {
        for (name, reason) in lists
            .banned
            .iter()
            .filter(|(name, _)| *name == package.name)
        {
            findings.push(format!("{name} is banned: {reason}"));
        }
    }
    findings
}

/// Finds crates under licences that are not listed.
pub(super) fn licences(graph: &Graph, lists: &Lists) -> Vec<String> {
    let mut findings = Vec::new();
    for package in graph.built() {
        let (name, licence) = (&package.name, &package.licence);
        match spdx::satisfied(licence, |licence| lists.allows(licence, package)) {
            Some(true) => {}
            Some(false) => findings.push(format!("{name} is under {licence}, which is not listed")),
            None => findings.push(format!(
                "{name} has no licence that can be read: {licence:?}"
            )),
        }
    }
    findings
}

/// Finds crates that come from elsewhere than the registry and this repository.
pub(super) fn sources(graph: &Graph) -> Vec<String> {
    let foreign = |source: &&String| source.as_str() != CRATES_IO;
    let finding = |package: &Package| {
        let source = package.source.as_ref().filter(foreign)?;
        Some(format!("{} comes from {source}", package.name))
    };
    graph.packages.iter().filter_map(finding).collect()
}

/// Finds lists of programs' crates and licences that are out of date.
pub(super) fn told(tree: &Tree, shipped: &[List]) -> Vec<String> {
    let stale = |list: &&List| {
        tree.file(list.file)
            .is_none_or(|file| file.text != list.text)
    };
    let told = |list: &List| {
        let file = list.file;
        format!("{file} is out of date; `cargo xtask licences` writes it")
    };
    shipped.iter().filter(stale).map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{graph::graph_of, tree::tree_of},
        *,
    };

    fn lists() -> Lists {
        let table = r#"
            [licenses]
            allow = ["MIT"]
            exceptions = [{ crate = "tfhe", allow = ["BSD-3-Clause-Clear"] }]
            [bans]
            deny = [{ crate = "openssl", reason = "TLS is rustls" }]
            skip = [{ crate = "syn@2", reason = "macros" }]
        "#;
        Lists::parse(&table.parse().expect("TOML")).expect("lists in shape")
    }

    #[test]
    fn a_second_version_is_found() {
        let graph = graph_of(&[
            (
                "consilium",
                "cli",
                &["rand@0.9.1", "rand@0.10.0", "syn@2.0.1", "syn@3.0.0"],
            ),
            ("rand@0.9.1", "", &[]),
            ("rand@0.10.0", "", &[]),
            ("syn@2.0.1", "", &[]),
            ("syn@3.0.0", "", &[]),
        ]);
        let findings = duplicates(&graph, &lists());
        assert_eq!(findings, ["rand is built in versions 0.10.0 and 0.9.1"]);
    }

    #[test]
    fn an_exception_that_nobody_needs_is_found() {
        let graph = graph_of(&[
            ("consilium", "cli", &["syn@20.0.0"]),
            ("syn@20.0.0", "", &[]),
        ]);
        assert_eq!(
            duplicates(&graph, &lists()),
            ["deny.toml skips syn@2, which is not built"]
        );
    }

    #[test]
    fn a_banned_crate_is_found_with_the_reason() {
        let graph = graph_of(&[("consilium", "cli", &["openssl"]), ("openssl", "", &[])]);
        assert_eq!(
            banned(&graph, &lists()),
            ["openssl is banned: TLS is rustls"]
        );
    }

    #[test]
    fn an_exceptional_licence_holds_for_its_crate_only() {
        let mut graph = graph_of(&[
            ("consilium", "cli", &["tfhe", "other"]),
            ("tfhe", "", &[]),
            ("other", "", &[]),
        ]);
        for package in &mut graph.packages {
            if package.folder.is_none() {
                "BSD-3-Clause-Clear".clone_into(&mut package.licence);
            }
        }
        assert_eq!(
            licences(&graph, &lists()),
            ["other is under BSD-3-Clause-Clear, which is not listed"]
        );
    }

    #[test]
    fn a_missing_licence_is_found() {
        let mut graph = graph_of(&[("consilium", "cli", &[])]);
        graph.packages[0].licence.clear();
        assert_eq!(licences(&graph, &lists()).len(), 1);
    }

    #[test]
    fn a_crate_from_a_branch_is_found() {
        let mut graph = graph_of(&[("consilium", "cli", &["patched"]), ("patched", "", &[])]);
        graph.packages[1].source = Some("git+https://example.org/patched".to_owned());
        assert_eq!(
            sources(&graph),
            ["patched comes from git+https://example.org/patched"]
        );
    }

    #[test]
    fn a_list_that_lacks_a_crate_is_found() {
        let file = "cli/src/licences/crates.txt";
        let tree = tree_of(&[(file, "aes 0.9.4: MIT\n")]);
        let told = |tree: &Tree, text: &str| {
            let text = text.to_owned();
            super::told(tree, &[List { file, text }])
        };
        assert_eq!(told(&tree, "aes 0.9.4: MIT\n"), Vec::<String>::new());
        assert_eq!(told(&tree, "aes 0.9.4: MIT\nctr 0.10.0: MIT\n").len(), 1);
        assert_eq!(told(&tree_of(&[]), "").len(), 1);
    }
}
