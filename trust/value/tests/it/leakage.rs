//! What frames tell: totals, and by coalitions own sums to the aggregator alone.

use std::collections::BTreeSet;

use consilium_evaluation::Role;
use consilium_glm::Table;
use consilium_mailbox::{Frame, PartyId, sim::World};
use consilium_value::{Failure, Method, ValueError, disclosures};

use crate::world::{Study, body, party};

const PAGE: &str = include_str!("../../../../docs/protocols/value.md");

async fn frames_of(study: &Study) -> Vec<Frame> {
    let world = World::new(1);
    let ended = study.run(&world).await;
    assert!(ended.aggregator.is_ok());
    world.transcript()
}

fn outline(frames: &[Frame]) -> Vec<(PartyId, PartyId, String, usize)> {
    let line = |it: &Frame| {
        (
            it.sender.clone(),
            it.receiver.clone(),
            it.step.to_string(),
            body(it).len(),
        )
    };
    let mut lines: Vec<_> = frames.iter().map(line).collect();
    lines.sort();
    lines
}

#[tokio::test(start_paused = true)]
async fn other_rows_give_the_same_steps_and_lengths() {
    for method in [Method::Influence, Method::Shapley] {
        let family = consilium_glm::Family::Logistic;
        let one = outline(&frames_of(&Study::of(family, &[400, 300, 350, 320, 300], method)).await);
        let other =
            outline(&frames_of(&Study::of(family, &[300, 400, 320, 350, 300], method)).await);
        assert_eq!(one, other);
    }
}

#[tokio::test(start_paused = true)]
async fn whether_a_judge_has_too_few_rows_shows_in_no_length() {
    let mut study = Study::logistic(Method::Influence);
    let one = outline(&frames_of(&study).await);
    let (features, labels) = crate::world::rows(consilium_glm::Family::Logistic, 8, false, 3);
    assert_eq!(study.judges.len(), 4);
    study.judging[2] = Table::new(&study.regression, features, labels).unwrap();
    // The totals count judging rows by a number whose length may differ.
    let without_totals = |lines: Vec<(PartyId, PartyId, String, usize)>| -> Vec<_> {
        lines
            .into_iter()
            .filter(|line| line.2 != "value.1.totals")
            .collect()
    };
    assert_eq!(
        without_totals(one),
        without_totals(outline(&frames_of(&study).await))
    );
}

/// Of rows beyond the model's reach no more is told than which institutions have any, added up.
#[tokio::test(start_paused = true)]
async fn how_many_rows_are_beyond_reach_shows_in_no_frame() {
    let mut told = Vec::new();
    for beyond in [1, 30] {
        let mut study = Study::logistic(Method::Influence);
        // Predictors of logistic regression end at 500; a model may ask for more of some rows.
        study.model.coefficients[1] = 100.0;
        let table = |rows: usize, far: usize| {
            let score = |row: usize| if row < far { 8.0 } else { 0.0 };
            let features =
                (0..rows).flat_map(|row| [score(row), f64::from(u8::from(row.is_multiple_of(2)))]);
            let labels = (0..rows).map(|row| f64::from(u8::from(row.is_multiple_of(3))));
            Table::new(&study.regression, features.collect(), labels.collect()).unwrap()
        };
        let near = vec![table(300, 0); 5];
        (study.fitted, study.judging) = (near.clone(), near);
        study.judging[1] = table(300, beyond);
        let world = World::new(1);
        let ended = study.run(&world).await;
        for error in ended.contributors.into_iter().map(Result::unwrap_err) {
            assert!(
                matches!(error, ValueError::Failed(Failure::Beyond)),
                "{error}"
            );
        }
        let lines = world.transcript();
        let lines = lines.iter().filter(|it| *it.step == *"plain-sum.1.input");
        told.push(lines.map(|it| body(it).to_vec()).collect::<Vec<_>>());
    }
    assert_eq!(told[0].len(), 5);
    assert_eq!(told[0], told[1]);
}

#[tokio::test(start_paused = true)]
async fn own_sums_go_to_the_aggregator_alone_and_only_by_coalitions() {
    let ways = |frames: &[Frame]| -> BTreeSet<(bool, String)> {
        let way = |it: &Frame| (it.sender == party("aggregator"), it.step.to_string());
        frames.iter().map(way).collect()
    };
    let one = |from, step: &str| (from, step.to_owned());
    let at_home = ways(&frames_of(&Study::logistic(Method::Influence)).await);
    let sum = one(false, "plain-sum.1.input");
    let judges = one(false, "value.1.judges");
    let reached = one(true, "value.1.reached");
    let totals = one(true, "value.1.totals");
    let expected = [judges.clone(), sum.clone(), reached.clone(), totals];
    assert_eq!(at_home, expected.into());
    let frames = frames_of(&Study::logistic(Method::Shapley)).await;
    let expected = [
        judges,
        sum,
        reached,
        one(true, "value.1.totals"),
        one(false, "value.1.own"),
        one(true, "value.1.values"),
    ];
    assert_eq!(ways(&frames), expected.into());
    // Institutions tell each other no more than who judges.
    let between = |it: &&Frame| ![&it.sender, &it.receiver].contains(&&party("aggregator"));
    assert!((frames.iter().filter(between)).all(|it| *it.step == *"value.1.judges"));
}

/// A value that one row alone has is in nothing that travels: rows leave as sums.
#[tokio::test(start_paused = true)]
async fn no_frame_has_a_row_s_value() {
    let mut study = Study::logistic(Method::Shapley);
    let canary = 3.217_604_938_1_f64;
    let (mut features, labels) = crate::world::rows(consilium_glm::Family::Logistic, 300, false, 5);
    features[0] = canary;
    study.fitted[0] = Table::new(&study.regression, features, labels).unwrap();
    let study = Study::with(
        study.regression,
        study.fitted,
        study.judging,
        Method::Shapley,
    );
    let needle = canary.to_le_bytes();
    for frame in frames_of(&study).await {
        assert!(
            body(&frame).windows(8).all(|it| it != needle),
            "{}",
            frame.step
        );
    }
}

#[test]
fn every_step_field_and_disclosure_is_on_the_protocol_s_page() {
    let labels = [
        "value.1.judges",
        "value.1.reached",
        "value.1.totals",
        "value.1.own",
        "value.1.values",
        "judges",
        "rows",
        "judged_rows",
        "deviance",
        "null_deviance",
        "dispersion",
        "direction",
        "gradient",
        "information",
        "parties",
        "all",
        "coalitions",
    ];
    for label in labels {
        assert!(PAGE.contains(&format!("`{label}`")), "{label}");
    }
    for method in [Method::Influence, Method::Shapley] {
        for line in disclosures(method) {
            let to = match line.to {
                Role::Aggregator => "aggregator",
                Role::Contributor => "contributor",
            };
            let line_on_page = format!("| {to} | {} |", line.learns);
            assert!(PAGE.contains(&line_on_page), "{line_on_page}");
            assert!(line.learns.is_ascii() && !line.zh.is_ascii());
        }
    }
    assert!(disclosures(Method::Shapley).len() > disclosures(Method::Influence).len());
}
