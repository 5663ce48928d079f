//! One changed frame: the error blames its sender, or nobody where a sum hides who it was.

use bytes::Bytes;
use consilium_gbdt::{
    Growing, Objective,
    hybrid::HybridError,
    vertical::{Breach, Protections, VerticalError},
};
use consilium_mailbox::{Fault, Message, PartyId, sim::World};

use super::{
    masked::masked,
    wire::{
        Blocks, Called, Cutting, Decided, Fork, Input, Kept, Level, Offered, Opened, Outlined,
        Parted, Sides, Turn, change, read,
    },
    world::{Case, Ended, OPEN, Stores, coordinator, insurer, party},
};
use crate::world::{boosting, specification};

pub(super) fn hospital() -> PartyId {
    party("hospital-0")
}

pub(super) fn case() -> Case {
    let mut case = Case::new(Objective::Logistic, 0, &[110, 90, 100]);
    case.terms.protections = protections();
    case
}

fn protections() -> Protections {
    Protections {
        min_side: 15,
        min_node: 60,
        ..OPEN
    }
}

/// A fit in which `lie` changes the `nth` such message of `liar` to `heard`.
async fn with_lie<M: Message + 'static>(
    case: &Case,
    (liar, heard): (PartyId, PartyId),
    nth: usize,
    lie: impl Fn(&mut M) + Send + 'static,
) -> Ended {
    let world = World::new(1).without_transcript();
    let mut seen = 0;
    world.tamper(move |frame| {
        let is_theirs = frame.sender == liar && frame.receiver == heard;
        if is_theirs && *frame.step == *M::STEP {
            if seen == nth {
                change::<M>(frame, &lie);
            }
            seen += 1;
        }
    });
    case.run(&world, &mut Stores::default()).await
}

/// The breach that `heard` finds.
pub(super) async fn breach_of<M: Message + 'static>(
    (liar, heard): (PartyId, PartyId),
    nth: usize,
    lie: impl Fn(&mut M) + Send + 'static,
) -> Breach {
    let ended = with_lie(&case(), (liar.clone(), heard.clone()), nth, lie).await;
    let error = if heard == insurer() {
        ended.label.err()
    } else if heard == coordinator() {
        ended.coordinator.err()
    } else {
        ended.hospitals.into_iter().next().unwrap().err()
    };
    let error = error.unwrap();
    assert_eq!(error.fault(), Fault::Peer(liar), "{error}");
    let HybridError::Vertical(VerticalError::Breach { breach, .. }) = error else {
        panic!("{error}")
    };
    breach
}

fn with(bytes: &Bytes, change: impl FnOnce(&mut Vec<u8>)) -> Bytes {
    let mut bytes = bytes.to_vec();
    change(&mut bytes);
    bytes.into()
}

#[tokio::test(start_paused = true)]
async fn cells_and_cut_points_that_no_count_asks_for_blame_the_coordinator() {
    type Lie = fn(&mut Cutting);
    let lies: [(usize, Lie); 5] = [
        (0, |it| *it = Cutting::Cells(vec![vec![300]; 4])),
        (0, |it| *it = Cutting::Cells(vec![vec![1]; 3])),
        (1, |it| *it = Cutting::Cells(vec![vec![1]; 4])),
        (0, |it| *it = Cutting::Missing(vec![0].into())),
        (0, |it| {
            let cuts = consilium_gbdt::Cuts::new(vec![vec![0.123_456_789]; 4]);
            *it = Cutting::Cut(cuts.unwrap());
        }),
    ];
    for (nth, lie) in lies {
        let breach = breach_of((coordinator(), hospital()), nth, lie).await;
        assert_eq!(breach, Breach::Cuts);
    }
}

#[tokio::test(start_paused = true)]
async fn decisions_of_another_shape_blame_the_coordinator() {
    let ends = || (coordinator(), hospital());
    let more = |it: &mut Decided| it.nodes.push(it.nodes[0].clone());
    let breach = breach_of(ends(), 0, more).await;
    assert_eq!(breach, Breach::Answers { asked: 1, got: 2 });
    let short = |it: &mut Decided| it.nodes[0].open = it.nodes[0].open.slice(1..);
    assert_eq!(breach_of(ends(), 1, short).await, Breach::Bits);
    let long = |it: &mut Decided| it.nodes[0].present = vec![0; 2].into();
    assert_eq!(breach_of(ends(), 0, long).await, Breach::Bits);
}

