//! One changed frame, or a party that does not keep to the protocol: the error blames it.

use bytes::Bytes;
use consilium_gbdt::{
    Growing, Objective,
    vertical::{Breach, Protections, VerticalError},
};
use consilium_mailbox::{Fault, Message, PartyId, sim::World};

use super::{
    wire::{Blocks, Called, Kept, Offered, Opened, Sides, Summed, Turn, change, slots},
    world::{Case, OPEN, Stores, insurer, party},
};
use crate::world::{boosting, specification};

fn hospital() -> PartyId {
    party("hospital-0")
}

fn case() -> Case {
    let mut case = Case::new(Objective::Logistic, 300, &[1, 3]);
    case.terms.protections = Protections {
        min_side: 15,
        min_node: 60,
        ..OPEN
    };
    case
}

/// The other party's breach when `lie` changes the `nth` such message of `liar`.
async fn breach_of<M: Message + 'static>(
    case: &Case,
    liar: PartyId,
    nth: usize,
    lie: impl Fn(&mut M) + Send + 'static,
) -> Breach {
    let world = World::new(1);
    let (mut seen, from) = (0, liar.clone());
    world.tamper(move |frame| {
        if frame.sender == from && *frame.step == *M::STEP {
            if seen == nth {
                change::<M>(frame, &lie);
            }
            seen += 1;
        }
    });
    let ended = case.run(&world, &mut Stores::default()).await;
    let error = if liar == insurer() {
        ended.features.into_iter().next().unwrap().err()
    } else {
        ended.label.err()
    };
    let error = error.unwrap();
    assert_eq!(error.fault(), Fault::Peer(liar), "{error}");
    let VerticalError::Breach { breach, .. } = error else {
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
async fn sums_that_are_none_blame_the_feature_holder() {
    let short = |it: &mut Summed| it.packs[0] = with(&it.packs[0], |pack| pack.truncate(900));
    let breach = breach_of(&case(), hospital(), 0, short).await;
    assert!(matches!(breach, Breach::Sums(_)), "{breach}");
    let wild = |it: &mut Summed| {
        it.packs[0] = with(&it.packs[0], |pack| {
            for byte in pack.iter_mut().rev().take(6) {
                *byte ^= 0x5a;
            }
        });
    };
    let breach = breach_of(&case(), hospital(), 2, wild).await;
    assert!(matches!(breach, Breach::Sums(_)), "{breach}");
    let many = |it: &mut Summed| {
        let pack = it.packs[0].clone();
        it.packs.resize(60, pack);
    };
    assert_eq!(
        breach_of(&case(), hospital(), 1, many).await,
        Breach::TooManySums
    );
    let endless = |it: &mut Summed| (it.packs, it.last) = (Vec::new(), false);
    assert_eq!(
        breach_of(&case(), hospital(), 1, endless).await,
        Breach::TooManySums
    );
}

#[tokio::test(start_paused = true)]
async fn sides_that_don_t_fit_the_sums_blame_the_feature_holder() {
    let flip = |it: &mut Sides| it.nodes[0] = with(&it.nodes[0], |bits| bits[3] ^= 4);
    assert_eq!(
        breach_of(&case(), hospital(), 0, flip).await,
        Breach::OtherSides
    );
    let long = |it: &mut Sides| it.nodes[0] = with(&it.nodes[0], |bits| bits.push(0));
    assert_eq!(breach_of(&case(), hospital(), 0, long).await, Breach::Bits);
    let more = |it: &mut Sides| it.nodes.push(Bytes::new());
    let breach = breach_of(&case(), hospital(), 0, more).await;
    assert_eq!(breach, Breach::Answers { asked: 1, got: 2 });
}

#[tokio::test(start_paused = true)]
async fn more_candidates_than_columns_can_have_blame_the_feature_holder() {
    let candidates = 3 * 508 + 1;
    let lie = move |it: &mut Offered| it.candidates = candidates;
    assert_eq!(
        breach_of(&case(), hospital(), 0, lie).await,
        Breach::Candidates { candidates }
    );
}

#[tokio::test(start_paused = true)]
async fn alignments_of_different_length_end_the_fit_before_a_row_is_sent_and_blame_nobody() {
    for rows in [299, 301] {
        let world = World::new(1);
        world.tamper(move |frame| {
            if *frame.step == *Offered::STEP {
                change::<Offered>(frame, |it| it.rows = rows);
            }
        });
        let ended = case().run(&world, &mut Stores::default()).await;
        let error = ended.label.unwrap_err();
        let VerticalError::OtherRows { peer } = &error else {
            panic!("{error}")
        };
        assert_eq!((peer, error.fault()), (&hospital(), Fault::Input));
        assert!(
            !world
                .transcript()
                .iter()
                .any(|it| *it.step == *Blocks::STEP)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn another_tree_than_was_grown_can_t_be_kept() {
    let breach = breach_of(&case(), hospital(), 1, |it: &mut Kept| it.tree = 0).await;
    assert_eq!(breach, Breach::Tree { tree: 0 });
}

#[tokio::test(start_paused = true)]
async fn no_tree_is_called_twice_or_left_out_in_a_run() {
    for tree in [0, 2] {
        let lie = move |it: &mut Called| *it = Called::Tree(tree);
        let breach = breach_of(&case(), insurer(), 1, lie).await;
        assert_eq!(breach, Breach::Tree { tree });
    }
}

#[tokio::test(start_paused = true)]
async fn terms_of_a_tree_that_were_not_agreed_on_blame_the_label_holder() {
    let mut case = case();
    let breach = breach_of(&case, insurer(), 0, |it: &mut Opened| it.largest[0] = 1).await;
    assert_eq!(breach, Breach::Largest);
    let bits = |it: &mut Opened| it.drawn = vec![0xff; 3].into();
    assert_eq!(breach_of(&case, insurer(), 0, bits).await, Breach::Bits);
    let short = |it: &mut Opened| it.key = with(&it.key, |key| key.truncate(77));
    let breach = breach_of(&case, insurer(), 0, short).await;
    assert!(matches!(breach, Breach::Sums(_)), "{breach}");
    let far = |it: &mut Called| *it = Called::Tree(99);
    assert_eq!(
        breach_of(&case, insurer(), 0, far).await,
        Breach::Tree { tree: 99 }
    );
    case.terms.protections.sum_noise = 1.0;
    for largest in [u32::MAX, 0] {
        let lie = move |it: &mut Opened| it.largest[1] = largest;
        let breach = breach_of(&case, insurer(), 0, lie).await;
        assert_eq!(breach, Breach::Largest);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_for_nothing_is_refused() {
    for nothing in [Turn::Chosen(Vec::new()), Turn::Parted(Vec::new())] {
        let lie = move |turn: &mut Turn| *turn = nothing.clone();
        assert_eq!(breach_of(&case(), insurer(), 0, lie).await, Breach::Node);
    }
}

#[tokio::test(start_paused = true)]
async fn more_leaves_than_agreed_on_are_not_examined() {
    let mut case = case();
    let mut spec = specification(Objective::Logistic);
    let (leaves, depth) = (2, 3);
    spec.growth = Growing::LeafWise { leaves, depth };
    case.terms.boosting = boosting(spec);
    // Of two leaves none is divided, so that nothing is to be told of them.
    let lie = |turn: &mut Turn| {
        let sides = (0..38).map(|byte| if byte < 19 { 0xff } else { 0 });
        *turn = Turn::Parted(vec![super::wire::Parted {
            node: 0,
            sides: Some(sides.collect::<Vec<u8>>().into()),
        }]);
    };
    assert_eq!(breach_of(&case, insurer(), 0, lie).await, Breach::Node);
}

#[tokio::test(start_paused = true)]
async fn rows_fewer_or_more_than_drawn_blame_the_label_holder() {
    let short = |it: &mut Blocks| it.rows = with(&it.rows, |rows| rows.truncate(24_592));
    let breach = breach_of(&case(), insurer(), 0, short).await;
    assert!(matches!(breach, Breach::Sums(_)), "{breach}");
}

/// What is chosen, as a label holder would lie about it.
fn chosen(lie: impl Fn(&mut super::wire::Choice) + Send + 'static) -> impl Fn(&mut Turn) + Send {
    move |turn| {
        if let Turn::Chosen(choices) = turn {
            choices.iter_mut().for_each(&lie);
        }
    }
}

/// The label holder has no columns: every split is the feature holder's.
fn chosen_by_another() -> Case {
    let mut case = Case::new(Objective::Logistic, 300, &[0, 4]);
    case.terms.protections = Protections {
        min_side: 60,
        min_node: 100,
        ..OPEN
    };
    case.terms.stride = Some(16);
    case
}

#[tokio::test(start_paused = true)]
async fn a_split_that_was_not_offered_is_refused() {
    let case = chosen_by_another();
    let world = World::new(1);
    case.run(&world, &mut Stores::default()).await.all();
    let frames = world.transcript();
    let root: Summed = frames.iter().find_map(super::wire::read).unwrap();
    assert!(root.last);
    // A slot that was kept back, of a ciphertext that was returned.
    let kept_back = |(pack, bytes): (u32, &Bytes)| {
        let returned = slots(bytes);
        let slot = (0..16).find(|slot| !returned.contains(slot))?;
        Some((pack, slot))
    };
    let kept_back = (0..).zip(&root.packs).find_map(kept_back).unwrap();
    for (pack, slot) in [kept_back, (0, 16), (0, u16::MAX), (10_000, 0)] {
        let lie = chosen(move |choice| {
            for pick in &mut choice.picks {
                (pick.pack, pick.slot) = (pack, slot);
            }
        });
        let breach = breach_of(&case, insurer(), 0, lie).await;
        assert_eq!(breach, Breach::NotOffered, "{pack} {slot}");
    }
    let nothing = chosen(|choice| choice.picks.clear());
    let breach = breach_of(&case, insurer(), 0, nothing).await;
    assert_eq!(breach, Breach::NotOffered);
}

#[tokio::test(start_paused = true)]
async fn nodes_that_are_none_or_were_split_are_not_split() {
    let case = chosen_by_another();
    for node in [1, 7, u32::MAX] {
        let lie = chosen(move |choice| choice.node = node);
        let breach = breach_of(&case, insurer(), 0, lie).await;
        assert_eq!(breach, Breach::Node, "{node}");
    }
    let twice = |turn: &mut Turn| {
        if let Turn::Chosen(choices) = turn {
            let choice = choices[0].clone();
            choices.push(choice);
        }
    };
    let breach = breach_of(&case, insurer(), 0, twice).await;
    assert_eq!(breach, Breach::Node);
}

#[tokio::test(start_paused = true)]
async fn children_of_too_few_rows_are_not_added_up() {
    // The own split of a label holder that wants the sums over ten rows.
    for wanted in [1, 10, 59] {
        let lie = move |turn: &mut Turn| {
            let mut sides = vec![0; 38];
            for row in 0..wanted {
                sides[row / 8] |= 1 << (row % 8);
            }
            *turn = Turn::Parted(vec![super::wire::Parted {
                node: 0,
                sides: Some(sides.into()),
            }]);
        };
        assert_eq!(breach_of(&case(), insurer(), 0, lie).await, Breach::Node);
    }
    let short = |turn: &mut Turn| {
        *turn = Turn::Parted(vec![super::wire::Parted {
            node: 0,
            sides: Some(vec![0; 37].into()),
        }]);
    };
    assert_eq!(breach_of(&case(), insurer(), 0, short).await, Breach::Bits);
}
