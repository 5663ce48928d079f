//! What frames tell: sizes, and common positions in orders that are drawn; nothing else.

use std::collections::BTreeSet;

use consilium_mailbox::{Content, Frame, PartyId, sim::World};
use consilium_psi::{Epsilon, Spill as _, ecdh::Shown};

use super::wire::{Blinded, Doubled, FIELDS, Noised, Released, STEPS};
use crate::{
    pair::{Pair, hospital, insurer, item, secrets},
    transcript::{body, check_hidden, check_page, outline},
    wire::read,
};

const PAGE: &str = include_str!("../../../../../docs/protocols/psi-ecdh.md");

async fn transcript(pair: &mut Pair) -> Vec<Frame> {
    let world = World::new(1);
    let ended = pair.align(&world).await;
    pair.check(ended);
    world.transcript()
}

#[tokio::test(start_paused = true)]
async fn other_members_in_equal_numbers_give_the_same_steps_lengths_and_counts() {
    let one = outline(&transcript(&mut Pair::new(70, 90, 33)).await);
    let mut pair = Pair::new(70, 90, 33);
    for (set, first) in [(&mut pair.hospital, 1000), (&mut pair.insurer, 1037)] {
        let count = set.len() as u64;
        *set = (first..first + count).map(item).collect();
    }
    let other = outline(&transcript(&mut pair).await);
    assert_eq!(one, other);
}

#[tokio::test(start_paused = true)]
async fn a_refused_run_tells_the_count_and_no_more() {
    let mut pair = Pair::new(70, 90, 33);
    let whole = outline(&transcript(&mut pair).await);
    let (world, mut pair) = (World::new(1), Pair::new(70, 90, 33));
    pair.terms.minimum = 34;
    pair.align(&world).await;
    let frames: Vec<Frame> = world.transcript();
    let bodies = frames
        .into_iter()
        .filter(|it| matches!(it.content, Content::Body(_)));
    let refused = outline(&bodies.collect::<Vec<_>>());
    let before_release: Vec<_> = whole
        .into_iter()
        .filter(|(_, _, step, _)| step != "psi-ecdh.1.released")
        .collect();
    assert_eq!(refused, before_release);
}

#[tokio::test(start_paused = true)]
async fn lengths_do_not_tell_what_is_counted() {
    let epsilon = Epsilon::thousandths(100).unwrap();
    let counter = hospital();
    for shown in [Shown::Exact, Shown::Noised { counter, epsilon }] {
        let mut outlines = Vec::new();
        for common in [0, 127, 128] {
            let (world, mut pair) = (World::new(1), Pair::new(140, 150, common));
            pair.count(&world, &shown).await.both();
            outlines.push(outline(&world.transcript()));
        }
        assert!(outlines.iter().all(|it| *it == outlines[0]));
    }
}

/// Positions of common points, over many runs with the same rows: as often at each place.
///
/// Twenty common items of forty at each of forty positions in 100 runs: 50 expected with a
/// standard deviation of five; the seeds are fixed.
#[tokio::test(start_paused = true)]
async fn released_positions_are_independent_of_rows() {
    let mut counts = [0_u32; 40];
    for seed in 0..100 {
        let (world, mut pair) = (World::new(1), Pair::new(40, 40, 20));
        pair.terms.chunk = 64;
        let (one, _) = pair.align_seeded(&world, seed).await.both();
        assert!(one.rows.iter().all(|&row| row >= 20));
        for frame in world.transcript() {
            if let Some(Released { positions }) = read(&frame)
                && frame.sender == insurer()
            {
                for position in positions.chunks_exact(4) {
                    counts[usize::from(position[0])] += 1;
                }
            }
        }
    }
    assert_eq!(counts.iter().sum::<u32>(), 2000);
    assert!(
        counts.iter().all(|count| (25..=75).contains(count)),
        "{counts:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn only_common_positions_are_released() {
    let frames = transcript(&mut Pair::new(70, 90, 33)).await;
    for (sender, size) in [(hospital(), 90_u32), (insurer(), 70)] {
        let released = frames.iter().filter(|it| it.sender == sender);
        let positions: Vec<u32> = released
            .filter_map(read::<Released>)
            .flat_map(|it| it.positions.to_vec())
            .collect::<Vec<u8>>()
            .chunks_exact(4)
            .map(|it| u32::from_le_bytes(it.try_into().unwrap()))
            .collect();
        let distinct: BTreeSet<u32> = positions.iter().copied().collect();
        assert_eq!((positions.len(), distinct.len()), (33, 33));
        assert!(distinct.iter().all(|&position| position < size));
    }
}

#[tokio::test(start_paused = true)]
async fn items_and_secrets_occur_in_no_frame() {
    let mut pair = Pair::new(70, 90, 33);
    let frames = transcript(&mut pair).await;
    let record = pair.spills[0].read("session").unwrap().unwrap();
    let seed = record[..32].try_into().unwrap();
    let secrets = secrets().map(|seed| *seed.expose());
    let needles = pair.hospital.into_iter().chain(secrets).chain([seed]);
    check_hidden(needles, frames.iter().map(body));
}

#[tokio::test(start_paused = true)]
async fn two_runs_over_the_same_sets_have_no_point_and_no_tag_in_common() {
    let mut seen = BTreeSet::new();
    let mut total = 0;
    for seed in [0, 1] {
        let (world, mut pair) = (World::new(1), Pair::new(70, 90, 33));
        let ended = pair.align_seeded(&world, seed).await;
        pair.check(ended);
        for frame in world.transcript() {
            if let Some(Blinded { points }) = read(&frame) {
                total += points.len() / 32;
                seen.extend(points.chunks(32).map(<[u8]>::to_vec));
            }
            if let Some(Doubled { tags }) = read(&frame)
                && frame.sender == hospital()
            {
                total += tags.len() / 16;
                seen.extend(tags.chunks(16).map(<[u8]>::to_vec));
            }
        }
    }
    assert_eq!(total, 2 * (160 + 90));
    assert_eq!(seen.len(), total);
}

#[tokio::test(start_paused = true)]
async fn with_noise_the_other_party_gets_no_tags_of_its_own_items() {
    let (world, mut pair) = (World::new(1), Pair::new(70, 90, 33));
    let epsilon = Epsilon::thousandths(100).unwrap();
    let shown = Shown::Noised {
        counter: insurer(),
        epsilon,
    };
    pair.count(&world, &shown).await.both();
    let frames = world.transcript();
    let sends = |who: PartyId, step: &str| {
        let from = frames.iter().filter(|it| it.sender == who);
        from.filter(|it| *it.step == *step).count()
    };
    assert_eq!(sends(insurer(), "psi-ecdh.1.doubled"), 0);
    assert!(sends(hospital(), "psi-ecdh.1.doubled") > 0);
    assert_eq!(sends(insurer(), "psi-ecdh.1.common"), 0);
    assert_eq!(frames.iter().filter_map(read::<Noised>).count(), 1);
}

#[test]
fn every_step_and_field_is_on_the_protocol_s_page() {
    check_page(PAGE, &[STEPS, FIELDS]);
}
