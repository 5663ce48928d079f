//! Runs that broke off: what is repeated, and what never is.

use std::collections::{BTreeMap, BTreeSet};

use consilium_mailbox::{
    Fault, Frame,
    sim::{Crash, Moment, World},
};
use consilium_psi::{PsiError, Spill as _, SpillError};

use super::{
    institutions::{Institutions, LEADER},
    wire::{Answered, Counted, Listed, Seeded, Shared},
};
use crate::{
    damage::{Damage, ONE_BIT, UNSTAMPED, befall},
    pair::item,
    wire::read,
};

const BUCKETS: usize = 2;

/// Two buckets among three.
fn institutions() -> Institutions {
    let mut institutions = Institutions::new(&[100, 110, 120], 60);
    (institutions.sizes.bucket, institutions.terms.chunk) = (60, 4096);
    institutions
}

/// The seeds of stores that each member sent, one for each bucket or repetition.
fn answers(world: &World) -> BTreeMap<String, usize> {
    let mut answers = BTreeMap::new();
    for frame in world.transcript() {
        if read::<Seeded>(&frame).is_some() {
            *answers.entry(frame.sender.to_string()).or_default() += 1;
        }
    }
    answers
}

fn crash(world: &World, institutions: &Institutions, who: usize, nth: usize, moment: Moment) {
    world.crash(Crash {
        party: institutions.parties[who].clone(),
        step: "psi-star.1.answered".into(),
        nth,
        moment,
    });
}

