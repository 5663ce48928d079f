//! Checks the conventions that no compiler knows.
//!
//! Each rule is a function from what it looks at to its findings, one sentence each, and has a
//! test that shows it a violation.

mod docs;
mod graph;
mod layers;
mod manifests;
mod sources;
mod spdx;
mod supply;
mod tree;

use crate::{licences, run::Tally};
use graph::Graph;
use supply::Lists;
use tree::Tree;

/// Everything that a rule may look at.
struct Repository {
    tree: Tree,
    graph: Graph,
    lists: Lists,
    /// The lists of the programs' crates as they should be.
    shipped: Vec<licences::List>,
}

type Rule = (&'static str, fn(&Repository) -> Vec<String>);

const RULES: &[Rule] = &[
    ("dependencies point one way", |r| layers::one_way(&r.graph)),
    ("the coordinator can't read a row", |r| {
        layers::coordinator_reads_no_row(&r.graph)
    }),
    ("rows are read by participants and the lab only", |r| {
        layers::rows_stay_home(&r.graph)
    }),
    (
        "servers and command lines stay in node and the binaries",
        |r| layers::edges_only(&r.graph),
    ),
    ("no duplicate versions", |r| {
        supply::duplicates(&r.graph, &r.lists)
    }),
    ("no banned crate", |r| supply::banned(&r.graph, &r.lists)),
    ("no unlisted licence", |r| {
        supply::licences(&r.graph, &r.lists)
    }),
    ("no unknown source", |r| supply::sources(&r.graph)),
    ("the program tells the licences of its crates", |r| {
        supply::told(&r.tree, &r.shipped)
    }),
    ("crates take lints and versions from the root", |r| {
        manifests::inherit(&r.graph, &r.tree)
    }),
    ("the lock file is committed", |r| tree::lock_file(&r.tree)),
    ("modules are name.rs", |r| sources::no_mod_rs(&r.tree)),
    ("files stay short", |r| sources::short(&r.tree)),
    ("unsafe stays in simd", |r| sources::safe(&r.tree)),
    ("nothing ambient below the binaries", |r| {
        sources::nothing_ambient(&r.tree)
    }),
    ("only slow tests are ignored", |r| {
        sources::only_slow_is_ignored(&r.tree)
    }),
    ("test names are sentences", |r| sources::sentences(&r.tree)),
    ("open ends have a number", |r| {
        sources::numbered_open_ends(&r.tree)
    }),
    ("no paths of somebody's machine", |r| {
        sources::no_machine_paths(&r.tree)
    }),
    ("links lead somewhere", |r| docs::links(&r.tree)),
    ("both languages of the README agree", |r| {
        docs::readme_twins(&r.tree)
    }),
    ("protocol pages are complete", |r| {
        docs::protocol_pages(&r.tree)
    }),
];

/// Checks every rule and prints what is found.
pub(crate) fn run() -> anyhow::Result<Tally> {
    let repository = Repository {
        tree: Tree::read()?,
        graph: Graph::read()?,
        lists: Lists::read()?,
        shipped: licences::current()?,
    };
    let mut total = Tally::default();
    for (name, check) in RULES {
        let findings = check(&repository);
        total += Tally::of(findings.is_empty());
        if findings.is_empty() {
            println!("ok      {name}");
            continue;
        }
        println!("FAILED  {name}");
        for finding in findings {
            println!("        {finding}");
        }
    }
    Ok(total)
}
