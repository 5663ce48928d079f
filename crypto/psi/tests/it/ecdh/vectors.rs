//! A run that must not change.

use consilium_mailbox::sim::World;

use crate::{pair::Pair, transcript::check_frozen};

/// Thirty against forty items, seventeen common, every frame hashed.
#[tokio::test(start_paused = true)]
async fn the_frames_of_a_seeded_run_have_not_changed() {
    let (world, mut pair) = (World::new(1), Pair::new(30, 40, 17));
    let ended = pair.align(&world).await;
    pair.check(ended);
    check_frozen(&world, include_str!("../../../vectors/transcript.json"));
}
