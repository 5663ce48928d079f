//! What a run costs, by the formula of docs/protocols/psi-vole.md.

use consilium_mailbox::sim::World;

use crate::{pair::Pair, transcript::bytes_by_step};

#[tokio::test(start_paused = true)]
async fn bytes_are_those_of_the_formula() {
    for (receiver, sender, bucket) in [(3000_usize, 4000_usize, 1 << 20), (900, 1000, 400)] {
        let mut pair = Pair::new(receiver as u64, sender as u64, 500);
        (pair.terms.chunk, pair.sizes.bucket) = (1 << 14, bucket);
        let world = World::new(1);
        let ended = pair.align_large(&world).await;
        pair.check(ended);
        let bytes = bytes_by_step(&world);
        let buckets = sender.div_ceil(bucket as usize);
        let room = |size: usize| {
            let mean = size.div_ceil(buckets);
            let root = mean.isqrt() + usize::from(!mean.is_power_of_two());
            if buckets == 1 {
                size
            } else {
                mean + 8 * root + 16
            }
        };
        let columns = (room(receiver) + room(receiver).div_ceil(10) + 256).next_multiple_of(4);
        let logarithms = [receiver, sender].map(|size| size.next_power_of_two().ilog2());
        let width = (40 + logarithms.iter().sum::<u32>()).div_ceil(8) as usize;
        // A length of a few bytes stands before each field.
        let near = |step: &str, due: usize| {
            let got = bytes[step];
            assert!(
                (due..=due + 4 * buckets).contains(&got),
                "{step}: {got} for {due}"
            );
        };
        near("psi-vole.1.masked", buckets * columns * 16);
        near("psi-vole.1.evaluated", buckets * room(sender) * width);
        near("psi-vole.1.marked", buckets * room(sender).div_ceil(8));
        near("psi-vole.1.chosen", buckets * 8192);
        near("psi-vole.1.seeded", buckets * 32);
    }
}
