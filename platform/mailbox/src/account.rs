//! What a run cost: bytes, messages, rounds and CPU time, step by step.

use std::{collections::BTreeMap, ops::AddAssign, time::Duration};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// What one step cost one party.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StepAccount {
    /// Bytes of the frames sent, as they go on the wire before sealing and TLS.
    pub sent_bytes: u64,
    /// Frames sent.
    pub sent_frames: u64,
    /// Bytes of the frames received and read.
    pub received_bytes: u64,
    /// Frames received and read.
    pub received_frames: u64,
    /// Exchanges: how often the party began to wait for this step after it had sent something.
    pub rounds: u64,
    /// CPU time that the party's threads spent in [`compute`](crate::Mailbox::compute).
    #[serde(rename = "cpu_us", with = "microseconds")]
    pub cpu: Duration,
}

impl AddAssign for StepAccount {
    fn add_assign(&mut self, other: StepAccount) {
        self.sent_bytes += other.sent_bytes;
        self.sent_frames += other.sent_frames;
        self.received_bytes += other.received_bytes;
        self.received_frames += other.received_frames;
        self.rounds += other.rounds;
        self.cpu += other.cpu;
    }
}

/// What a party's steps cost it, by the steps' labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Account {
    steps: BTreeMap<String, StepAccount>,
}

impl Account {
    /// Gives the steps in alphabetical order.
    pub fn steps(&self) -> impl Iterator<Item = (&str, &StepAccount)> {
        self.steps
            .iter()
            .map(|(label, step)| (label.as_str(), step))
    }

    /// Adds all steps up.
    pub fn total(&self) -> StepAccount {
        let mut total = StepAccount::default();
        self.steps.values().for_each(|step| total += *step);
        total
    }

    pub(crate) fn step(&mut self, label: &str) -> &mut StepAccount {
        if !self.steps.contains_key(label) {
            self.steps.insert(label.to_owned(), StepAccount::default());
        }
        self.steps.get_mut(label).expect("it was just put there")
    }
}

impl AddAssign<&Account> for Account {
    fn add_assign(&mut self, other: &Account) {
        for (label, step) in other.steps() {
            *self.step(label) += *step;
        }
    }
}

/// CPU time as it is written down.
mod microseconds {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(cpu: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(cpu.as_micros()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_micros)
    }
}

/// Runs `work` and measures the CPU time that this thread spends in it.
pub(crate) fn on_thread_clock<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let before = thread_clock();
    let result = work();
    (result, thread_clock().saturating_sub(before))
}

fn thread_clock() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        now.tv_sec.unsigned_abs(),
        u32::try_from(now.tv_nsec).unwrap_or(0),
    )
}
