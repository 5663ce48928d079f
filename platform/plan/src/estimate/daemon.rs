//! What daemons add to what their protocols cost.

use super::{Costs, Spent};
use crate::Plan;

/// CPU seconds of a study whatever it does, at the coordinator and at a participant: its states, its
/// journal, and a participant's reading of its rows.
const SECONDS_OF_A_STUDY: [f64; 2] = [0.03, 0.045];
/// CPU seconds of a frame that is sent, received or passed on.
const SECONDS_OF_A_FRAME: [f64; 2] = [21e-6, 60e-6];
/// CPU seconds of what is kept of a sum: the state, or the book of openings.
const SECONDS_OF_A_SUM: [f64; 2] = [1.4e-3, 0.6e-3];
/// CPU seconds of a byte on a connection, either way: sealing, TLS, copies.
const SECONDS_OF_A_BYTE: [f64; 2] = [0.75e-9, 1.5e-9];
/// CPU seconds of a sealed channel between two parties: key exchange, signatures.
const SECONDS_OF_A_CHANNEL: f64 = 0.3e-3;

/// Bytes on a connection of a study whatever it does.
const BYTES_OF_A_STUDY: u64 = 10_000;
/// Bytes of a frame's envelope, seal and TLS record, or of the word that it came.
const BYTES_OF_A_FRAME: u64 = 60;
/// Bytes of a sealed channel.
const BYTES_OF_A_CHANNEL: u64 = 2_500;
/// The most bytes of a piece in which a long frame goes; its time is that of its bytes.
const BYTES_OF_A_PIECE: u64 = 64 << 10;

/// Bytes of memory that a daemon takes without rows: see `consilium bench idle`.
const MEMORY: u64 = 36 << 20;

impl Plan {
    /// Adds what each party's daemon spends, and what goes over its connections.
    pub(super) fn charge_daemons(&self, costs: &mut Costs) {
        let sums = costs.sums as f64;
        let passed_on: u64 = costs.parties.iter().map(|cost| cost.passed_on).sum();
        let sent: u64 = costs.parties.iter().map(|cost| cost.sent).sum();
        let runs = self.phases().len() as u64;
        let others = costs.parties.len() as u64 - 1;
        for (place, cost) in costs.parties.iter_mut().enumerate() {
            let role = usize::from(place > 0);
            let through = if place == 0 { passed_on } else { 0 };
            let pieces = (cost.sent + through) / BYTES_OF_A_PIECE;
            let channels = runs * others;
            cost.on_wire = BYTES_OF_A_STUDY * if place == 0 { others } else { 1 }
                + channels * BYTES_OF_A_CHANNEL
                + cost.sent
                + through
                + (cost.frames + pieces) * BYTES_OF_A_FRAME;
            // What others send comes to the coordinator; of what it and others send each gets a part.
            let received = if place == 0 {
                sent - cost.sent
            } else {
                (sent - cost.sent) / others.max(1)
            };
            let bytes = (cost.on_wire + received) as f64;
            cost.spend(
                Spent::Daemon,
                SECONDS_OF_A_STUDY[role]
                    + cost.frames as f64 * SECONDS_OF_A_FRAME[role]
                    + sums * SECONDS_OF_A_SUM[role]
                    + bytes * SECONDS_OF_A_BYTE[role]
                    + channels as f64 * SECONDS_OF_A_CHANNEL,
            );
            cost.memory += MEMORY;
        }
    }
}
