//! The noise that a feature holder adds to sums.

use consilium_base::Seed;
use rand_distr::{Distribution as _, StandardNormal};

use crate::BinRule;

/// Where sums get noise they are below `2^SUM_BITS` in size.
pub(crate) const SUM_BITS: u8 = 28;
/// The same of the noise: both together are below `2^29`.
pub(crate) const MOST: i64 = 1 << SUM_BITS;
/// How many deviations fit below [`MOST`]: beyond lies a share of `2^-49`.
const ROOM: f64 = 8.0;

/// Gaussian noise for every candidate of a tree: a function of a secret, of the rows of a node and
/// of how a candidate parts them.
///
/// The same candidate of the same rows has the same noise whenever the tree is repeated, and so have
/// candidates of a column that part the node's rows alike: neither can be averaged away. Other rows
/// under the node's number have other noise.
pub(crate) struct SumNoise {
    seed: Seed,
    deviations: [f64; 2],
}

impl SumNoise {
    /// Takes the party's secret for the study, the tree, the agreed multiple and the largest number
    /// of a row; gives none if noise of that size leaves the room for it.
    pub(crate) fn new(
        secret: &Seed,
        tree: u32,
        multiple: f64,
        largest: [u32; 2],
    ) -> Option<SumNoise> {
        let deviations = largest.map(|largest| multiple * f64::from(largest));
        let fits = deviations.iter().all(|it| fits(*it));
        fits.then(|| SumNoise {
            seed: secret.derive("gbdt-vertical.1.noise", &[&tree.to_le_bytes()]),
            deviations,
        })
    }

    /// Gives the noise of a node, by its drawn rows.
    pub(crate) fn of_node(&self, rows: &[u32]) -> NodeNoise {
        let rows: Vec<u8> = rows.iter().flat_map(|row| row.to_le_bytes()).collect();
        NodeNoise {
            seed: self.seed.derive("gbdt-vertical.1.noise-at", &[&rows]),
            deviations: self.deviations,
        }
    }
}

/// Gaussian noise for every candidate of a node.
pub(crate) struct NodeNoise {
    seed: Seed,
    deviations: [f64; 2],
}

impl NodeNoise {
    /// Gives the noise on both sums of the rows that go left by a rule.
    pub(crate) fn of(&self, rule: BinRule) -> [i64; 2] {
        let place = [
            rule.column.to_le_bytes(),
            u32::from(rule.bin).to_le_bytes(),
            (rule.missing as u32).to_le_bytes(),
        ];
        let fields = place.each_ref().map(|field| &field[..]);
        let seed = self.seed.derive("gbdt-vertical.1.noise-of", &fields);
        let mut generator = seed.generator();
        self.deviations.map(|deviation| {
            let most = (MOST - 1) as f64;
            let normal: f64 = StandardNormal.sample(&mut generator);
            let noise = (normal * deviation).round().clamp(-most, most);
            #[expect(clippy::cast_possible_truncation, reason = "it is below 2^28 in size")]
            let noise = noise as i64;
            noise
        })
    }
}

/// Says whether noise of a deviation has room.
pub(crate) fn fits(deviation: f64) -> bool {
    ROOM * deviation <= MOST as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Side;

    fn noise(secret: u8, tree: u32) -> SumNoise {
        SumNoise::new(&Seed::from_bytes([secret; 32]), tree, 2.0, [1000, 500]).unwrap()
    }

    fn rule(column: u32) -> BinRule {
        let (bin, missing) = (3, Side::Right);
        BinRule {
            column,
            bin,
            missing,
        }
    }

    #[test]
    fn noise_is_the_same_again_and_another_elsewhere() {
        let of =
            |secret, tree, rows: &[u32], column| noise(secret, tree).of_node(rows).of(rule(column));
        let rows = [3, 5, 8];
        assert_eq!(of(1, 1, &rows, 1), of(1, 1, &rows, 1));
        for other in [
            of(2, 1, &rows, 1),
            of(1, 2, &rows, 1),
            of(1, 1, &rows[1..], 1),
            of(1, 1, &[3, 5, 9], 1),
            of(1, 1, &rows, 2),
        ] {
            assert_ne!(of(1, 1, &rows, 1), other);
        }
    }

    #[test]
    fn noise_has_the_deviation_agreed_on() {
        let noise = noise(3, 0);
        let drawn: Vec<[i64; 2]> = (0..4000)
            .map(|row| noise.of_node(&[row]).of(rule(0)))
            .collect();
        for (of, deviation) in [(0, 2000.0), (1, 1000.0)] {
            let numbers = drawn.iter().map(|it| it[of] as f64 / deviation);
            let (sum, squares) = numbers.fold((0.0, 0.0), |(a, b), it| (a + it, b + it * it));
            // The seed is fixed; of other seeds one in a thousand would fail.
            assert!((sum / 4000.0).abs() < 0.055, "{sum}");
            assert!((squares / 4000.0 - 1.0).abs() < 0.08, "{squares}");
        }
    }

    #[test]
    fn noise_without_room_is_refused() {
        let secret = Seed::from_bytes([1; 32]);
        assert!(SumNoise::new(&secret, 0, 1.0, [1 << 25, 1]).is_some());
        assert!(SumNoise::new(&secret, 0, 1.0, [1, (1 << 25) + 1]).is_none());
    }
}
