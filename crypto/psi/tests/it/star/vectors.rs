//! A run that must not change.

use consilium_mailbox::sim::World;

use super::institutions::Institutions;
use crate::transcript::check_frozen;

/// Four parties in two buckets, 21 items common, every frame hashed.
#[tokio::test(start_paused = true)]
async fn the_frames_of_a_seeded_run_have_not_changed() {
    let mut institutions = Institutions::new(&[60, 80, 70, 50], 21);
    (institutions.sizes.bucket, institutions.terms.minimum) = (50, 1);
    let world = World::new(1);
    let ended = institutions.align(&world).await;
    institutions.check(ended);
    check_frozen(
        &world,
        include_str!("../../../vectors/star-transcript.json"),
    );
}
