//! What a daemon takes from its surroundings: the time and randomness.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use consilium_base::{Generator, Seed, UnixTime};
use consilium_mailbox::RunId;
use rand_core::Rng as _;

use crate::link::Epoch;

/// The time and randomness that the binary hands in. Cloning is cheap.
#[derive(Clone)]
pub struct Ambient {
    clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    seeds: Arc<Mutex<Generator>>,
}

impl Ambient {
    /// Takes a clock that gives Unix milliseconds, and a fresh seed that nobody else knows.
    pub fn new(clock: impl Fn() -> i64 + Send + Sync + 'static, seed: &Seed) -> Ambient {
        Ambient {
            clock: Arc::new(clock),
            seeds: Arc::new(Mutex::new(seed.generator())),
        }
    }

    /// Gives Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        (self.clock)()
    }

    /// Gives the time.
    pub fn now(&self) -> UnixTime {
        UnixTime(self.now_ms().div_euclid(1_000))
    }

    /// Draws a seed.
    pub fn seed(&self) -> Seed {
        // The generator has no state in which a panic could leave it half changed.
        let mut seeds = self.seeds.lock().unwrap_or_else(PoisonError::into_inner);
        Seed::random(&mut *seeds)
    }

    /// Gives a generator of its own.
    pub fn generator(&self) -> Generator {
        self.seed().generator()
    }

    /// Draws the id of a run.
    pub fn run(&self) -> RunId {
        RunId(self.sixteen())
    }

    /// Draws what tells this life of the daemon from its others.
    pub fn epoch(&self) -> Epoch {
        Epoch(self.sixteen())
    }

    fn sixteen(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.generator().fill_bytes(&mut bytes);
        bytes
    }
}

impl fmt::Debug for Ambient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ambient")
    }
}
