//! What every manifest takes from the root's.

use toml::{Table, Value};

use super::{graph::Graph, tree::Tree};

/// Finds crates that set lints, package keys or dependency versions by themselves.
pub(super) fn inherit(graph: &Graph, tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for (package, folder) in graph.ours() {
        let path = format!("{folder}/Cargo.toml");
        let Some(manifest) = tree
            .file(&path)
            .and_then(|file| file.text.parse::<Table>().ok())
        else {
            findings.push(format!(
                "the manifest of {} is not among the files",
                package.name
            ));
            continue;
        };
        findings.extend(
            own_ways(&manifest)
                .into_iter()
                .map(|what| format!("{path}: {what}")),
        );
    }
    findings
}

fn own_ways(manifest: &Table) -> Vec<String> {
    let mut findings = Vec::new();
    if !manifest.get("lints").is_some_and(inherited) {
        findings.push("[lints] is not the workspace's".to_owned());
    }
    for key in ["version", "edition", "rust-version", "license", "publish"] {
        if !manifest
            .get("package")
            .and_then(|package| package.get(key))
            .is_some_and(inherited)
        {
            findings.push(format!("package.{key} is not the workspace's"));
        }
    }
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let dependencies = manifest.get(section).and_then(Value::as_table);
        for (name, dependency) in dependencies.into_iter().flatten() {
            if !inherited(dependency) {
                findings.push(format!("{section}.{name} is not the workspace's"));
            }
        }
    }
    findings
}

fn inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [package]
        name = "consilium-psi"
        version.workspace = true
        edition.workspace = true
        rust-version.workspace = true
        license.workspace = true
        publish.workspace = true
        [lints]
        workspace = true
        [dependencies]
        tokio = { workspace = true, features = ["test-util"] }
    "#;

    fn findings(manifest: &str) -> Vec<String> {
        own_ways(&manifest.parse().expect("TOML"))
    }

    #[test]
    fn a_manifest_that_inherits_is_left_alone() {
        assert_eq!(findings(GOOD), Vec::<String>::new());
    }

    #[test]
    fn lints_of_ones_own_are_found() {
        let own = GOOD.replace("[lints]\n        workspace = true", "[lints.rust]");
        assert_eq!(findings(&own), ["[lints] is not the workspace's"]);
    }

    #[test]
    fn a_version_of_ones_own_is_found() {
        let own = GOOD.to_owned() + "sha2 = \"0.11\"";
        assert_eq!(findings(&own), ["dependencies.sha2 is not the workspace's"]);
    }
}