#[tokio::test(start_paused = true)]
async fn a_killed_run_repeats_one_bucket_at_most_and_with_fresh_randomness() {
    for (who, nth, moment) in [
        (0, 0, Moment::BeforeSend),
        (0, 1, Moment::AfterSend),
        (2, 1, Moment::BeforeSend),
        (2, 1, Moment::AfterSend),
        // Each of both members sends the leader one such message a bucket.
        (LEADER, 1, Moment::OnReceive),
        (LEADER, 3, Moment::OnReceive),
    ] {
        let (world, mut institutions) = (World::new(1), institutions());
        crash(&world, &institutions, who, nth, moment);
        institutions.align(&world).await;
        let ended = institutions.align(&world).await;
        institutions.check(ended);
        let answers = answers(&world);
        let most = answers.values().copied().max().unwrap();
        assert!(
            (BUCKETS..=BUCKETS + 1).contains(&most),
            "{who} {nth} {answers:?}"
        );
        let frames = world.transcript();
        let columns = frames.iter().filter_map(read::<Answered>);
        let columns: Vec<Vec<u8>> = columns
            .flat_map(|it| it.columns.chunks(6).map(<[u8]>::to_vec).collect::<Vec<_>>())
            .collect();
        let distinct: BTreeSet<_> = columns.iter().collect();
        assert_eq!(distinct.len(), columns.len(), "no column is sent twice");
        let keys = frames.iter().filter_map(read::<Shared>);
        let keys: Vec<_> = keys.map(|it| it.key).collect();
        assert!(
            keys.len() == 2 && keys[0] != keys[1],
            "each run has keys of its own"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_complete_is_repeated_by_its_last_bucket_with_the_same_order() {
    let (world, mut institutions) = (World::new(1), institutions());
    let rows = |ended: super::institutions::Ended| -> Vec<Vec<u32>> {
        ended.into_iter().map(|it| it.unwrap().rows).collect()
    };
    let first = rows(institutions.align(&world).await);
    assert_eq!(answers(&world).values().max(), Some(&BUCKETS));
    let second = rows(institutions.align(&world).await);
    assert!(first == second);
    assert_eq!(answers(&world).values().max(), Some(&(BUCKETS + 1)));
}

#[tokio::test(start_paused = true)]
async fn a_session_never_serves_two_sets_parties_or_terms() {
    type Change = fn(&mut Institutions);
    let changes: [(&str, Change); 7] = [
        ("leader's set", |it| it.sets[LEADER][50] = item(7000)),
        ("leader's order of rows", |it| it.sets[LEADER].swap(1, 2)),
        ("a member's set", |it| it.sets[2][50] = item(7000)),
        ("terms", |it| it.terms.study[0] ^= 1),
        ("sizes", |it| it.sizes.sample += 1),
        ("a member's store lost", |it| it.spills[0].clear().unwrap()),
        ("leader's store lost", |it| {
            it.spills[LEADER].clear().unwrap();
        }),
    ];
    for (what, change) in changes {
        let (world, mut institutions) = (World::new(1), institutions());
        crash(&world, &institutions, 2, 1, Moment::BeforeSend);
        institutions.align(&world).await;
        let before = answers(&world)["clinic"];
        change(&mut institutions);
        let ended = institutions.align(&world).await;
        institutions.check(ended);
        assert_eq!(answers(&world)["clinic"] - before, BUCKETS, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_session_is_begun_anew() {
    for (who, damage) in [(LEADER, UNSTAMPED), (2, ONE_BIT)] {
        let (world, mut institutions) = (World::new(1), institutions());
        crash(&world, &institutions, LEADER, 3, Moment::OnReceive);
        institutions.align(&world).await;
        befall(&mut institutions.spills[who], "star", damage);
        let world = World::new(1);
        let ended = institutions.align(&world).await;
        institutions.check(ended);
        let most = answers(&world).values().copied().max();
        assert_eq!(most, Some(BUCKETS), "{who}");
    }
}

/// A sum of zero says that an item is common: zeros in the place of sums would tell members of the
/// leader's items that are not.
#[tokio::test(start_paused = true)]
async fn of_damaged_sums_nothing_is_told_and_the_next_run_begins_anew() {
    for damage in [(|sums| sums.fill(0)) as Damage, UNSTAMPED] {
        let (world, mut institutions) = (World::new(1), institutions());
        crash(&world, &institutions, LEADER, 3, Moment::OnReceive);
        institutions.align(&world).await;
        befall(&mut institutions.spills[LEADER], "star-sums-0", damage);
        let mut ended = institutions.align(&world).await;
        let ours = ended.remove(LEADER).err();
        let Some(PsiError::Spill(SpillError::Damaged { name, .. })) = &ours else {
            panic!("{ours:?}")
        };
        assert_eq!(name, "star-sums-0");
        for member in ended {
            let error = member.err().unwrap();
            assert!(matches!(error, PsiError::Mailbox(_)), "{error}");
            let leader = institutions.parties[LEADER].clone();
            assert_eq!(error.fault(), Fault::Peer(leader));
        }
        let told = |it: &Frame| read::<Counted>(it).is_some() || read::<Listed>(it).is_some();
        assert!(!world.transcript().iter().any(told));
        let world = World::new(1);
        let ended = institutions.align(&world).await;
        institutions.check(ended);
        assert_eq!(answers(&world).values().copied().max(), Some(BUCKETS));
    }
}

#[tokio::test(start_paused = true)]
async fn the_count_leaves_only_when_all_members_have_answered_all_buckets() {
    let (world, mut institutions) = (World::new(1), institutions());
    let ended = institutions.align(&world).await;
    institutions.check(ended);
    let frames = world.transcript();
    let last = frames.iter().rposition(|it| read::<Answered>(it).is_some());
    let count = frames
        .iter()
        .position(|it| &*it.step == "psi-star.1.counted");
    assert!(last < count);
}

/// A store that keeps nothing serves several buckets too, from memory.
#[tokio::test(start_paused = true)]
async fn a_run_needs_no_store() {
    let mut institutions = institutions();
    institutions.forgetful = true;
    let ended = institutions.align(&World::new(1)).await;
    institutions.check(ended);
}

/// The leader hears of both stores with each member, a member of its own two.
#[tokio::test(start_paused = true)]
async fn whoever_watches_hears_of_every_chunk() {
    let (world, mut institutions) = (World::new(1), institutions());
    for before in [0, 1] {
        let ended = institutions.align(&world).await;
        institutions.check(ended);
        for (who, heard) in institutions.heard.iter().enumerate() {
            let chunks = if who == LEADER { 4 } else { 2 };
            assert!(heard.iter().copied().eq(before * chunks + 1..=2 * chunks));
        }
    }
}
