//! The dependency graph, as `cargo metadata` tells it.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::Value;

use crate::run::cargo_output;

/// The platform whose graph is checked.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// Packages and what they depend on.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) packages: Vec<Package>,
}

/// One package, ours or another's.
#[derive(Debug, Default)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) licence: String,
    /// Where the package comes from; none for those of this repository.
    pub(super) source: Option<String>,
    /// The folder of a package of this repository, from the root.
    pub(super) folder: Option<String>,
    /// Positions of the packages it may be built with: normal and build dependencies.
    pub(super) needs: Vec<usize>,
    /// Whether it is built at all, for tests only not counting.
    pub(super) built: bool,
}

impl Graph {
    pub(super) fn read() -> anyhow::Result<Self> {
        let metadata = cargo_output([
            "metadata",
            "--format-version=1",
            "--filter-platform",
            PLATFORM,
        ])?;
        let metadata = serde_json::from_str(&metadata).context("parsing cargo metadata")?;
        // The metadata hold optional dependencies that nobody asks for; the tree does not.
        let tree = cargo_output([
            "tree",
            "--workspace",
            "--edges=normal,build",
            "--prefix=none",
        ])?;
        Self::parse(&metadata, &tree).context("cargo metadata has not the expected shape")
    }

    fn parse(metadata: &Value, tree: &str) -> Option<Self> {
        let root = metadata["workspace_root"].as_str()?;
        let listed = metadata["packages"].as_array()?;
        let mut positions = BTreeMap::new();
        for (position, package) in listed.iter().enumerate() {
            positions.insert(package["id"].as_str()?, position);
        }
        let mut packages = listed
            .iter()
            .map(|package| Package::parse(package, root))
            .collect::<Option<Vec<_>>>()?;
        for line in tree.lines() {
            let (name, rest) = line.split_once(" v").unwrap_or((line, ""));
            let version = rest.split(' ').next();
            for package in &mut packages {
                package.built |= package.name == name && Some(package.version.as_str()) == version;
            }
        }
        for node in metadata["resolve"]["nodes"].as_array()? {
            let of = packages.get_mut(*positions.get(node["id"].as_str()?)?)?;
            for dependency in node["deps"].as_array()? {
                let kinds = dependency["dep_kinds"].as_array()?;
                if kinds.iter().any(|kind| kind["kind"] != "dev") {
                    of.needs.push(*positions.get(dependency["pkg"].as_str()?)?);
                }
            }
        }
        Some(Self { packages })
    }

    /// Packages of this repository with their folders.
    pub(super) fn ours(&self) -> impl Iterator<Item = (&Package, &str)> {
        self.packages
            .iter()
            .filter_map(|package| Some((package, package.folder.as_deref()?)))
    }

    /// What a package depends on directly.
    pub(super) fn needs<'a>(&'a self, package: &'a Package) -> impl Iterator<Item = &'a Package> {
        package
            .needs
            .iter()
            .filter_map(|&position| self.packages.get(position))
    }

    /// Everything that a package reaches, itself among it.
    pub(super) fn reachable<'a>(&'a self, from: &'a Package) -> Vec<&'a Package> {
        let mut reached: Vec<&Package> = Vec::new();
        let mut waiting = vec![from];
        while let Some(package) = waiting.pop() {
            if !reached.iter().any(|known| std::ptr::eq(*known, package)) {
                reached.push(package);
                waiting.extend(self.needs(package));
            }
        }
        reached
    }

    /// What is built, by name and version; what only tests need is not among it.
    pub(super) fn built(&self) -> Vec<&Package> {
        let mut built: Vec<_> = self
            .packages
            .iter()
            .filter(|package| package.built)
            .collect();
        built.sort_by_key(|package| (&package.name, &package.version));
        built
    }
}

impl Package {
    fn parse(package: &Value, root: &str) -> Option<Self> {
        let text = |key: &str| package[key].as_str().map(str::to_owned);
        let source = text("source");
        let folder = || {
            let manifest = package["manifest_path"].as_str()?;
            Some(
                manifest
                    .strip_prefix(root)?
                    .strip_suffix("/Cargo.toml")?
                    .trim_matches('/')
                    .to_owned(),
            )
        };
        Some(Self {
            name: text("name")?,
            version: text("version")?,
            licence: text("license").unwrap_or_default(),
            folder: if source.is_none() {
                Some(folder()?)
            } else {
                None
            },
            source,
            ..Self::default()
        })
    }
}

/// Makes a graph of packages (name or name@version, folder of ours or "", names needed).
#[cfg(test)]
pub(super) fn graph_of(packages: &[(&str, &str, &[&str])]) -> Graph {
    let position = |needed: &&str| {
        packages
            .iter()
            .position(|(name, ..)| name == needed)
            .expect("a package of the test")
    };
    let package = |&(name, folder, needs): &(&str, &str, &[&str])| {
        let (name, version) = name.split_once('@').unwrap_or((name, "1.0.0"));
        Package {
            name: name.to_owned(),
            version: version.to_owned(),
            licence: "MIT".to_owned(),
            source: folder
                .is_empty()
                .then(|| super::supply::CRATES_IO.to_owned()),
            folder: (!folder.is_empty()).then(|| folder.to_owned()),
            needs: needs.iter().map(position).collect(),
            built: true,
        }
    };
    Graph {
        packages: packages.iter().map(package).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_built_is_left_out() {
        let metadata = json!({
            "workspace_root": "/checkout",
            "packages": [
                { "id": "a", "name": "consilium-psi", "version": "0.1.0", "license": "Apache-2.0",
                  "source": null, "manifest_path": "/checkout/crypto/psi/Cargo.toml" },
                { "id": "b", "name": "sha2", "version": "0.11.0", "license": "MIT",
                  "source": "registry+https://example.org", "manifest_path": "/r/sha2/Cargo.toml" },
                { "id": "c", "name": "proptest", "version": "1.0.0", "license": "MIT",
                  "source": "registry+https://example.org", "manifest_path": "/r/p/Cargo.toml" },
            ],
            "resolve": { "nodes": [{ "id": "a", "deps": [
                { "pkg": "b", "dep_kinds": [{ "kind": null }, { "kind": "dev" }] },
                { "pkg": "c", "dep_kinds": [{ "kind": "dev" }] },
            ]}]},
        });
        let tree = "consilium-psi v0.1.0 (/checkout/crypto/psi)\nsha2 v0.11.0\nsha2 v0.11.0 (*)\n";
        let graph = Graph::parse(&metadata, tree).expect("metadata in shape");
        let names: Vec<_> = graph
            .built()
            .iter()
            .map(|package| package.name.as_str())
            .collect();
        assert_eq!(names, ["consilium-psi", "sha2"]);
        assert_eq!(graph.packages[0].needs, [1], "what tests need is no need");
        let (_, folder) = graph.ours().next().expect("one of ours");
        assert_eq!(folder, "crypto/psi");
    }
}
