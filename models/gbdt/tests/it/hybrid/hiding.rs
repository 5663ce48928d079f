//! Nothing is told of one hospital alone, whoever tells hospitals different things.

use std::collections::BTreeSet;

use consilium_gbdt::{
    Column, Cuts, Objective, Table,
    horizontal::Values,
    hybrid::{Agreement, HybridError},
    vertical::{BadTerms, Protections},
};
use consilium_mailbox::{Fault, Frame, Message, PartyId, sim::World};

use super::{
    masked::masked,
    wire::{Alike, Cutting, Level, Outlined, Shuffling, Turn, change, read},
    world::{Case, Ended, OPEN, Stores, coordinator, party},
};
use crate::{
    recount::candidates,
    world::{boosting, specification},
};

const ROWS: [usize; 3] = [260, 90, 250];

/// Three hospitals of which one may collude: all must have rows in what is told.
fn case(own: usize) -> Case {
    let mut spec = specification(Objective::Squared);
    spec.trees = 2;
    let mut case = Case::new(Objective::Squared, own, &ROWS);
    case.terms.boosting = boosting(spec);
    case.terms.min_hospitals = None;
    case
}

/// Labels that follow from the hospital.
fn by_hospital(case: &Case) -> Vec<f64> {
    let second: BTreeSet<u32> = case.patients[1].iter().copied().collect();
    let labels = (0..).zip(case.table.labels());
    labels
        .map(|(patient, noise)| 90.0 * f64::from(second.contains(&patient)) + noise)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn candidates_with_one_hospital_s_rows_on_a_side_are_told_of_only_where_agreed() {
    for (min_hospitals, is_told) in [(None, false), (Some(2), false), (Some(1), true)] {
        let mut case = case(0);
        case.terms.min_hospitals = min_hospitals;
        for (hospital, columns) in case.columns.iter_mut().enumerate() {
            let share = if hospital == 1 { 1.0 } else { 0.0 };
            columns[0]
                .values
                .iter_mut()
                .for_each(|value| *value = share);
        }
        let labels = by_hospital(&case);
        case.table = Table::of_labels(Objective::Squared, labels).unwrap();
        let world = World::new(1).without_transcript();
        let (_, hospitals) = case.run(&world, &mut Stores::default()).await.all();
        let rules = hospitals[0].rules();
        assert!(!rules.is_empty());
        let is_split = rules.iter().any(|rule| rule.column == 0);
        assert_eq!(is_split, is_told, "{min_hospitals:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_hospital_that_counts_has_its_share_of_the_fewest_rows_on_both_sides() {
    for (min_side, least, min_hospitals) in [(1, 1, 3), (20, 7, 3), (20, 7, 2), (50, 17, 3)] {
        let mut case = case(1);
        case.terms.protections.min_side = min_side;
        case.terms.min_hospitals = Some(min_hospitals);
        // One hospital has few high values.
        for value in &mut case.columns[1][0].values {
            *value *= *value;
        }
        let world = World::new(1);
        case.run(&world, &mut Stores::default()).await.all();
        let (pooled, cuts) = (case.pooled(), case.cuts(&world));
        let theirs: Vec<&[f64]> = pooled.values().skip(1).collect();
        let cuts = Cuts::new(cuts.iter().skip(1).map(<[f64]>::to_vec).collect()).unwrap();
        let is_open = |(values, rule): &(&[f64], consilium_gbdt::Rule)| {
            let sides = [true, false].map(|side| {
                let (mut rows, mut hospitals, mut start) = (0, 0, 0);
                for of_hospital in ROWS {
                    let own = &values[start..start + of_hospital];
                    start += of_hospital;
                    let here = own.iter().filter(|value| rule.goes_left(**value) == side);
                    let here = here.count() as u64;
                    rows += here;
                    hospitals += u32::from(here >= least);
                }
                rows >= min_side && hospitals >= min_hospitals
            });
            sides == [true, true]
        };
        let all = candidates(&theirs, &cuts);
        let due = all.iter().filter(|it| is_open(it)).count();
        assert!(due > 5 && due < all.len() || min_side == 1, "{due}");
        let outlined = world.transcript();
        let mut outlined = outlined.iter().filter_map(read::<Outlined>);
        let root = outlined.find(|it| it.nodes.len() == 1).unwrap();
        let told: u32 = root.nodes[0].iter().map(|it| it.count_ones()).sum();
        assert_eq!(told as usize, due, "{min_side} {min_hospitals}");
    }
}

#[tokio::test(start_paused = true)]
async fn nodes_of_one_hospital_s_rows_are_not_examined() {
    for (min_hospitals, is_examined) in [(None, false), (Some(1), true)] {
        let mut case = case(1);
        case.terms.min_hospitals = min_hospitals;
        case.terms.protections.min_side = 100;
        let labels = by_hospital(&case);
        // The label holder knows each patient's hospital.
        let hospital = labels.iter().map(|label| f64::from(*label > 45.0));
        let column = Column {
            name: "hospital".into(),
            values: hospital.collect(),
        };
        case.table = Table::new(Objective::Squared, vec![column], labels).unwrap();
        let world = World::new(1);
        case.run(&world, &mut Stores::default()).await.all();
        let frames = world.transcript();
        let mut levels = frames.iter().filter_map(read::<Level>);
        let forks = levels.any(|level| matches!(level, Level::Forks(_)));
        assert_eq!(forks, is_examined);
    }
}

#[tokio::test(start_paused = true)]
async fn a_root_of_which_too_few_hospitals_have_drawn_rows_is_not_examined() {
    let mut case = case(1).with_further(1);
    // The second hospital's 90 rows are less than a third of so many.
    case.terms.protections.min_side = 271;
    let world = World::new(1);
    let (_, models) = case.run(&world, &mut Stores::default()).await.all();
    assert!(
        world
            .transcript()
            .iter()
            .filter_map(read::<Level>)
            .all(|it| it == Level::Grown)
    );
    assert!(models[0].rules().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_label_holder_that_parts_one_hospital_off_hears_no_sums() {
    let mut case = case(1).with_telling_column();
    case.terms.protections = Protections {
        min_side: 15,
        min_node: 60,
        ..OPEN
    };
    let world = World::new(1).without_transcript();
    world.tamper(|frame| {
        let (rows, side) = match frame.receiver.as_str() {
            "hospital-0" => (ROWS[0], 0xff),
            "hospital-1" => (ROWS[1], 0),
            _ => (ROWS[2], 0),
        };
        if *frame.step == *Turn::STEP {
            change::<Turn>(frame, |turn| {
                if let Turn::Parted(parted) = turn {
                    let mut sides = vec![side; rows.div_ceil(8)];
                    *sides.last_mut().unwrap() &= 0xff >> (8 * rows.div_ceil(8) - rows);
                    parted[0].sides = Some(sides.into());
                }
            });
        }
    });
    let ended = case.run(&world, &mut Stores::default()).await;
    let error = ended.coordinator.unwrap_err();
    assert!(matches!(error, HybridError::Few), "{error}");
    assert!(ended.label.is_err());
}

/// A masked fit of which frames to one hospital are changed: no tree is counted in it.
async fn told_otherwise<M: Message>(
    case: &Case,
    liar: PartyId,
    lie: impl Fn(&mut M) + Send + 'static,
) {
    let world = World::new(1);
    world.tamper(move |frame: &mut Frame| {
        let is_theirs = frame.sender == liar && frame.receiver == party("hospital-1");
        if is_theirs && *frame.step == *M::STEP {
            change::<M>(frame, &lie);
        }
    });
    let sums = masked(case, Vec::new());
    let (ended, _) = case.run_through(&world, &mut Stores::default(), sums).await;
    let Ended {
        label,
        coordinator: counted,
        hospitals,
        ..
    } = ended;
    assert!(label.is_err() && counted.is_err());
    let mut unlike = hospitals.into_iter().filter_map(Result::err);
    let error = unlike.find(|error| matches!(error, HybridError::Unlike));
    assert_eq!(error.unwrap().fault(), Fault::Input);
    let frames = world.transcript();
    assert!(frames.iter().any(|frame| read::<Alike>(frame).is_some()));
    assert!(!frames.iter().any(|frame| read::<Turn>(frame).is_some()));
}

#[tokio::test(start_paused = true)]
async fn a_coordinator_that_misaligns_columns_between_hospitals_hears_no_counts() {
    // Two columns of zeros and ones: as many candidates, whichever of them misses values.
    let mut case = case(0);
    for columns in &mut case.columns {
        for place in [0, 2] {
            for value in &mut columns[place].values {
                *value = (*value > 0.5).into();
            }
        }
        columns[0].values[3] = f64::NAN;
    }
    for place in [0, 2] {
        case.terms.columns[place].values = Values::Binary;
    }
    told_otherwise::<Cutting>(&case, coordinator(), |it| {
        if let Cutting::Missing(columns) = it {
            *columns = vec![columns[0] & !0b101 | 0b100].into();
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_hospital_that_tells_parts_of_two_seeds_is_found_out_before_anything_is_told() {
    told_otherwise::<Shuffling>(&case(0), party("hospital-0"), |it| it.part[7] ^= 1).await;
}

#[test]
fn terms_say_of_how_many_hospitals_anything_is_told_together() {
    let refused = |min_hospitals| {
        let mut case = case(0);
        case.terms.min_hospitals = Some(min_hospitals);
        Agreement::try_from(case.terms).err()
    };
    assert_eq!([1, 2, 3].map(refused), [None, None, None]);
    for wrong in [0, 4, u32::MAX] {
        let error = refused(wrong).unwrap();
        assert!(
            matches!(
                error,
                BadTerms::Value {
                    key: "min_hospitals",
                    ..
                }
            ),
            "{error}"
        );
    }
}