#[tokio::test(start_paused = true)]
async fn a_coordinator_that_decides_otherwise_for_one_hospital_is_noticed() {
    let close = |it: &mut Decided| it.nodes[0].open = vec![0; it.nodes[0].open.len()].into();
    let ended = with_lie(&case(), (coordinator(), hospital()), 0, close).await;
    let error = ended.label.unwrap_err();
    assert!(matches!(error, HybridError::Otherwise), "{error}");
    // By this hospital's split, missing values would go to another side than by the others'.
    let missing =
        |it: &mut Decided| it.nodes[0].present = with(&it.nodes[0].present, |it| it[0] ^= 1);
    let ended = with_lie(&case(), (coordinator(), hospital()), 0, missing).await;
    let error = ended.label.unwrap_err();
    assert!(matches!(error, HybridError::Otherwise), "{error}");
}

#[tokio::test(start_paused = true)]
async fn sums_that_were_not_asked_for_blame_nobody() {
    // All hospitals say the same: it may be what they were told.
    let world = World::new(1).without_transcript();
    world.tamper(|frame| {
        if *frame.step == *Outlined::STEP {
            change::<Outlined>(frame, |it| it.nodes.push(it.nodes[0].clone()));
        }
    });
    let ended = case().run(&world, &mut Stores::default()).await;
    let error = ended.label.unwrap_err();
    assert!(matches!(error, HybridError::OtherSums), "{error}");
    assert_eq!(error.fault(), Fault::Input);
}

