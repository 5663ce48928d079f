//! How long a frame is on its way over a simulated link.

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use tokio::time::Instant;

use crate::{PartyId, RunId};

/// What a simulated link does to the frames of one direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Time from sender to receiver.
    pub latency: Duration,
    /// Bytes a second; `None` for no limit.
    pub bandwidth: Option<u64>,
    /// Share of transmissions that are lost, 0 to below 1. The link sends a lost frame again
    /// after a time-out: frames come late, never out of order.
    pub loss: f64,
}

impl Default for Link {
    fn default() -> Self {
        Link {
            latency: Duration::ZERO,
            bandwidth: None,
            loss: 0.0,
        }
    }
}

/// How long a sender waits, beside two latencies, before it sends a lost frame again.
const RESEND_AFTER: Duration = Duration::from_millis(200);

/// One direction of a link in one run: when is it free, and when did the last frame arrive.
#[derive(Debug)]
pub(super) struct Timetable {
    rng: ChaCha8Rng,
    free: Option<Instant>,
    arrived: Option<Instant>,
}

impl Timetable {
    pub(super) fn new(seed: u64, run: RunId, from: &PartyId, to: &PartyId) -> Timetable {
        let mut material = [0; 32];
        let names = fnv(
            fnv(FNV_START, from.as_str().as_bytes()),
            to.as_str().as_bytes(),
        );
        let parts = [
            seed,
            names,
            fnv(FNV_START, &run.0),
            to.as_str().len() as u64,
        ];
        for (bytes, part) in material.chunks_exact_mut(8).zip(parts) {
            bytes.copy_from_slice(&part.to_le_bytes());
        }
        Timetable {
            rng: ChaCha8Rng::from_seed(material),
            free: None,
            arrived: None,
        }
    }

    /// Says when a frame of that length, handed over now, arrives, where time is so much stretched.
    pub(super) fn arrival(&mut self, link: &Link, bytes: usize, stretch: u32) -> Instant {
        let now = Instant::now();
        let latency = link.latency.saturating_mul(stretch);
        let sending = link.bandwidth.map_or(Duration::ZERO, |rate| {
            Duration::from_secs_f64(f64::from(stretch) * bytes as f64 / rate.max(1) as f64)
        });
        let free = self.free.map_or(now, |free| free.max(now)) + sending;
        let mut arrival = free + latency;
        while self.unit() < link.loss.clamp(0.0, 0.99) {
            arrival += latency * 2 + RESEND_AFTER * stretch;
        }
        let arrival = self.arrived.map_or(arrival, |last| last.max(arrival));
        self.free = Some(free);
        self.arrived = Some(arrival);
        arrival
    }

    /// A number in [0, 1), uniform.
    fn unit(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// Fowler, Noll and Vo's hash 1a: spreads seeds, protects nothing.
fn fnv(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    })
}
