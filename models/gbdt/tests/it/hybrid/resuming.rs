//! A fit that breaks off and goes on.

use consilium_gbdt::{
    Objective,
    hybrid::{HospitalSide, HybridError, LabelSide},
    vertical::{FeatureModel, LabelModel, Protections},
};
use consilium_mailbox::{
    Fault, PartyId,
    sim::{Crash, Moment, World},
};

use consilium_secagg::MemoryBook;

use super::{
    masked::masked,
    rows::tell_total,
    wire::{STEPS, Turn, change, read},
    world::{Case, OPEN, Stores, coordinator, insurer, party},
};
use crate::world::{boosting, specification};

const MOMENTS: [Moment; 3] = [Moment::BeforeSend, Moment::AfterSend, Moment::OnReceive];

fn case(trees: u32) -> Case {
    let mut spec = specification(Objective::Logistic);
    spec.trees = trees;
    let mut case = Case::new(Objective::Logistic, 1, &[70, 60, 90]);
    case.terms.boosting = boosting(spec);
    case.terms.protections = Protections {
        min_side: 5,
        min_node: 20,
        ..OPEN
    };
    case
}

async fn whole(case: &Case) -> (LabelModel, Vec<FeatureModel>) {
    let world = World::new(1).without_transcript();
    case.run(&world, &mut Stores::default()).await.all()
}

