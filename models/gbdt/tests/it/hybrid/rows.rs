//! How many rows all have, and each in common with the label holder: who differs is found at the start.

use consilium_gbdt::{
    hybrid::HybridError,
    vertical::{Breach, VerticalError},
};
use consilium_mailbox::{Fault, Message as _, PartyId, sim::World};

use super::{
    masked::masked,
    tampering::{breach_of, case, hospital},
    wire::{Input, Rows, change},
    world::{Stores, coordinator, insurer, party},
};

/// Has the label holder tell these parties that all have so many rows.
pub(crate) fn tell_total(
    world: &World,
    heard: impl Fn(&PartyId) -> bool + Send + 'static,
    rows: u32,
) {
    world.tamper(move |frame| {
        if *frame.step == *Rows::STEP && heard(&frame.receiver) {
            change::<Rows>(frame, |it| it.rows = rows);
        }
    });
}

#[tokio::test(start_paused = true)]
async fn a_total_below_a_hospital_s_own_rows_or_above_those_of_any_study_blames_the_label_holder() {
    for (heard, rows) in [
        (hospital(), 109),
        (coordinator(), 2),
        (hospital(), u32::MAX),
    ] {
        let lie = move |it: &mut Rows| it.rows = rows;
        let breach = breach_of((insurer(), heard), 0, lie).await;
        assert_eq!(breach, Breach::Total { rows });
    }
}

#[tokio::test(start_paused = true)]
async fn alignments_of_different_length_end_the_fit_at_its_start_and_blame_nobody() {
    // A hospital with a row less or more than the label holder has of it; a further feature holder of
    // whose rows as many are another hospital's.
    for rows in [109, 111] {
        let (world, mut case) = (World::new(1), case());
        for column in &mut case.columns[0] {
            column.values.resize(rows, 0.5);
        }
        let ended = case.run(&world, &mut Stores::default()).await;
        let error = ended.hospitals.into_iter().next().unwrap().unwrap_err();
        assert!(is_of_other_rows(&error), "{error}");
        assert_eq!(error.fault(), Fault::Input);
        assert!(ended.label.is_err());
        let frames = world.transcript();
        let counted = frames.iter().any(|it| *it.step == *Input::STEP);
        assert!(!counted, "nothing is added up before");
    }
    let world = World::new(1).without_transcript();
    world.tamper(|frame| {
        if *frame.step == *Rows::STEP && frame.receiver == party("fund") {
            change::<Rows>(frame, |it| it.parts.swap(0, 1));
        }
    });
    let case = case().with_further(1);
    let ended = case.run(&world, &mut Stores::default()).await;
    let error = ended.further.unwrap().unwrap_err();
    assert!(is_of_other_rows(&error), "{error}");
}

fn is_of_other_rows(error: &HybridError) -> bool {
    matches!(
        error,
        HybridError::Vertical(VerticalError::OtherRows { peer }) if *peer == insurer()
    )
}

#[tokio::test(start_paused = true)]
async fn rows_of_more_or_fewer_hospitals_than_a_party_has_rows_with_blame_the_label_holder() {
    for (heard, due, got) in [
        (coordinator(), 0, 1),
        (hospital(), 1, 0),
        (hospital(), 1, 2),
    ] {
        let lie = move |it: &mut Rows| it.parts.resize(got, 1);
        let breach = breach_of((insurer(), heard), 0, lie).await;
        assert_eq!(breach, Breach::Parts { due, got });
    }
}

#[tokio::test(start_paused = true)]
async fn a_total_below_what_is_counted_is_implausible() {
    // Nine bits hold the counts of 300 rows, and of 299; eight, as for 150, don't.
    for rows in [299, 150] {
        let world = World::new(1).without_transcript();
        tell_total(&world, |_| true, rows);
        let ended = case().run(&world, &mut Stores::default()).await;
        let error = ended.coordinator.unwrap_err();
        assert!(matches!(error, HybridError::Implausible), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_total_above_the_true_one_changes_nothing_that_is_told() {
    let world = World::new(1);
    tell_total(&world, |_| true, 1000);
    let mut case = case();
    // It keeps to the stride that follows from what it told.
    case.terms.stride = Some(8);
    let (label, hospitals) = case.run(&world, &mut Stores::default()).await.all();
    let truly = case.run(&World::new(1), &mut Stores::default()).await.all();
    assert!(truly == (label, hospitals));
}

#[tokio::test(start_paused = true)]
async fn parties_told_different_totals_go_no_further_than_the_set_up() {
    let world = World::new(1).without_transcript();
    tell_total(&world, |party| *party == hospital(), 301);
    let ended = case().run(&world, &mut Stores::default()).await;
    for error in ended.hospitals.into_iter().map(Result::unwrap_err) {
        assert!(matches!(error, HybridError::Unlike), "{error}");
    }
    // The coordinator opens another sum, and masks don't cancel: of counts as wide, or wider ones.
    for rows in [301, 511, 1000] {
        let world = World::new(1).without_transcript();
        tell_total(&world, |party| *party == coordinator(), rows);
        let case = case();
        let sums = masked(&case, Vec::new());
        let (ended, _) = case.run_through(&world, &mut Stores::default(), sums).await;
        let error = ended.coordinator.unwrap_err();
        assert!(matches!(error, HybridError::OtherCounts), "{rows}: {error}");
        assert!(ended.label.is_err(), "{rows}");
    }
}
