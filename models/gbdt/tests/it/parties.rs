//! Parties and their drivers, in any world.

use std::time::Duration;

use consilium_base::{Generator, Seed, Tagged};
use consilium_gbdt::vertical::{Progress, Protections, Watch};
use consilium_mailbox::{Mailbox, PartyId, Quorum};
use consilium_secagg::plain::PlainAggregator;

pub(crate) fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

pub(crate) fn insurer() -> PartyId {
    party("insurer")
}

/// So many hospitals.
pub(crate) fn hospitals(count: usize) -> impl Iterator<Item = PartyId> {
    (0..count).map(|place| party(&format!("hospital-{place}")))
}

/// Nothing is kept back.
pub(crate) const OPEN: Protections = Protections {
    own_trees: 0,
    min_side: 1,
    min_gap: 0,
    min_node: 1,
    sum_noise: 0.0,
};

/// What a party's driver keeps.
pub(crate) struct Store<S> {
    pub(crate) kept: Option<S>,
    pub(crate) heard: Vec<Progress>,
}

impl<S> Default for Store<S> {
    fn default() -> Store<S> {
        let (kept, heard) = (None, Vec::new());
        Store { kept, heard }
    }
}

impl<S: Clone> Watch<S> for Store<S> {
    fn keep(&mut self, side: &S) -> Result<(), String> {
        self.kept = Some(side.clone());
        Ok(())
    }

    fn hear(&mut self, progress: Progress) {
        self.heard.push(progress);
    }
}

/// Sums in the clear, of whose contributors `at_least` suffice.
pub(crate) fn plain(contributors: &[PartyId], at_least: usize) -> PlainAggregator {
    PlainAggregator {
        contributors: contributors.to_vec(),
        quorum: Quorum {
            at_least,
            within: Duration::from_secs(5),
        },
    }
}

/// A party's own secret for the study.
pub(crate) fn secret(party: u64) -> Seed {
    Seed::from_bytes(Tagged::new("test.1.secret").number(party).digest())
}

/// What a party draws by in a run.
pub(crate) fn rng(run: u8, party: u64) -> Generator {
    let run = Tagged::new("test.1.run").number(run.into());
    Seed::from_bytes(run.number(party).digest()).generator()
}

/// Ends a party's part as a daemon does: in good order, or by leaving.
pub(crate) fn leave<T, E>(mail: Mailbox, ended: Result<T, E>) -> Result<T, E> {
    if ended.is_ok() {
        mail.finish();
    }
    ended
}

/// Daemons move their work between threads; what can't be moved doesn't compile.
pub(crate) fn sendable<F: Future + Send>(future: F) -> F {
    future
}

pub(crate) fn narrow(number: usize) -> u32 {
    number.try_into().unwrap()
}
