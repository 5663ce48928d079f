//! What a run costs, by the formula of docs/protocols/psi-vole.md.

use std::collections::BTreeMap;

use consilium_mailbox::{Content, sim::World};

use crate::pair::Pair;

/// Bytes of all bodies by step.
async fn bytes(pair: &mut Pair) -> BTreeMap<String, usize> {
    let world = World::new(1);
    let ended = pair.align_large(&world).await;
    pair.check(ended);
    let mut bytes = BTreeMap::new();
    for frame in world.transcript() {
        let Content::Body(body) = &frame.content else {
            panic!("nobody gives up")
        };
        *bytes.entry(frame.step.to_string()).or_default() += body.len();
    }
    bytes
}

#[tokio::test(start_paused = true)]
async fn bytes_are_those_of_the_formula() {
    for (receiver, sender, bucket) in [(3000_usize, 4000_usize, 1 << 20), (900, 1000, 400)] {
        let mut pair = Pair::new(receiver as u64, sender as u64, 500);
        (pair.terms.chunk, pair.sizes.bucket) = (1 << 14, bucket);
        let bytes = bytes(&mut pair).await;
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
