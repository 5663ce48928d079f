//! Which crate may depend on which.

use super::graph::{Graph, Package};

/// Layers from the ground up, each with its folders: a crate depends on lower layers only.
const LAYERS: &[&[&str]] = &[
    &["proto"],
    &["crypto/base", "platform/mailbox", "platform/schema"],
    &["platform/preparation"],
    &["platform/data"],
    &["crypto/*", "platform/journal"],
    &["models/evaluation"],
    &["align/*", "models/*", "trust", "trust/*"],
    &["align/fitting", "trust/value"],
    &["platform/plan"],
    &["platform/mapping", "platform/node", "platform/store"],
    &["trust/quality"],
    &[
        "coordinator",
        "participant",
        "lab",
        "cli",
        "sql",
        "fuzz",
        "tests",
        "xtask",
    ],
];

/// The layer of the binaries, which may depend on each other.
const BINARIES: usize = LAYERS.len() - 1;

/// What may read rows.
const ROW_READERS: &[&str] = &[
    "platform/mapping",
    "trust/quality",
    "participant",
    "lab",
    "cli",
    "sql",
    "fuzz",
    "tests",
];

/// Crates that belong where the program meets the world, and their families.
const EDGE_CRATES: &[&str] = &["tonic", "axum", "clap"];

/// Finds dependencies that don't point downwards.
pub(super) fn one_way(graph: &Graph) -> Vec<String> {
    let mut findings = Vec::new();
    for (package, folder) in graph.ours() {
        let Some(layer) = layer(folder) else {
            findings.push(format!(
                "{folder} has no layer: give it one in xtask/src/tidy/layers.rs"
            ));
            continue;
        };
        for needed in graph.needs(package) {
            let Some(below) = needed.folder.as_deref().and_then(self::layer) else {
                continue;
            };
            if below >= layer && layer != BINARIES {
                findings.push(format!(
                    "{} may not depend on {}",
                    package.name, needed.name
                ));
            }
        }
    }
    findings
}

/// Finds a way from the coordinator to the rows.
pub(super) fn coordinator_reads_no_row(graph: &Graph) -> Vec<String> {
    graph
        .ours()
        .filter(|(_, folder)| *folder == "coordinator")
        .flat_map(|(coordinator, _)| graph.reachable(coordinator))
        .filter(|package| package.folder.as_deref() == Some("platform/data"))
        .map(|package| format!("the coordinator reaches {}", package.name))
        .collect()
}

/// Finds readers of rows other than those meant to read them.
pub(super) fn rows_stay_home(graph: &Graph) -> Vec<String> {
    direct(
        graph,
        |folder| ROW_READERS.contains(&folder),
        |needed| needed.folder.as_deref() == Some("platform/data"),
    )
}

/// Finds servers and command lines below the node.
pub(super) fn edges_only(graph: &Graph) -> Vec<String> {
    let at_the_edge = |folder: &str| folder == "platform/node" || layer(folder) == Some(BINARIES);
    direct(graph, at_the_edge, |needed| {
        let family = needed.name.split('-').next().unwrap_or_default();
        needed.folder.is_none() && EDGE_CRATES.contains(&family)
    })
}

/// Finds our crates that need directly what only some folders may.
fn direct(
    graph: &Graph,
    allowed: impl Fn(&str) -> bool,
    guarded: impl Fn(&Package) -> bool,
) -> Vec<String> {
    let mut findings = Vec::new();
    for (package, _) in graph.ours().filter(|(_, folder)| !allowed(folder)) {
        for needed in graph.needs(package).filter(|needed| guarded(needed)) {
            findings.push(format!(
                "{} may not depend on {}",
                package.name, needed.name
            ));
        }
    }
    findings
}

/// Gives the layer of a folder, 0 at the ground; a folder named in full goes before a pattern.
pub(super) fn layer(folder: &str) -> Option<usize> {
    let of = |wanted: &str| LAYERS.iter().position(|folders| folders.contains(&wanted));
    let (family, _) = folder.split_once('/').unwrap_or((folder, ""));
    of(folder).or_else(|| of(&format!("{family}/*")))
}

