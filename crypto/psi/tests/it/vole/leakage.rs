//! What frames tell: sizes, and which tags are common; nothing else.

use std::collections::BTreeSet;

use consilium_mailbox::{Frame, PartyId, sim::World};

use super::wire::{Evaluated, FIELDS, Marked, Masked, ORDER, STEPS};
use crate::{
    pair::{Pair, hospital, insurer, item, secrets},
    transcript::{body, check_hidden, check_page, outline},
    wire::read,
};

const PAGE: &str = include_str!("../../../../../docs/protocols/psi-vole.md");

fn pair(bucket: u32) -> Pair {
    let mut pair = Pair::new(70, 90, 33);
    pair.sizes.bucket = bucket;
    pair
}

async fn transcript(pair: &mut Pair) -> Vec<Frame> {
    let world = World::new(1);
    let ended = pair.align_large(&world).await;
    pair.check(ended);
    world.transcript()
}

#[tokio::test(start_paused = true)]
async fn other_members_in_equal_numbers_give_the_same_steps_lengths_and_counts() {
    for bucket in [1 << 20, 30] {
        let one = outline(&transcript(&mut pair(bucket)).await);
        let mut pair = pair(bucket);
        for (set, first) in [(&mut pair.hospital, 1000), (&mut pair.insurer, 1037)] {
            let count = set.len() as u64;
            *set = (first..first + count).map(item).collect();
        }
        let other = outline(&transcript(&mut pair).await);
        assert_eq!(one, other);
    }
}

#[tokio::test(start_paused = true)]
async fn lengths_do_not_tell_how_many_are_common() {
    let one = outline(&transcript(&mut Pair::new(140, 150, 127)).await);
    let other = outline(&transcript(&mut Pair::new(140, 150, 128)).await);
    assert_eq!(one, other);
}

#[tokio::test(start_paused = true)]
async fn as_many_tags_are_marked_as_are_common_and_all_at_random_places() {
    let mut counts = [0_u32; 40];
    for run in 0..30 {
        let (world, mut pair) = (World::new(1), Pair::new(40, 40, 20));
        (pair.terms.chunk, pair.runs) = (64, run);
        let ended = pair.align_large(&world).await;
        pair.check(ended);
        for Marked { marks } in world.transcript().iter().filter_map(read) {
            for (place, count) in counts.iter_mut().enumerate() {
                *count += u32::from(marks[place / 8] >> (place % 8) & 1);
            }
        }
    }
    assert_eq!(counts.iter().sum::<u32>(), 30 * 20);
    // Fifteen expected at each place, with a standard deviation below three; the seeds are fixed.
    assert!(
        counts.iter().all(|count| (4..=26).contains(count)),
        "{counts:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn items_and_secrets_occur_in_no_frame() {
    let mut pair = pair(30);
    let frames = transcript(&mut pair).await;
    let needles = pair.hospital.into_iter().chain(pair.insurer);
    let needles = needles.chain(secrets().map(|seed| *seed.expose()));
    check_hidden(needles, frames.iter().map(body));
}

#[tokio::test(start_paused = true)]
async fn two_runs_over_the_same_sets_have_no_column_and_no_tag_in_common() {
    let (world, mut pair) = (World::new(1), pair(30));
    for _ in 0..2 {
        pair.spills = Default::default();
        let ended = pair.align_large(&world).await;
        pair.check(ended);
    }
    let (mut seen, mut total) = (BTreeSet::new(), 0);
    for frame in world.transcript() {
        let parts = match (read(&frame), read(&frame)) {
            (Some(Masked { columns }), _) => columns.chunks(16).map(<[u8]>::to_vec).collect(),
            (_, Some(Evaluated { tags })) => tags.chunks(7).map(<[u8]>::to_vec).collect(),
            _ => Vec::new(),
        };
        total += parts.len();
        seen.extend(parts);
    }
    assert!(total > 2 * (70 + 90));
    assert_eq!(seen.len(), total);
}

#[tokio::test(start_paused = true)]
async fn the_receiver_never_sends_a_tag_and_the_sender_never_a_mark() {
    let frames = transcript(&mut pair(30)).await;
    let sends = |who: PartyId, step: &str| {
        let from = frames.iter().filter(|it| it.sender == who);
        from.filter(|it| &*it.step == step).count()
    };
    assert_eq!(sends(hospital(), "psi-vole.1.evaluated"), 0);
    for step in [
        "psi-vole.1.masked",
        "psi-vole.1.counted",
        "psi-vole.1.marked",
    ] {
        assert_eq!(sends(insurer(), step), 0, "{step}");
    }
}

#[test]
fn every_step_and_field_is_on_the_protocol_s_page() {
    let of_correlation = ["point", "pairs", "sums", "bits", "flips", "totals"];
    check_page(PAGE, &[&ORDER, STEPS, FIELDS, &of_correlation]);
}
