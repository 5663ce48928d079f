//! What frames tell: sizes, a table that only answers open, the common positions; nothing else.

use std::collections::BTreeSet;

use consilium_mailbox::{Content, Frame, Message as _, PartyId, sim::World};

use super::{
    desk::Desk,
    wire::{Blinded, Evaluated, FIELDS, Matched, STEPS, Tabled},
};
use crate::{
    pair::{hospital, insurer, item, secrets},
    transcript::{self, body, check_hidden, check_page},
    wire::read,
};

const PAGE: &str = include_str!("../../../../../docs/protocols/psi-unbalanced.md");

async fn frames_of(desk: &mut Desk) -> Vec<Frame> {
    let world = World::new(1);
    let ended = desk.align(&world).await;
    desk.check(ended);
    world.transcript()
}

/// Sender, step and length of each frame; a piece's length, which follows from random tags, to
/// sixteen bytes.
fn outline(frames: &[Frame]) -> Vec<(PartyId, String, usize)> {
    let lines = transcript::outline(frames).into_iter();
    let rough = lines.map(|(sender, _, step, length)| {
        let unit = if step == Tabled::STEP { 16 } else { 1 };
        (sender, step, length / unit)
    });
    rough.collect()
}

#[tokio::test(start_paused = true)]
async fn other_members_in_equal_numbers_give_the_same_steps_lengths_and_counts() {
    let one = outline(&frames_of(&mut Desk::new(70, 90, 33)).await);
    let mut desk = Desk::new(70, 90, 33);
    for (set, first) in [(&mut desk.hospital, 1000), (&mut desk.insurer, 1037)] {
        let count = set.len() as u64;
        *set = (first..first + count).map(item).collect();
    }
    let other = outline(&frames_of(&mut desk).await);
    let shape = |lines: &[(PartyId, String, usize)]| -> Vec<(PartyId, String, usize)> {
        let other = lines.iter().filter(|(_, step, _)| step != Tabled::STEP);
        other.cloned().collect()
    };
    assert_eq!(shape(&one), shape(&other));
    assert_eq!(one.len(), other.len());
    let length = |lines: &[(PartyId, String, usize)]| {
        let piece = lines.iter().find(|(_, step, _)| step == Tabled::STEP);
        piece.unwrap().2
    };
    assert!(length(&one).abs_diff(length(&other)) <= 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_run_tells_the_holder_the_count_and_no_more() {
    let whole = outline(&frames_of(&mut Desk::new(70, 90, 33)).await);
    let (world, mut desk) = (World::new(1), Desk::new(70, 90, 33));
    desk.terms.minimum = 34;
    desk.align(&world).await;
    let frames = world.transcript().into_iter();
    let bodies = frames.filter(|it| matches!(it.content, Content::Body(_)));
    let refused = outline(&bodies.collect::<Vec<_>>());
    let told = |(_, step, _): &(PartyId, String, usize)| step != Matched::STEP;
    let before: Vec<_> = whole.into_iter().filter(told).collect();
    assert_eq!(refused, before);
}

/// Each common position, over many keys with the same rows: as often in each quarter of the table.
///
/// Twenty common items of forty in 50 tables: 250 expected in a quarter with a standard deviation
/// of ten (the positions are drawn without repetition); the seeds are fixed.
#[tokio::test(start_paused = true)]
async fn common_positions_are_independent_of_rows() {
    let mut counts = [0_u32; 4];
    for seed in 0..50 {
        let (world, mut desk) = (World::new(1), Desk::new(40, 40, 20));
        desk.context = [seed; 32];
        let (one, _) = desk.align(&world).await.both();
        assert!(one.rows.iter().all(|&row| row >= 20));
        for Matched { positions } in world.transcript().iter().filter_map(read) {
            for position in positions.chunks_exact(4) {
                counts[usize::from(position[0]) / 10] += 1;
            }
        }
    }
    assert_eq!(counts.iter().sum::<u32>(), 1000);
    assert!(
        counts.iter().all(|count| (200..=300).contains(count)),
        "{counts:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn items_and_secrets_occur_in_no_frame_nor_in_the_other_s_store() {
    let mut desk = Desk::new(70, 90, 33);
    let frames = frames_of(&mut desk).await;
    let secrets = secrets().map(|seed| *seed.expose());
    let needles = desk.hospital.iter().chain(&desk.insurer).copied();
    let needles = needles.chain(secrets).chain([*desk.key.expose()]);
    let stored: Vec<u8> = desk.shelves[0].pieces.values().flatten().copied().collect();
    check_hidden(needles, frames.iter().map(body).chain([&stored[..]]));
}

#[tokio::test(start_paused = true)]
async fn two_studies_over_the_same_sets_have_no_point_in_common() {
    let (world, mut desk) = (World::new(1), Desk::new(70, 90, 33));
    for study in [0, 1] {
        desk.terms.study[0] = study;
        let ended = desk.align(&world).await;
        desk.check(ended);
    }
    let frames = world.transcript();
    let asked = frames.iter().filter_map(read).map(|it: Blinded| it.points);
    let answered = frames.iter().filter_map(read);
    let answered = answered.map(|it: Evaluated| it.points);
    let all: Vec<u8> = asked.chain(answered).flatten().collect();
    let distinct: BTreeSet<&[u8]> = all.chunks(32).collect();
    assert_eq!((all.len() / 32, distinct.len()), (280, 280));
}

#[tokio::test(start_paused = true)]
async fn tables_under_two_keys_can_t_be_compared() {
    let mut tables = BTreeSet::new();
    for key in secrets() {
        let mut desk = Desk::new(1, 1, 1);
        desk.key = key;
        for context in [1, 2] {
            desk.context = [context; 32];
            desk.build().await.unwrap();
            tables.insert(desk.shelves[1].pieces["table-0"].clone());
        }
    }
    assert_eq!(tables.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_holder_gets_blinded_points_a_count_and_positions_and_nothing_else() {
    let frames = frames_of(&mut Desk::new(70, 90, 33)).await;
    let steps = |who: PartyId| -> BTreeSet<String> {
        let from = frames.iter().filter(|it| it.sender == who);
        from.map(|it| it.step["psi-unbalanced.1.".len()..].to_owned())
            .collect()
    };
    let hers = ["blinded", "counted", "declared", "matched"];
    assert_eq!(steps(hospital()), hers.map(str::to_owned).into());
    let his = ["charged", "declared", "described", "evaluated", "tabled"];
    assert_eq!(steps(insurer()), his.map(str::to_owned).into());
}

#[test]
fn every_step_and_field_is_on_the_protocol_s_page() {
    check_page(PAGE, &[STEPS, FIELDS]);
}
