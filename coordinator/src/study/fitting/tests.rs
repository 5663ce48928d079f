//! What is asked again, and under which numbers.

use consilium_plan::RawPlan;
use consilium_schema::Schema;

use super::*;

fn plan() -> Plan {
    let text = include_str!("../../../../examples/heart-disease/trees.toml");
    let schema = include_str!("../../../../examples/heart-disease/schema.toml");
    let schema = Schema::from_toml(schema).unwrap();
    Plan::check(
        &RawPlan::parse(text).unwrap(),
        &[("schema.toml", schema)].into(),
    )
    .unwrap()
}

fn parties(names: &[&str]) -> Vec<PartyId> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// Sums of all four, from this number on.
fn opened(first: u32, sums: u32) -> Vec<Entry> {
    let survivors = parties(&["cleveland", "hungarian", "switzerland", "va"]);
    let opening = |number| Entry::Opening {
        number: SumNumber(number),
        survivors: survivors.iter().cloned().collect(),
    };
    (first..first + sums).map(opening).collect()
}

fn awaited(fitting: &Fitting) -> u32 {
    match fitting {
        Fitting::Gbdt(training) => training.awaits().unwrap().0,
        other => panic!("it grows trees: {other:?}"),
    }
}

const FIRST: u32 = Gbdt::FIRST_SUM.0;

#[test]
fn over_the_same_parties_the_same_sums_are_asked_again() {
    let mut fitting = Fitting::begin(&plan());
    assert!(fitting.is_growing());
    let begun = fitting.clone();
    fitting.renumber(&plan(), &[], &parties(&["va"]));
    let all = parties(&["va", "switzerland", "hungarian", "cleveland"]);
    fitting.renumber(&plan(), &opened(FIRST, 3), &all);
    assert_eq!(fitting, begun);
}

#[test]
fn over_others_no_number_is_opened_twice() {
    let mut fitting = Fitting::begin(&plan());
    let left = parties(&["cleveland", "hungarian", "va"]);
    fitting.renumber(&plan(), &opened(FIRST, 3), &left);
    assert_eq!(awaited(&fitting), FIRST + 5);
    // What comes before the sums that it awaits is not asked again.
    let renumbered = fitting.clone();
    fitting.renumber(&plan(), &opened(FIRST, 3), &left);
    assert_eq!(fitting, renumbered);
}

#[test]
fn sums_of_other_phases_are_none_of_the_trees() {
    let mut fitting = Fitting::begin(&plan());
    let first = Phase::Evaluation.first_sum_of_measures().0;
    fitting.renumber(&plan(), &opened(first, 2), &parties(&["va"]));
    assert_eq!(awaited(&fitting), FIRST);
}