/// Who sends a message, and who hears it.
fn ends(step: &str) -> [PartyId; 2] {
    let [label, adder, hospital] = [insurer(), coordinator(), party("hospital-1")];
    match step.rsplit('.').next().unwrap() {
        "shuffling" | "alike" => [party("hospital-0"), hospital],
        "cutting" | "decided" => [adder, hospital],
        "level" => [label, adder],
        "outlined" | "offered" | "sides" | "kept" => [hospital, label],
        "input" => [hospital, adder],
        _ => [label, hospital],
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_of_any_party_at_any_step_leads_to_the_same_model() {
    let whole = whole(&case(3)).await;
    let others = ["called", "offered", "blocks", "sides", "kept"];
    let others = others.map(|name| format!("gbdt-vertical.1.{name}"));
    let steps = STEPS.iter().map(|step| (*step).to_owned()).chain(others);
    for step in steps.chain(["plain-sum.1.input".to_owned()]) {
        for moment in MOMENTS {
            let [sender, receiver] = ends(&step);
            let dead = if moment == Moment::OnReceive {
                receiver
            } else {
                sender
            };
            let (world, mut case) = (World::new(1), case(3));
            let mut stores = Stores::default();
            let name = step.rsplit('.').next().unwrap();
            world.crash(Crash {
                party: dead,
                step: step.clone(),
                // In the second tree, if the step is one of trees.
                nth: match (name, moment) {
                    ("rows", Moment::OnReceive) => 0,
                    ("rows" | "shuffling" | "alike" | "cutting", _) => 1,
                    ("offered" | "kept", Moment::BeforeSend | Moment::AfterSend)
                    | ("opened" | "called", Moment::OnReceive) => 2,
                    ("sides", Moment::OnReceive) => 6,
                    ("outlined", Moment::BeforeSend | Moment::AfterSend) => 5,
                    ("outlined", Moment::OnReceive) => 12,
                    ("input", Moment::BeforeSend | Moment::AfterSend) => 13,
                    ("input", Moment::OnReceive) => 26,
                    ("turn" | "blocks", _) => 9,
                    _ => 4,
                },
                moment,
            });
            let ended = case.run(&world, &mut stores).await;
            assert!(ended.label.is_err(), "{step} {moment:?}");
            case.run += 1;
            let again = case.run(&World::new(1), &mut stores).await.all();
            assert!(again == whole, "{step} {moment:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn any_party_killed_in_the_middle_of_tree_five_leads_to_the_same_model_through_masks() {
    let whole = whole(&case(6)).await;
    for (dead, step, nth) in [
        (insurer(), "gbdt-hybrid.1.opened", 14),
        (coordinator(), "gbdt-hybrid.1.decided", 38),
        (party("hospital-2"), "gbdt-hybrid.1.outlined", 14),
    ] {
        let (world, mut case) = (World::new(1), case(6));
        let mut stores = Stores::default();
        let (step, moment) = (step.into(), Moment::AfterSend);
        world.crash(Crash {
            party: dead.clone(),
            step,
            nth,
            moment,
        });
        let sums = masked(&case, Vec::new());
        let (ended, sums) = case.run_through(&world, &mut stores, sums).await;
        assert!(ended.label.is_err(), "{dead}");
        let kept = stores.label.kept.as_ref().map(|side| side.fit().trees());
        assert_eq!(kept, Some(4), "{dead}");
        // The books outlive the processes: no number may be used for anything else.
        let books = sums.into_iter();
        let books = books.map(|(counts, sums)| (counts.into_book(), sums.into_book()));
        case.run += 1;
        let sums = masked(&case, books.collect());
        let (again, _) = case.run_through(&World::new(1), &mut stores, sums).await;
        assert!(again.all() == whole, "{dead}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_further_feature_holder_that_dies_leads_to_the_same_model() {
    let whole = whole(&case(4).with_further(1)).await;
    let mut case = case(4).with_further(1);
    let (world, mut stores) = (World::new(1), Stores::default());
    world.crash(Crash {
        party: party("fund"),
        step: "gbdt-vertical.1.summed".into(),
        nth: 8,
        moment: Moment::AfterSend,
    });
    assert!(case.run(&world, &mut stores).await.label.is_err());
    assert!(stores.label.kept.is_some());
    case.run += 1;
    assert!(case.run(&World::new(1), &mut stores).await.all() == whole);
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_goes_on_after_it_was_written_and_read() {
    let whole = whole(&case(3)).await;
    let (world, mut case) = (World::new(1), case(3));
    let mut stores = Stores::default();
    world.crash(Crash {
        party: insurer(),
        step: "gbdt-hybrid.1.turn".into(),
        nth: 20,
        moment: Moment::BeforeSend,
    });
    assert!(case.run(&world, &mut stores).await.label.is_err());
    let kept = stores.label.kept.take().unwrap();
    let bytes = postcard::to_stdvec(&kept).unwrap();
    stores.label.kept = Some(postcard::from_bytes::<LabelSide>(&bytes).unwrap());
    for store in stores.hospitals.values_mut() {
        let json = serde_json::to_string(&store.kept.take().unwrap()).unwrap();
        store.kept = Some(serde_json::from_str::<HospitalSide>(&json).unwrap());
    }
    case.run += 1;
    assert!(case.run(&World::new(1), &mut stores).await.all() == whole);
}

/// Breaks a masked fit off in its first tree, and gives what is left of it.
async fn broken_off(case: &mut Case) -> (Stores, Vec<(MemoryBook, MemoryBook)>) {
    let (world, mut stores) = (World::new(1), Stores::default());
    world.crash(Crash {
        party: insurer(),
        step: "gbdt-hybrid.1.turn".into(),
        nth: 12,
        moment: Moment::BeforeSend,
    });
    let sums = masked(case, Vec::new());
    let (ended, sums) = case.run_through(&world, &mut stores, sums).await;
    assert!(ended.label.is_err());
    case.run += 1;
    let books = sums.into_iter();
    let books = books.map(|(counts, sums)| (counts.into_book(), sums.into_book()));
    (stores, books.collect())
}

#[tokio::test(start_paused = true)]
async fn counts_of_other_rows_under_the_same_number_are_withheld() {
    let mut case = case(3);
    // The root is split by an own column.
    let rows = [70, 60, 90];
    let own = Case::new(Objective::Logistic, 2, &rows);
    (case.table, case.columns) = (own.table, own.columns);
    (case.terms.columns, case.terms.label_holder_columns) = (own.terms.columns, 2);
    let (mut stores, books) = broken_off(&mut case).await;
    // The label holder tells other sides than before, so that other rows are counted.
    let world = World::new(1);
    world.tamper(|frame| {
        if frame.receiver == party("hospital-0") && read::<Turn>(frame).is_some() {
            change::<Turn>(frame, |turn| {
                if let Turn::Parted(parted) = turn {
                    let sides = parted[0].sides.as_mut().unwrap();
                    let mut bits = sides.to_vec();
                    bits[0] ^= 0xff;
                    *sides = bits.into();
                }
            });
        }
    });
    let sums = masked(&case, books);
    let (ended, _) = case.run_through(&world, &mut stores, sums).await;
    let error = ended.coordinator.unwrap_err();
    assert!(matches!(error, HybridError::Implausible), "{error}");
    assert!(ended.label.is_err());
}

#[tokio::test(start_paused = true)]
async fn counts_by_another_total_under_the_same_number_are_refused() {
    for rows in [221, 1000] {
        let mut case = case(3);
        let (mut stores, books) = broken_off(&mut case).await;
        let world = World::new(1);
        tell_total(&world, |_| true, rows);
        let sums = masked(&case, books);
        let (ended, _) = case.run_through(&world, &mut stores, sums).await;
        for hospital in ended.hospitals {
            let error = hospital.unwrap_err();
            assert!(error.to_string().contains("another question"), "{error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn numbers_of_sums_that_were_used_up_are_refused() {
    let mut case = case(3);
    let (mut stores, books) = broken_off(&mut case).await;
    // The label holder has forgotten them.
    stores.label.kept = None;
    let sums = masked(&case, books);
    let (ended, _) = case.run_through(&World::new(1), &mut stores, sums).await;
    for hospital in ended.hospitals {
        let error = hospital.unwrap_err();
        assert!(error.to_string().contains("another question"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_cut_points_than_before_are_refused() {
    let mut case = case(3);
    let mut stores = Stores::default();
    case.run(&World::new(1), &mut stores).await.all();
    // Rows changed since.
    for column in &mut case.columns[0] {
        column.values.iter_mut().for_each(|value| *value /= 2.0);
    }
    case.run += 1;
    let ended = case.run(&World::new(1), &mut stores).await;
    for hospital in ended.hospitals {
        let error = hospital.unwrap_err();
        assert!(matches!(error, HybridError::OtherCuts), "{error}");
        assert_eq!(error.fault(), Fault::Input);
    }
}

#[tokio::test(start_paused = true)]
async fn progress_tells_trees_levels_and_losses_that_fall() {
    let mut stores = Stores::default();
    case(3).run(&World::new(1), &mut stores).await.all();
    let heard = stores.label.heard;
    assert_eq!(heard.first().map(|it| (it.tree, it.level)), Some((0, 0)));
    assert_eq!(heard.last().map(|it| it.tree), Some(3));
    assert!(heard.last().unwrap().losses.trained < heard[0].losses.trained);
}