#[tokio::test(start_paused = true)]
async fn no_tree_is_called_twice_or_left_out_in_a_run() {
    let calls = [
        (0, Called::Tree(0)),
        (2, Called::Tree(2)),
        (2, Called::Finished(2)),
    ];
    for heard in [hospital(), coordinator()] {
        for (tree, called) in calls.clone() {
            let lie = move |it: &mut Called| *it = called.clone();
            let breach = breach_of((insurer(), heard.clone()), 1, lie).await;
            assert_eq!(breach, Breach::Tree { tree });
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_begins_after_trees_that_a_hospital_never_heard_of_blames_nobody() {
    // The hospital may have put a backup back, too.
    let later = |it: &mut Called| *it = Called::Tree(2);
    let ended = with_lie(&case(), (insurer(), hospital()), 0, later).await;
    let error = ended.hospitals.into_iter().next().unwrap().unwrap_err();
    let HybridError::Vertical(VerticalError::Behind { tree: 2, kept: 0 }) = error else {
        panic!("{error}")
    };
    assert_eq!(error.fault(), Fault::Input);
}

#[tokio::test(start_paused = true)]
async fn a_coordinator_told_fewer_nodes_than_hospitals_blames_nobody() {
    let world = World::new(1).without_transcript();
    world.tamper(|frame| {
        if let Some(Level::Forks(forks)) = read(frame)
            && forks.len() > 1
        {
            let fewer = forks[1..].to_vec();
            change::<Level>(frame, |it| *it = Level::Forks(fewer.clone()));
        }
    });
    let mut spec = specification(Objective::Logistic);
    spec.growth = Growing::DepthWise { depth: 4 };
    let mut case = Case::new(Objective::Logistic, 0, &[110, 90, 100]);
    case.terms.boosting = boosting(spec);
    let sums = masked(&case, Vec::new());
    let (ended, _) = case.run_through(&world, &mut Stores::default(), sums).await;
    let error = ended.coordinator.unwrap_err();
    assert!(matches!(error, HybridError::OtherCounts), "{error}");
    assert_eq!(error.fault(), Fault::Input);
}

#[tokio::test(start_paused = true)]
async fn no_more_nodes_are_examined_at_once_than_a_tree_may_have() {
    let mut spec = specification(Objective::Logistic);
    spec.growth = Growing::LeafWise {
        leaves: 6,
        depth: 6,
    };
    let mut case = Case::new(Objective::Logistic, 0, &[110, 90, 100]);
    case.terms.boosting = boosting(spec);
    let is_wrong = |error: HybridError| {
        let HybridError::Vertical(VerticalError::Breach { peer, breach }) = error else {
            panic!("{error}")
        };
        assert_eq!((peer, breach), (insurer(), Breach::Node));
    };
    // One of the root's children is examined further; here, both.
    let forks = [1, 2].map(|node| Fork {
        node,
        builds_left: true,
    });
    let both = move |it: &mut Level| {
        assert!(matches!(it, Level::Forks(forks) if forks.len() == 1));
        *it = Level::Forks(forks.to_vec());
    };
    let ended = with_lie(&case, (insurer(), coordinator()), 2, both).await;
    is_wrong(ended.coordinator.unwrap_err());
    let both = |it: &mut Turn| {
        let Turn::Parted(parted) = it else {
            panic!("{it:?}")
        };
        let node = 3 - parted[0].fork.node;
        let builds_left = true;
        parted.push(Parted {
            fork: Fork { node, builds_left },
            sides: Some(vec![0; 1000].into()),
        });
    };
    let ended = with_lie(&case, (insurer(), hospital()), 4, both).await;
    is_wrong(ended.hospitals.into_iter().next().unwrap().unwrap_err());
}

#[tokio::test(start_paused = true)]
async fn hospitals_that_say_different_things_or_were_told_them_are_not_named() {
    let ends = || (hospital(), insurer());
    let more = |it: &mut Offered| it.candidates -= 1;
    let fewer = |it: &mut Outlined| it.nodes[0] = it.nodes[0].slice(2..);
    let errors = [
        with_lie(&case(), ends(), 0, more).await,
        with_lie(&case(), ends(), 2, fewer).await,
        with_lie(&case(), ends(), 0, |it: &mut Outlined| it.told[0] ^= 1).await,
    ];
    for error in errors.map(|ended| ended.label.unwrap_err()) {
        assert!(matches!(error, HybridError::Otherwise), "{error}");
        assert_eq!(error.fault(), Fault::Input);
    }
    let many = |it: &mut Offered| it.candidates = 508 * 4 + 1;
    let breach = breach_of(ends(), 0, many).await;
    assert!(matches!(breach, Breach::Candidates { .. }), "{breach}");
}

#[tokio::test(start_paused = true)]
async fn sides_that_are_none_blame_the_hospital_and_others_that_don_t_fit_nobody() {
    let ends = || (hospital(), insurer());
    let long = |it: &mut Sides| it.nodes[0] = with(&it.nodes[0], |bits| bits.push(0));
    assert_eq!(breach_of(ends(), 0, long).await, Breach::Bits);
    let more = |it: &mut Sides| it.nodes.push(Bytes::new());
    let breach = breach_of(ends(), 0, more).await;
    assert!(matches!(breach, Breach::Answers { .. }), "{breach}");
    let flip = |it: &mut Sides| it.nodes[0] = with(&it.nodes[0], |bits| bits[3] ^= 4);
    let error = with_lie(&case(), ends(), 0, flip).await.label.unwrap_err();
    assert!(matches!(error, HybridError::OtherSides), "{error}");
    assert_eq!(error.fault(), Fault::Input);
    let tree = |it: &mut Kept| it.tree = 7;
    assert_eq!(breach_of(ends(), 0, tree).await, Breach::Tree { tree: 7 });
}

#[tokio::test(start_paused = true)]
async fn wrong_parts_of_sums_end_the_fit_and_blame_nobody() {
    // A count above all rows, in the root's sum; a word of the root's ciphertexts.
    let count = |it: &mut Input| {
        it.elements = with(&it.elements, |bytes| bytes[9] ^= 1);
    };
    let ended = with_lie(&case(), (hospital(), coordinator()), 4, count).await;
    let error = ended.coordinator.unwrap_err();
    assert!(matches!(error, HybridError::Implausible), "{error}");
    assert_eq!(error.fault(), Fault::Input);
    let word = |it: &mut Input| {
        it.elements = with(&it.elements, |bytes| bytes[7] ^= 0x55);
    };
    let error = with_lie(&case(), (hospital(), insurer()), 0, word).await;
    let error = error.label.unwrap_err();
    assert!(matches!(error, HybridError::Spoilt(_)), "{error}");
    assert_eq!(error.fault(), Fault::Input);
}

#[tokio::test(start_paused = true)]
async fn trees_rows_and_blocks_that_are_none_blame_the_label_holder() {
    let ends = || (insurer(), hospital());
    let drawn = |it: &mut Opened| it.drawn = vec![255; 3].into();
    assert_eq!(breach_of(ends(), 0, drawn).await, Breach::Bits);
    let key = |it: &mut Opened| it.key = it.key.slice(1..);
    let breach = breach_of(ends(), 0, key).await;
    assert!(matches!(breach, Breach::Sums(_)), "{breach}");
    let rows = |it: &mut Blocks| it.rows = it.rows.slice(1..);
    let breach = breach_of(ends(), 0, rows).await;
    assert!(matches!(breach, Breach::Sums(_)), "{breach}");
    let tree = |it: &mut Called| *it = Called::Tree(99);
    assert_eq!(breach_of(ends(), 0, tree).await, Breach::Tree { tree: 99 });
    let to_coordinator = (insurer(), coordinator());
    assert_eq!(
        breach_of(to_coordinator, 0, tree).await,
        Breach::Tree { tree: 99 }
    );
}

#[tokio::test(start_paused = true)]
async fn nodes_and_candidates_that_were_not_offered_are_refused() {
    let ends = || (insurer(), hospital());
    let again = |it: &mut Turn| *it = Turn::Root;
    assert_eq!(breach_of(ends(), 1, again).await, Breach::Node);
    let nothing = |it: &mut Turn| *it = Turn::Chosen(Vec::new());
    assert_eq!(breach_of(ends(), 1, nothing).await, Breach::Node);
    let fork = Fork {
        node: 9,
        builds_left: true,
    };
    let parted = move |it: &mut Turn| {
        let sides = None;
        *it = Turn::Parted(vec![Parted { fork, sides }]);
    };
    assert_eq!(breach_of(ends(), 1, parted).await, Breach::Node);
    for (pack, slot) in [(0, u16::MAX), (10_000, 0)] {
        let lie = move |it: &mut Turn| {
            if let Turn::Chosen(choices) = it {
                for pick in &mut choices[0].picks {
                    (pick.pack, pick.slot) = (pack, slot);
                }
            }
        };
        assert_eq!(breach_of(ends(), 1, lie).await, Breach::NotOffered);
    }
    // The coordinator counts no node twice, and none that there is not.
    let to_coordinator = || (insurer(), coordinator());
    let lies: [fn(&mut Level); 4] = [
        |it| *it = Level::Root,
        |it| *it = Level::Forks(Vec::new()),
        |it| {
            let fork = Fork {
                node: 0,
                builds_left: true,
            };
            *it = Level::Forks(vec![fork, fork]);
        },
        |it| {
            let fork = Fork {
                node: 9,
                builds_left: true,
            };
            *it = Level::Forks(vec![fork]);
        },
    ];
    for lie in lies {
        assert_eq!(breach_of(to_coordinator(), 1, lie).await, Breach::Node);
    }
}

#[tokio::test(start_paused = true)]
async fn children_of_too_few_rows_in_all_are_not_examined() {
    // A label holder that wants sums over the first five rows of each hospital.
    let world = World::new(1).without_transcript();
    let mut case = Case::new(Objective::Logistic, 1, &[110, 90, 100]).with_telling_column();
    case.terms.protections = protections();
    world.tamper(|frame| {
        let rows: usize = match frame.receiver.as_str() {
            "hospital-0" => 110,
            "hospital-1" => 90,
            _ => 100,
        };
        if *frame.step == *Turn::STEP {
            change::<Turn>(frame, |turn| {
                if let Turn::Parted(parted) = turn {
                    let mut sides = vec![0; rows.div_ceil(8)];
                    sides[0] = 0b1_1111;
                    parted[0].sides = Some(sides.into());
                }
            });
        }
    });
    let ended = case.run(&world, &mut Stores::default()).await;
    let error = ended.coordinator.unwrap_err();
    assert!(matches!(error, HybridError::Few), "{error}");
    assert_eq!(error.fault(), Fault::Input);
    assert!(ended.label.is_err());
}

#[tokio::test(start_paused = true)]
async fn parties_told_different_things_open_nothing() {
    // The coordinator is told that the other child is built: it asks what no hospital signs.
    let world = World::new(1).without_transcript();
    world.tamper(move |frame| {
        if let Some(Level::Forks(_)) = read(frame) {
            change::<Level>(frame, |level| {
                if let Level::Forks(forks) = level {
                    forks[0].builds_left = !forks[0].builds_left;
                }
            });
        }
    });
    let case = case();
    let sums = masked(&case, Vec::new());
    let (ended, _) = case.run_through(&world, &mut Stores::default(), sums).await;
    let error = ended.coordinator.unwrap_err();
    assert!(matches!(error, HybridError::OtherCounts), "{error}");
    assert!(ended.label.is_err());
}
