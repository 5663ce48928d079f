//! Costs of all parties, and what they hang on.

use std::{collections::BTreeMap, time::Duration};

use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use super::whole;
use crate::Plan;

/// How often the rows lie in memory at once: as columns, as a matrix, as a table.
const COPIES: u64 = 3;
/// Bytes of a value.
const BYTES_OF_A_VALUE: u64 = 8;

/// What a link to the coordinator can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speed {
    /// Time there and back.
    pub round_trip: Duration,
    /// Bytes a second, at least one.
    pub bytes_per_second: u64,
}

/// What a party's messages to several others go over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// One link to all, as an institution has it.
    Shared,
    /// One to each, as the simulated world has it.
    Apart,
}

/// How many rows each party brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowsBy {
    each: u64,
    by_party: BTreeMap<PartyId, u64>,
}

/// What CPU time is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spent {
    /// The party's own rows, and what is made of opened sums.
    Learning,
    /// Secure aggregation: keys, shares, signatures, masks.
    Sums,
    /// Ciphertexts of rows and their sums.
    Ciphertexts,
    /// Keys that are held against each other.
    Matching,
    /// The daemon: sealing, TLS, what it keeps, its start and end of a study.
    Daemon,
}

/// What a study costs one party.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Which.
    pub party: PartyId,
    /// Seconds of one core, by what they are spent on.
    pub cpu: BTreeMap<Spent, f64>,
    /// Bytes of the frames that it sends, before sealing and TLS.
    pub sent: u64,
    /// Those of them that the coordinator passes on to somebody else.
    pub passed_on: u64,
    /// Those that the party which gets most of them gets.
    pub to_one: u64,
    /// Bytes that it puts on its connections, after sealing and TLS, what it passes on included; 0
    /// where no daemons are reckoned with.
    pub on_wire: u64,
    /// Bytes of memory.
    pub memory: u64,
    /// Frames that it sends or receives.
    pub(super) frames: u64,
}

/// What a study costs all parties.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Costs {
    /// Sums that are opened.
    pub sums: u64,
    /// Exchanges of messages, as parties count them.
    pub rounds: u64,
    /// Those of them that wait for one another: times there and back.
    pub trips: u64,
    /// The coordinator, then the others in order of their names.
    pub parties: Vec<Cost>,
}

impl RowsBy {
    /// Says that every party has as many.
    pub fn each(rows: u64) -> RowsBy {
        RowsBy {
            each: rows,
            by_party: BTreeMap::new(),
        }
    }

    /// Says how many a party has.
    #[must_use]
    pub fn with(mut self, party: PartyId, rows: u64) -> RowsBy {
        self.by_party.insert(party, rows);
        self
    }

    /// Gives how many a party has.
    pub fn of(&self, party: &PartyId) -> u64 {
        self.by_party.get(party).copied().unwrap_or(self.each)
    }

    /// Gives a share of all.
    pub(super) fn times(&self, share: f64) -> RowsBy {
        let of = |rows: u64| whole(share * rows as f64);
        let by_party = self.by_party.iter();
        RowsBy {
            each: of(self.each),
            by_party: by_party
                .map(|(party, rows)| (party.clone(), of(*rows)))
                .collect(),
        }
    }
}

impl Cost {
    fn of(party: &PartyId) -> Cost {
        Cost {
            party: party.clone(),
            cpu: BTreeMap::new(),
            sent: 0,
            passed_on: 0,
            to_one: 0,
            on_wire: 0,
            memory: 0,
            frames: 0,
        }
    }

    /// Adds up the seconds of one core.
    pub fn cpu_s(&self) -> f64 {
        self.cpu.values().fold(0.0, |all, seconds| all + seconds)
    }

    pub(super) fn spend(&mut self, on: Spent, seconds: f64) {
        *self.cpu.entry(on).or_default() += seconds;
    }

    /// Adds frames to the coordinator, and from it.
    pub(super) fn send(&mut self, bytes: f64) {
        self.sent += whole(bytes);
        self.to_one += whole(bytes);
    }

    /// Adds frames to so many others, through the coordinator.
    pub(super) fn send_through(&mut self, bytes: f64, others: u64) {
        self.sent += whole(bytes);
        self.passed_on += whole(bytes);
        self.to_one += whole(bytes / others.max(1) as f64);
    }
}

impl Costs {
    /// Begins with nothing.
    pub(super) fn of(plan: &Plan) -> Costs {
        let others = plan.contributors().map(|(party, _)| party);
        Costs {
            parties: [plan.coordinator()]
                .into_iter()
                .chain(others)
                .map(Cost::of)
                .collect(),
            ..Costs::default()
        }
    }

    /// Gives a party's.
    pub fn of_party(&self, party: &PartyId) -> Option<&Cost> {
        self.parties.iter().find(|cost| cost.party == *party)
    }

    /// Reckons the time from the first message to the last: waiting for messages over each party's
    /// link, sending, and computing, at all parties but the coordinator at once. Nothing is lost on its
    /// way.
    pub fn time(&self, links: Links, speed_of: impl Fn(&PartyId) -> Speed) -> Duration {
        let Some((coordinator, others)) = self.parties.split_first() else {
            return Duration::ZERO;
        };
        let (mut waiting, mut sending, mut computing) = (Duration::ZERO, 0.0_f64, 0.0_f64);
        for cost in others {
            let speed = speed_of(&cost.party);
            let bytes = match links {
                Links::Shared => cost.sent,
                Links::Apart => cost.to_one,
            };
            waiting = waiting.max(speed.round_trip);
            sending = sending.max(bytes as f64 / speed.bytes_per_second.max(1) as f64);
            computing = computing.max(cost.cpu_s());
        }
        let trips = u32::try_from(self.trips).unwrap_or(u32::MAX);
        let seconds = sending + computing + coordinator.cpu_s();
        let seconds = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        waiting.saturating_mul(trips).saturating_add(seconds)
    }

    /// The coordinator: it is always there.
    pub(super) fn coordinator(&mut self) -> &mut Cost {
        &mut self.parties[0]
    }

    /// The contributors.
    pub(super) fn others(&mut self) -> &mut [Cost] {
        self.parties
            .split_first_mut()
            .map_or(&mut [], |(_, others)| others)
    }

    /// Adds what rows of so many columns take in memory.
    pub(super) fn add_memory_of_rows(&mut self, columns: u64, rows: &RowsBy) {
        for cost in self.others() {
            let values = rows.of(&cost.party).saturating_mul(columns);
            cost.memory += values.saturating_mul(BYTES_OF_A_VALUE * COPIES);
        }
    }
}
