//! What a run costs, by the formula of docs/protocols/psi-star.md.

use consilium_mailbox::sim::World;

use super::institutions::{Institutions, LEADER};
use crate::transcript::bytes_by_step;

#[tokio::test(start_paused = true)]
async fn bytes_are_those_of_the_formula() {
    for (sizes, bucket) in [
        ([2000_usize, 1500, 900, 1000], 1 << 20),
        ([900, 1000, 700, 300], 400),
    ] {
        let common = 200;
        let mut institutions = Institutions::new(&sizes.map(|it| it as u64), common as u64);
        (institutions.terms.chunk, institutions.sizes.bucket) = (1 << 14, bucket);
        let world = World::new(1);
        let ended = institutions.align(&world).await;
        institutions.check(ended);
        let bytes = bytes_by_step(&world);
        let buckets = sizes.into_iter().max().unwrap().div_ceil(bucket as usize);
        let room = |size: usize| {
            let mean = size.div_ceil(buckets);
            let root = mean.isqrt() + usize::from(mean.isqrt().pow(2) < mean);
            if buckets == 1 {
                size
            } else {
                mean + 8 * root + 16
            }
        };
        let columns = |size| (room(size) + room(size).div_ceil(10) + 256).next_multiple_of(4);
        let logarithm = |size: usize| size.next_power_of_two().ilog2();
        let width = (40 + logarithm(sizes[LEADER])).div_ceil(8) as usize;
        let members = [0, 2, 3].map(|member| sizes[member]);
        let prefix = |size| (40 + logarithm(sizes[LEADER]) + logarithm(size)).div_ceil(8) as usize;
        // A length of a few bytes stands before each field.
        let near = |step: &str, due: usize| {
            let got = bytes[step];
            let spare = 4 * 12 * buckets;
            assert!(
                (due..=due + spare).contains(&got),
                "{step}: {got} for {due}"
            );
        };
        near(
            "psi-vole.1.masked",
            3 * buckets * columns(sizes[LEADER]) * 16,
        );
        let answered: usize = members.iter().map(|size| columns(*size)).sum();
        near("psi-star.1.answered", buckets * answered * width);
        let listed: usize = members.iter().map(|size| common * prefix(*size)).sum();
        near("psi-star.1.listed", listed);
        near("psi-star.1.shared", 3 * 32);
        near("psi-star.1.confirmed", 4 * 3 * 4 * 32);
        near("psi-star.1.seeded", 3 * buckets * 32);
    }
}
