//! From one participant to another, against a plain forwarder over the same two hops of TLS.

use std::time::Duration;

use bytes::Bytes;
use consilium_mailbox::{Content, Frame, PartyId, RunId, Transport as _, TransportError};
use rustix::time::{ClockId, clock_gettime};
use tokio::time::Instant;

use super::{Certificates, forwarder, stage::Stage};
use crate::NodeError;

/// The length of the frames that are sent, in bytes: a sealed part of a long vector.
const FRAME: usize = 1 << 20;
/// How often both are measured, by turns.
const TURNS: u8 = 3;

/// What it took to bring a number of bytes from one participant to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lap {
    /// Bytes of the frames' bodies.
    pub bytes: u64,
    /// On the clock.
    pub wall: Duration,
    /// Of the whole process: both participants and what is between them.
    pub cpu: Duration,
}

/// The relay's laps and the plain forwarder's, taken by turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// Through the relay.
    pub relay: Vec<Lap>,
    /// Through two hops of TLS without anything else.
    pub two_hop_tls: Vec<Lap>,
}

impl Lap {
    /// Bytes a second.
    pub fn rate(&self) -> f64 {
        self.bytes as f64 / self.wall.as_secs_f64()
    }

    /// CPU seconds for a gigabyte (10^9 bytes).
    pub fn cpu_seconds_per_gb(&self) -> f64 {
        self.cpu.as_secs_f64() / (self.bytes as f64 / 1e9)
    }
}

impl Measurement {
    /// The relay's median rate over the plain forwarder's.
    pub fn ratio_to_two_hop_tls(&self) -> f64 {
        median(&self.relay, Lap::rate) / median(&self.two_hop_tls, Lap::rate)
    }

    /// The relay's median CPU seconds for a gigabyte.
    pub fn cpu_seconds_per_gb(&self) -> f64 {
        median(&self.relay, Lap::cpu_seconds_per_gb)
    }
}

/// Brings about `bytes` bytes from one participant to another, three times either way.
///
/// # Errors
///
/// If the sockets or the certificates fail.
///
/// # Panics
///
/// Outside a tokio runtime.
pub async fn relay(bytes: u64, certificates: &Certificates<'_>) -> Result<Measurement, NodeError> {
    let mut measurement = Measurement {
        relay: Vec::new(),
        two_hop_tls: Vec::new(),
    };
    for turn in 0..TURNS {
        measurement
            .relay
            .push(through_relay(bytes, turn, certificates).await?);
        let plain = forwarder::lap(bytes, certificates).await;
        measurement
            .two_hop_tls
            .push(plain.map_err(|error| NodeError::Cut(error.to_string()))?);
    }
    Ok(measurement)
}

async fn through_relay(
    bytes: u64,
    turn: u8,
    certificates: &Certificates<'_>,
) -> Result<Lap, NodeError> {
    let mut stage = Stage::set(&certificates.server).await?;
    let names = ["bench-a", "bench-b"].map(|name| name.parse::<PartyId>().expect("it is a name"));
    let [a, b] = names
        .each_ref()
        .map(|name| stage.enter(name, turn, certificates));
    let run = RunId([turn; 16]);
    let sender = a.transport(run, &names[1..]).expect("its first run");
    let receiver = b.transport(run, &names[..1]).expect("its first run");
    let frames = bytes.div_ceil(FRAME as u64);
    let body = Bytes::from(vec![0x5a; FRAME]);
    let frame = |number| Frame {
        run,
        sender: names[0].clone(),
        receiver: names[1].clone(),
        scope: "".into(),
        step: "bench.1.body".into(),
        number,
        content: Content::Body(body.clone()),
    };
    // The first frame waits for both to be connected.
    sender.send(frame(0)).await.map_err(cut)?;
    receiver.recv(&names[0]).await.map_err(cut)?;

    let stopwatch = Stopwatch::start();
    let sending = async {
        for number in 0..frames {
            sender.send(frame(number)).await?;
        }
        Ok(())
    };
    let receiving = async {
        for _ in 0..frames {
            receiver.recv(&names[0]).await?;
        }
        Ok::<_, TransportError>(())
    };
    tokio::try_join!(sending, receiving).map_err(cut)?;
    Ok(stopwatch.stop(frames * FRAME as u64))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what map_err hands over"
)]
fn cut(error: TransportError) -> NodeError {
    NodeError::Cut(error.to_string())
}

/// Measures a lap.
pub(super) struct Stopwatch {
    began: Instant,
    cpu: Duration,
}

impl Stopwatch {
    pub(super) fn start() -> Stopwatch {
        Stopwatch {
            began: Instant::now(),
            cpu: cpu(),
        }
    }

    pub(super) fn stop(self, bytes: u64) -> Lap {
        Lap {
            bytes,
            wall: self.began.elapsed(),
            cpu: cpu().saturating_sub(self.cpu),
        }
    }
}

fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let nanos = u32::try_from(now.tv_nsec).unwrap_or(0);
    Duration::new(now.tv_sec.unsigned_abs(), nanos)
}

fn median(laps: &[Lap], of: impl Fn(&Lap) -> f64) -> f64 {
    let mut values: Vec<f64> = laps.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
