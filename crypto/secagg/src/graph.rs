//! Who shares masks and secrets with whom.

use consilium_base::{Generator, Seed};
use rand_core::Rng as _;

/// The neighbours of each contributor, by index in the roster.
///
/// # Discussion
///
/// A circulant graph on a random order (Bell et al., CCS 2020, section 3): every party is bound to
/// the `reach` before and the `reach` after it on the ring. Any degree is exactly even for all, and
/// removing parties disconnects the rest only by two gaps as long as the reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Graph {
    contributors: usize,
    ring: Option<Ring>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Ring {
    /// Who stands at each place.
    order: Vec<usize>,
    /// Where each party stands.
    place: Vec<usize>,
    reach: usize,
}

impl Graph {
    /// Makes everybody everybody's neighbour.
    pub(crate) fn complete(contributors: usize) -> Graph {
        Graph {
            contributors,
            ring: None,
        }
    }

    /// Draws a graph in which each has `neighbourhood - 1` neighbours.
    pub(crate) fn draw(contributors: usize, neighbourhood: usize, seed: &Seed) -> Graph {
        if neighbourhood >= contributors {
            return Graph::complete(contributors);
        }
        let mut order: Vec<usize> = (0..contributors).collect();
        let mut generator = seed.generator();
        for last in (1..contributors).rev() {
            order.swap(last, below(last as u64 + 1, &mut generator));
        }
        let mut place = vec![0; contributors];
        for (at, &party) in order.iter().enumerate() {
            place[party] = at;
        }
        Graph {
            contributors,
            ring: Some(Ring {
                order,
                place,
                reach: neighbourhood / 2,
            }),
        }
    }

    /// Gives a party's neighbours in ascending order, itself not among them.
    pub(crate) fn neighbours(&self, of: usize) -> Vec<usize> {
        let Some(ring) = &self.ring else {
            return (0..self.contributors)
                .filter(|&other| other != of)
                .collect();
        };
        let n = self.contributors;
        let steps = (1..=ring.reach).flat_map(|step| [step, n - step]);
        let mut neighbours: Vec<usize> = steps
            .map(|step| ring.order[(ring.place[of] + step) % n])
            .collect();
        neighbours.sort_unstable();
        neighbours
    }

    /// Says whether the masks of these parties hang together: no part of them can be summed alone.
    pub(crate) fn connects(&self, parties: &[usize]) -> bool {
        let Some(ring) = &self.ring else {
            return true;
        };
        let mut places: Vec<usize> = parties.iter().map(|&party| ring.place[party]).collect();
        places.sort_unstable();
        let wrapped = places.first().map(|first| first + self.contributors);
        let next = places.iter().copied().skip(1).chain(wrapped);
        let gaps = places
            .iter()
            .zip(next)
            .filter(|(here, next)| next - *here > ring.reach);
        gaps.count() < 2
    }
}

/// Draws a number below `limit`, each with the same chance.
fn below(limit: u64, generator: &mut Generator) -> usize {
    let reject_from = u64::MAX - u64::MAX % limit;
    loop {
        let draw = generator.next_u64();
        if draw < reject_from {
            return usize::try_from(draw % limit).expect("the limit came from a usize");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn() -> impl Strategy<Value = Graph> {
        (6_usize..60, 2_usize..10, any::<[u8; 32]>()).prop_map(|(n, reach, seed)| {
            Graph::draw(n, (2 * reach + 1).min(n), &Seed::from_bytes(seed))
        })
    }

    /// Follows edges, as a reference for the count of gaps.
    fn reaches_all(graph: &Graph, parties: &[usize]) -> bool {
        let mut reached = vec![parties[0]];
        let mut at = 0;
        while at < reached.len() {
            for next in graph.neighbours(reached[at]) {
                if parties.contains(&next) && !reached.contains(&next) {
                    reached.push(next);
                }
            }
            at += 1;
        }
        reached.len() == parties.len()
    }

    proptest! {
        #[test]
        fn neighbours_are_mutual_and_equally_many(graph in drawn()) {
            let degree = graph.neighbours(0).len();
            for party in 0..graph.contributors {
                let neighbours = graph.neighbours(party);
                prop_assert_eq!(neighbours.len(), degree);
                prop_assert!(neighbours.is_sorted_by(|one, next| one < next));
                for neighbour in neighbours {
                    prop_assert_ne!(neighbour, party);
                    prop_assert!(graph.neighbours(neighbour).contains(&party));
                }
            }
        }

        #[test]
        fn gaps_on_the_ring_tell_whether_parties_hang_together(
            graph in drawn(),
            kept in prop::collection::vec(any::<bool>(), 60),
        ) {
            let parties: Vec<usize> = (0..graph.contributors).filter(|&it| kept[it]).collect();
            if !parties.is_empty() {
                prop_assert_eq!(graph.connects(&parties), reaches_all(&graph, &parties));
            }
        }
    }
}