/// Tells whether a file belongs to a crate below the node and the binaries.
pub(super) fn below_the_node(path: &str) -> bool {
    let mut parts = path.splitn(3, '/');
    let (first, second) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let layer = layer(first).or_else(|| layer(&format!("{first}/{second}")));
    let node = layer_of_node();
    layer.is_some_and(|layer| layer < node)
}

fn layer_of_node() -> usize {
    layer("platform/node").unwrap_or(BINARIES)
}

#[cfg(test)]
mod tests {
    use super::{super::graph::graph_of, *};

    #[test]
    fn siblings_under_crypto_are_kept_apart() {
        let graph = graph_of(&[
            (
                "consilium-psi",
                "crypto/psi",
                &["consilium-dp", "consilium-base"],
            ),
            ("consilium-dp", "crypto/dp", &["consilium-base"]),
            ("consilium-base", "crypto/base", &[]),
        ]);
        assert_eq!(
            one_way(&graph),
            ["consilium-psi may not depend on consilium-dp"]
        );
    }

    #[test]
    fn the_ground_does_not_depend_on_what_stands_on_it() {
        let graph = graph_of(&[
            ("consilium-mailbox", "platform/mailbox", &["consilium-glm"]),
            ("consilium-glm", "models/glm", &[]),
        ]);
        assert_eq!(
            one_way(&graph),
            ["consilium-mailbox may not depend on consilium-glm"]
        );
    }

    #[test]
    fn a_plan_may_speak_of_models_but_not_of_what_stores_it() {
        let graph = graph_of(&[
            (
                "consilium-plan",
                "platform/plan",
                &["consilium-glm", "consilium-store"],
            ),
            ("consilium-glm", "models/glm", &[]),
            ("consilium-store", "platform/store", &["consilium-journal"]),
            ("consilium-journal", "platform/journal", &[]),
        ]);
        assert_eq!(
            one_way(&graph),
            ["consilium-plan may not depend on consilium-store"]
        );
    }

    #[test]
    fn a_new_folder_asks_for_its_layer() {
        let findings = one_way(&graph_of(&[("consilium-new", "elsewhere", &[])]));
        assert!(
            findings[0].starts_with("elsewhere has no layer"),
            "{findings:?}"
        );
    }

    #[test]
    fn binaries_may_share_their_work() {
        let graph = graph_of(&[
            ("consilium", "cli", &["coordinator"]),
            ("coordinator", "coordinator", &[]),
        ]);
        assert_eq!(one_way(&graph), Vec::<String>::new());
    }

    #[test]
    fn a_detour_to_the_rows_is_found() {
        let graph = graph_of(&[
            ("consilium-coordinator", "coordinator", &["consilium-trust"]),
            ("consilium-trust", "trust", &["consilium-data"]),
            ("consilium-data", "platform/data", &[]),
        ]);
        assert_eq!(
            coordinator_reads_no_row(&graph),
            ["the coordinator reaches consilium-data"]
        );
        assert_eq!(
            rows_stay_home(&graph),
            ["consilium-trust may not depend on consilium-data"]
        );
    }

    #[test]
    fn a_server_in_a_model_is_found() {
        let graph = graph_of(&[
            ("consilium-glm", "models/glm", &["tonic-prost"]),
            ("consilium-node", "platform/node", &["tonic-prost"]),
            ("tonic-prost", "", &[]),
        ]);
        assert_eq!(
            edges_only(&graph),
            ["consilium-glm may not depend on tonic-prost"]
        );
    }

    #[test]
    fn files_know_whether_they_lie_below_the_node() {
        assert!(below_the_node("crypto/secagg/src/lib.rs"));
        assert!(below_the_node("proto/src/lib.rs"));
        assert!(below_the_node("platform/plan/src/lib.rs"));
        assert!(!below_the_node("platform/node/src/lib.rs"));
        assert!(!below_the_node("platform/store/src/lib.rs"));
        assert!(!below_the_node("cli/src/main.rs"));
        assert!(!below_the_node("docs/glossary.md"));
    }
}
