//! What frames tell: sizes, and how many items are common to all; nothing else.

use consilium_mailbox::{Frame, sim::World};

use super::{
    institutions::{Institutions, LEADER, secret},
    wire::{Answered, FIELDS, Listed, ORDER, STEPS},
};
use crate::{
    transcript::{body, check_hidden, check_page, outline},
    vole::wire::Masked,
    wire::read,
};

const PAGE: &str = include_str!("../../../../../docs/protocols/psi-star.md");

fn institutions(bucket: u32) -> Institutions {
    let mut institutions = Institutions::new(&[70, 90, 80, 100], 33);
    institutions.sizes.bucket = bucket;
    institutions
}

async fn transcript(institutions: &mut Institutions) -> Vec<Frame> {
    let world = World::new(1);
    let ended = institutions.align(&world).await;
    institutions.check(ended);
    world.transcript()
}

/// The second's members are others, and no two sets have more in common than all have.
#[tokio::test(start_paused = true)]
async fn other_members_and_other_overlaps_of_pairs_give_the_same_steps_lengths_and_counts() {
    for bucket in [1 << 20, 40] {
        let mut overlapping = institutions(bucket);
        let own = |party: u64, size: u64| {
            let rest = (0..size - 33).map(move |number| 10_000 * (party + 1) + number);
            (500..533).chain(rest).collect::<Vec<u64>>()
        };
        let sizes = (0..).zip([70, 90, 80, 100]);
        let sets: Vec<Vec<u64>> = sizes.map(|(party, size)| own(party, size)).collect();
        let mut apart = Institutions::of(&sets);
        apart.sizes.bucket = bucket;
        let one = outline(&transcript(&mut overlapping).await);
        let other = outline(&transcript(&mut apart).await);
        assert_eq!(one, other);
    }
}

#[tokio::test(start_paused = true)]
async fn of_other_members_a_member_gets_declarations_and_a_key_and_the_leader_no_key() {
    let mut institutions = institutions(1 << 20);
    let frames = transcript(&mut institutions).await;
    let leader = &institutions.parties[LEADER];
    let between = ["declared", "confirmed", "shared"].map(|it| format!("psi-star.1.{it}"));
    for frame in &frames {
        if frame.sender != *leader && frame.receiver != *leader {
            assert!(
                between.iter().any(|it| **it == *frame.step),
                "{}",
                frame.step
            );
        } else {
            assert_ne!(&*frame.step, "psi-star.1.shared");
        }
    }
    let keys = frames.iter().filter(|it| &*it.step == "psi-star.1.shared");
    assert_eq!(keys.count(), 3, "one for each pair of members");
}

#[tokio::test(start_paused = true)]
async fn each_bit_of_a_column_is_set_in_half_of_all() {
    let mut institutions = Institutions::new(&[300; 4], 200);
    let frames = transcript(&mut institutions).await;
    let masked = frames.iter().filter_map(read::<Masked>);
    let masked: Vec<u8> = masked.flat_map(|it| it.columns.to_vec()).collect();
    let answered = frames.iter().filter_map(read::<Answered>);
    let answered: Vec<u8> = answered.flat_map(|it| it.columns.to_vec()).collect();
    for (bytes, width) in [(masked, 16), (answered, 7)] {
        let columns = bytes.len() / width;
        assert_eq!(columns, 3 * 588);
        for bit in 0..8 * width {
            let column = bytes.chunks(width);
            let set = column
                .filter(|it| it[bit / 8] >> (bit % 8) & 1 == 1)
                .count();
            // A standard deviation is 21; the seeds are fixed.
            assert!(set.abs_diff(columns / 2) < 100, "{bit}: {set} of {columns}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn items_and_secrets_occur_in_no_frame() {
    let mut institutions = institutions(40);
    let frames = transcript(&mut institutions).await;
    let secrets = (0..4).map(|who| *secret(who).expose());
    let needles = institutions.sets.into_iter().flatten().chain(secrets);
    check_hidden(needles, frames.iter().map(body));
}

#[tokio::test(start_paused = true)]
async fn every_member_is_told_as_many_items_as_are_common_and_no_others() {
    let mut institutions = institutions(40);
    let frames = transcript(&mut institutions).await;
    for member in [0, 2, 3] {
        let name = &institutions.parties[member];
        let to = frames.iter().filter(|it| it.receiver == *name);
        let bytes: usize = to
            .filter_map(read::<Listed>)
            .map(|it| it.prefixes.len())
            .sum();
        assert_eq!(bytes, 33 * 7);
    }
}

#[test]
fn every_step_and_field_is_on_the_protocol_s_page() {
    check_page(PAGE, &[&ORDER, STEPS, FIELDS]);
}
