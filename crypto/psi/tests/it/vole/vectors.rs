//! A run that must not change.

use consilium_mailbox::sim::World;

use crate::{pair::Pair, transcript::check_frozen};

/// Sixty against eighty items in two buckets, 37 common, every frame hashed.
#[tokio::test(start_paused = true)]
async fn the_frames_of_a_seeded_run_have_not_changed() {
    let (world, mut pair) = (World::new(1), Pair::new(60, 80, 37));
    (pair.sizes.bucket, pair.terms.minimum) = (50, 1);
    let ended = pair.align_large(&world).await;
    pair.check(ended);
    check_frozen(
        &world,
        include_str!("../../../vectors/vole-transcript.json"),
    );
}
