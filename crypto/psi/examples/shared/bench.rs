//! What the measurements share: arguments, items, terms, and what an account says.

use std::{error::Error, io};

use consilium_base::{Seed, Tagged};
use consilium_mailbox::{Account, PartyId};
use consilium_psi::{Item, Terms};
use tokio::runtime::{Builder, Runtime};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Gives the numbers on the command line; those that are not there as usual.
pub(crate) fn arguments<const N: usize>(usual: [u32; N]) -> Outcome<[u32; N]> {
    let mut numbers = usual;
    for (number, given) in numbers.iter_mut().zip(std::env::args().skip(1)) {
        *number = given.parse()?;
    }
    Ok(numbers)
}

pub(crate) fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().enable_time().build()
}

pub(crate) fn item(number: u32) -> Item {
    Tagged::new("bench.1.item").number(number.into()).digest()
}

/// A party's own secret.
pub(crate) fn secret(party: &PartyId) -> Seed {
    let hash = Tagged::new("bench.1.secret").field(party.as_str().as_bytes());
    Seed::from_bytes(hash.digest())
}

pub(crate) fn terms(study: u8) -> Terms {
    Terms {
        study: [study; 32],
        largest: u32::MAX,
        minimum: 10,
        chunk: Terms::USUAL_CHUNK,
    }
}

/// Milliseconds of CPU time by step.
pub(crate) fn steps(party: &str, account: &Account) -> String {
    let steps = account.steps().filter(|(_, cost)| !cost.cpu.is_zero());
    let steps = steps.map(|(step, cost)| format!("\"{step}\": {}", cost.cpu.as_millis()));
    format!("\"{party}\": {{{}}}", steps.collect::<Vec<_>>().join(", "))
}

/// The most memory that the process had, where the system says.
pub(crate) fn peak_rss_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.map_or(f64::NAN, |kib| kib / 1024.0)
}
