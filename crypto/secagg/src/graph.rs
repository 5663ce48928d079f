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
