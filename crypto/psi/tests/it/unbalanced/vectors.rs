//! A run that must not change.

use consilium_mailbox::sim::World;

use super::desk::Desk;
use crate::transcript::check_frozen;

/// Thirty against forty items, seventeen common, every frame hashed.
#[tokio::test(start_paused = true)]
async fn the_frames_of_a_seeded_run_have_not_changed() {
    let (world, mut desk) = (World::new(1), Desk::new(30, 40, 17));
    let ended = desk.align(&world).await;
    desk.check(ended);
    check_frozen(
        &world,
        include_str!("../../../vectors/unbalanced-transcript.json"),
    );
}
