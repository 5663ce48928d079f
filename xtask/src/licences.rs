//! Writes the lists of crates in the programs, with their licences, that `consilium licences` and
//! `consilium-sql --licences` print.

use std::{collections::BTreeSet, fs};

use anyhow::Context as _;

use crate::run::cargo_output;

/// The programs, and where the list of each stands, from the root.
const PROGRAMS: [(&str, &str); 2] = [
    ("consilium", "cli/src/licences/crates.txt"),
    ("consilium-sql", "sql/src/licences.txt"),
];

/// A program's list.
#[derive(Debug)]
pub(crate) struct List {
    /// Where it stands, from the root.
    pub(crate) file: &'static str,
    pub(crate) text: String,
}

/// The platform whose program is looked at: elsewhere a few crates differ, and no licence.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// Writes the lists anew.
pub(crate) fn run() -> anyhow::Result<bool> {
    for List { file, text } in current()? {
        fs::write(file, text).with_context(|| format!("writing {file}"))?;
    }
    Ok(true)
}

/// Gives the lists as they should be: what is linked into a program, neither macros nor build tools.
pub(crate) fn current() -> anyhow::Result<Vec<List>> {
    let list = |(package, file)| {
        let text = linked(package)?;
        Ok(List { file, text })
    };
    PROGRAMS.into_iter().map(list).collect()
}

fn linked(package: &str) -> anyhow::Result<String> {
    let tree = cargo_output([
        "tree",
        "--package",
        package,
        "--edges=normal,no-proc-macro",
        "--prefix=none",
        "--format={p}|{l}",
        "--target",
        PLATFORM,
    ])?;
    list(&tree).context("cargo tree has not the expected shape")
}

/// Makes a line `name version: licence` of each crate that is not ours.
fn list(tree: &str) -> Option<String> {
    let mut lines = BTreeSet::new();
    for line in tree.lines() {
        let (package, licence) = line.split_once('|')?;
        let (name, version) = package.split_once(" v")?;
        // A folder behind the version is this repository's.
        if version.contains(' ') {
            continue;
        }
        let licence = licence.trim_end_matches(" (*)").replace('/', " OR ");
        let licence = licence.split_whitespace().collect::<Vec<_>>().join(" ");
        lines.insert(format!("{name} {version}: {licence}\n"));
    }
    Some(lines.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_crate_of_others_is_listed_once() {
        let tree = "consilium v0.1.0 (/checkout/cli)|Apache-2.0\n\
                    tfhe v1.8.2|BSD-3-Clause-Clear\n\
                    aes v0.9.4|MIT/Apache-2.0\n\
                    aes v0.9.4|MIT/Apache-2.0 (*)\n";
        let expected = "aes 0.9.4: MIT OR Apache-2.0\ntfhe 1.8.2: BSD-3-Clause-Clear\n";
        assert_eq!(list(tree).as_deref(), Some(expected));
    }
}
