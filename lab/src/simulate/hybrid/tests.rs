use std::{
    collections::BTreeMap,
    ops::{ControlFlow, Range},
};

use consilium_gbdt::{Column, Cuts, Segment, Table, local};
use consilium_mailbox::sim::Link;
use consilium_plan::{Phase, Plan, Task, VerticalWork};

use super::*;
use crate::{Conditions, Rows, simulate};

/// Three hospitals, an insurer with the labels and a fund; nothing is kept back.
const PLAN: &str = r#"
title = "Three hospitals"
purpose = "research: tests"
kind = "train-hybrid-gbdt"
features = ["age", "ill"]
column = [{ name = "age", type = "integer", min = 0, max = 110 }, { name = "ill", type = "boolean" }]

[trees]
objective = "logistic"
trees = 4
growth = { depth-wise = { depth = 3 } }
min_node = 2

[vertical]
first_tree = "joint"
min_side = 1
min_gap = 1
min_node = 2

[hybrid]
min_hospitals = 2

[[party]]
name = "east"
data = "stays"
alignment = "0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e"

[[party]]
name = "north"
data = "stays"
alignment = "1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e"

[[party]]
name = "west"
data = "stays"
alignment = "2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e"

[[party]]
name = "insurer"
data = "claims"
features = ["claims"]
label = { column = "admitted" }
column = [{ name = "claims", type = "integer", min = 0, max = 30 }, { name = "admitted", type = "boolean" }]

[[party]]
name = "fund"
data = "payments"
features = ["paid"]
column = [{ name = "paid", type = "integer", min = 0, max = 30 }]
"#;

/// Rows of each hospital, in order of their names.
const ROWS: [usize; 3] = [120, 90, 150];

fn column(name: &str, rows: Range<usize>, value: impl Fn(usize) -> usize) -> Column {
    Column {
        name: name.to_owned(),
        values: rows.map(|row| value(row) as f64).collect(),
    }
}

#[tokio::test(start_paused = true)]
async fn the_trees_are_those_of_the_learner_that_has_all_rows() {
    let plan = Plan::from_toml(PLAN).expect("it is a plan");
    let all = 0..ROWS.iter().sum();
    let of_hospitals = |rows: Range<usize>| {
        let ages = column("age", rows.clone(), |row| row * 7 % 20);
        vec![ages, column("ill", rows, |row| row / 3 % 2)]
    };
    let claims = vec![column("claims", all.clone(), |row| row * 5 % 11)];
    let paid = vec![column("paid", all.clone(), |row| row * 3 % 13)];
    let is_admitted =
        |row: usize| row * 7 % 20 + 4 * (row / 3 % 2) + row * 5 % 11 + row * 3 % 13 > 24;
    let labels: Vec<f64> = all.clone().map(|row| f64::from(is_admitted(row))).collect();
    let bring = |party: &str, columns: Vec<Column>, labels: Vec<f64>| Brought {
        party: party.parse().expect("it is a name"),
        rows: Rows { columns, labels },
        test: None,
    };
    let (mut brought, mut start) = (Vec::new(), 0);
    for (party, rows) in ["east", "north", "west"].into_iter().zip(ROWS) {
        brought.push(bring(party, of_hospitals(start..start + rows), Vec::new()));
        start += rows;
    }
    brought.push(bring("insurer", claims.clone(), labels.clone()));
    brought.push(bring("fund", paid.clone(), Vec::new()));
    let conditions = Conditions {
        link: Link::default(),
        of_party: BTreeMap::new(),
        seed: 1,
        computing_time: false,
    };
    let study = simulate((&plan, &[Phase::Fit]), &brought, &conditions);
    let simulated = study.await.expect("the trees are grown");
    let joint = &simulated.trained[&Phase::Fit];

    let columns = [claims, of_hospitals(all.clone()), paid].concat();
    let cuts = columns.iter().map(|column| &column.values[..]);
    let Task::Vertical(task) = plan.task() else {
        panic!("its columns are of several")
    };
    let VerticalWork::Grow(grow) = &task.work else {
        panic!("it grows trees")
    };
    let cuts = Cuts::of(cuts, grow.specification().bins).expect("they are numbers");
    let table = Table::new(
        grow.specification().objective,
        columns.clone(),
        labels.clone(),
    );
    let table = table.expect("it is a table");
    let seed = Parties::new(&plan, &brought, &conditions).secret("lab.1.trees", &task.label_holder);
    let drawn = vec![Segment {
        seed,
        rows: table.rows(),
    }];
    let pooled = local::fit_on(&grow.boosting, &table, &cuts, drawn, |_| {
        ControlFlow::Continue(())
    });
    let pooled = pooled.expect("the trees are grown");
    let rows = Rows { columns, labels };
    let score = |rows: &Rows| -> Vec<f64> {
        let scored = joint.predictor.score(rows);
        scored.iter().map(|it| it.score).collect()
    };
    assert_eq!(score(&rows), pooled.model.means(&rows.values()));
    // Some splits are of each party's columns: the insurer's, the hospitals', the fund's.
    for place in [0, 1, 3] {
        let mut other = rows.clone();
        other.columns[place].values.fill(0.0);
        assert_ne!(score(&other), score(&rows), "{}", other.columns[place].name);
    }
}
