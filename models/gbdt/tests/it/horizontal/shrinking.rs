//! What becomes of a fit when institutions drop out of it.

use consilium_gbdt::{
    BinRule, Objective, Rows, Segment, Table, Tree,
    horizontal::{Agreement, Shared},
    local::{self, directions},
    training::{Fit, Roster},
};
use consilium_mailbox::{
    PartyId, RunId,
    sim::{Crash, Moment, World},
};

use super::world::{Outcome, fit_with, parties, party, seed, specification, study};

/// The trees of a fit, grown again in one place by the loop of the local learner: each tree on the
/// rows of those who were there.
pub(crate) fn regrown(agreement: &Agreement, tables: &[Table], fit: &Fit) -> Vec<Tree<BinRule>> {
    let names = parties(tables.len());
    let mut trees: Vec<Tree<BinRule>> = Vec::new();
    let all = fit.ensemble().trees().len();
    let rosters = fit.ensemble().rosters();
    for (place, roster) in rosters.iter().enumerate() {
        let until = rosters
            .get(place + 1)
            .map_or(all, |next| next.from as usize);
        let present: Vec<usize> = (0..tables.len())
            .filter(|place| roster.contributors.contains(&names[place + 1]))
            .collect();
        grow(agreement, tables, (fit, &present), until, &mut trees);
    }
    trees
}

fn grow(
    agreement: &Agreement,
    tables: &[Table],
    (fit, present): (&Fit, &[usize]),
    until: usize,
    trees: &mut Vec<Tree<BinRule>>,
) {
    let (boosting, cuts) = (agreement.boosting(), fit.ensemble().cuts());
    let columns = &agreement.shared().columns;
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let table = put_together(agreement, tables, present);
    let segments = present.iter().map(|place| Segment {
        seed: seed(*place),
        rows: tables[*place].rows(),
    });
    let mut rows = Rows::new(boosting, &table, cuts, segments.collect()).unwrap();
    rows.begin(fit.ensemble().base_score());
    for tree in trees.iter() {
        rows.add(tree);
    }
    let directions = directions(boosting, &names).unwrap();
    while trees.len() < until {
        let drawn = rows.draw(u32::try_from(trees.len()).unwrap());
        let tree = local::grow(boosting, (cuts, &directions), &mut rows, &drawn);
        trees.push(tree.unwrap());
    }
}

/// Puts the rows of some hospitals one after the other.
pub(crate) fn put_together(agreement: &Agreement, tables: &[Table], places: &[usize]) -> Table {
    let chosen = || places.iter().map(|place| &tables[*place]);
    let columns = (0..agreement.shared().columns.len()).map(|column| {
        let values = chosen().flat_map(|table| table.columns()[column].values.iter().copied());
        values.collect()
    });
    let labels = chosen().flat_map(|table| table.labels().to_vec()).collect();
    let shared = Shared {
        most_rows: 50_000,
        ..agreement.shared().clone()
    };
    let wide = Agreement::try_from(shared).unwrap();
    let weights = chosen().flat_map(|table| match table.weights() {
        Some(weights) => weights.to_vec(),
        None => vec![1.0; table.rows()],
    });
    let together = wide.table(columns.collect(), labels).unwrap();
    together.with_weights(weights.collect()).unwrap()
}

/// Fits while a hospital is lost at some turn.
async fn losing(nth: usize) -> (Outcome, Agreement, Vec<Table>) {
    let (agreement, tables) = study(specification(Objective::Logistic), &[160, 170, 180]);
    let world = World::new(1);
    world.crash(Crash {
        party: party("hospital-1"),
        step: "plain-sum.1.input".into(),
        nth,
        moment: Moment::BeforeSend,
    });
    let mail = world.mailboxes(&parties(3), RunId([7; 16]));
    let outcome = fit_with(mail, 2, &agreement, &tables).await;
    (outcome, agreement, tables)
}

fn names(roster: &Roster) -> (u32, Vec<&str>) {
    let names = roster.contributors.iter().map(PartyId::as_str);
    (roster.from, names.collect())
}

#[tokio::test(start_paused = true)]
async fn the_loop_of_the_local_learner_grows_the_same_trees() {
    let (outcome, agreement, tables) = losing(usize::MAX).await;
    let fit = outcome.aggregator.unwrap();
    assert_eq!(regrown(&agreement, &tables, &fit), fit.ensemble().trees());
    assert_eq!(fit.contributors(), &parties(3)[1..]);
}

#[tokio::test(start_paused = true)]
async fn before_the_first_tree_all_begins_anew_over_those_who_are_left() {
    for nth in [0, 2, 4] {
        let (outcome, agreement, tables) = losing(nth).await;
        let fit = outcome.aggregator.unwrap();
        let [roster] = fit.ensemble().rosters() else {
            panic!("{:?}", fit.ensemble().rosters());
        };
        assert_eq!(names(roster), (0, vec!["hospital-0", "hospital-2"]));
        assert_eq!(fit.ensemble().rows(), 340);
        let left = super::world::pooled(&agreement, &[0, 2], &tables, fit.ensemble().cuts());
        assert_eq!(fit.publish(&agreement).unwrap().model, left.model);
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_tree_that_tree_begins_anew_and_those_before_stay() {
    // After five sums each tree has four: totals, root and two levels.
    for (nth, from) in [(5, 0), (6, 0), (8, 0), (9, 1), (14, 2), (16, 2), (17, 3)] {
        let (outcome, agreement, tables) = losing(nth).await;
        let fit = outcome.aggregator.unwrap();
        let rosters: Vec<_> = fit.ensemble().rosters().iter().map(names).collect();
        let all = vec!["hospital-0", "hospital-1", "hospital-2"];
        let left = vec!["hospital-0", "hospital-2"];
        assert_eq!(rosters, [(0, all), (from, left)], "{nth}");
        assert_eq!(regrown(&agreement, &tables, &fit), fit.ensemble().trees());
        let published = fit.publish(&agreement).unwrap();
        assert_eq!(published.losses.len(), 9);
        for place in [0, 2] {
            assert_eq!(*outcome.contributors[place].as_ref().unwrap(), published);
        }
        assert!(outcome.contributors[1].is_err());
    }
}
