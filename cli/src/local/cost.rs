//! What parties cost: CPU time and memory as the system tells them, bytes as the daemons count
//! them.

use std::{fs, net::SocketAddr, str::FromStr, time::Duration};

use anyhow::{Context as _, ensure};
use comfy_table::Table;
use consilium_node::telemetry::{CPU_SECONDS, RECEIVED_BYTES, SENT_BYTES};
use consilium_plan::Lang;
use serde::Serialize;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::table::{align_numbers, table};

/// How long a daemon may take to show its metrics.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a piece of work cost one party, as every line of JSON tells it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PartyCost {
    pub(crate) party: String,
    /// The process's CPU seconds; in the simulator those that the protocols spent in computing.
    pub(crate) cpu_s: f64,
    /// The most memory that the process ever held, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peak_rss_mb: Option<f64>,
    /// On the party's connections, TLS and all; in the simulator, which has no TLS, of its frames.
    pub(crate) sent_bytes: u64,
    /// As `sent_bytes`.
    pub(crate) received_bytes: u64,
    /// Exchanges of the protocols, where there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rounds: Option<u64>,
}

impl PartyCost {
    /// Takes in what another piece of work cost the same party.
    pub(crate) fn add(&mut self, more: &PartyCost) {
        self.cpu_s += more.cpu_s;
        self.sent_bytes += more.sent_bytes;
        self.received_bytes += more.received_bytes;
        let peaks = self.peak_rss_mb.into_iter().chain(more.peak_rss_mb);
        self.peak_rss_mb = peaks.reduce(f64::max);
        let rounds = self.rounds.into_iter().chain(more.rounds);
        self.rounds = rounds.reduce(|rounds, more| rounds + more);
    }
}

/// What a process has used since it started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    cpu_s: f64,
    peak_rss_mb: f64,
    pub(crate) rss_mb: f64,
    sent_bytes: u64,
    received_bytes: u64,
}

impl Reading {
    /// Reads what a daemon has used up to now.
    ///
    /// # Errors
    ///
    /// If the process is gone, or does not show its metrics.
    pub(crate) async fn take(process: u32, admin: SocketAddr) -> anyhow::Result<Reading> {
        let metrics = timeout(PATIENCE, metrics(admin)).await;
        let metrics = metrics.context("the daemon does not show its metrics")??;
        Reading::new(process, &metrics)
    }

    /// Reads what a process has used, whose metrics are at hand.
    ///
    /// # Errors
    ///
    /// If the process is gone.
    pub(crate) fn new(process: u32, metrics: &str) -> anyhow::Result<Reading> {
        let of_system = || {
            let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
            let mib = |name| Some(kib(&status, name)? / 1_024.0);
            Some((mib("VmHWM:")?, mib("VmRSS:")?))
        };
        let (peak_rss_mb, rss_mb) = of_system()
            .with_context(|| format!("the system tells nothing of process {process}"))?;
        Ok(Reading {
            cpu_s: counter(metrics, CPU_SECONDS),
            peak_rss_mb,
            rss_mb,
            sent_bytes: counter(metrics, SENT_BYTES),
            received_bytes: counter(metrics, RECEIVED_BYTES),
        })
    }

    /// Gives what was used since an earlier reading of the same process.
    pub(crate) fn since(&self, earlier: &Reading, party: &str) -> PartyCost {
        PartyCost {
            party: party.to_owned(),
            cpu_s: (self.cpu_s - earlier.cpu_s).max(0.0),
            peak_rss_mb: Some(self.peak_rss_mb),
            sent_bytes: self.sent_bytes.saturating_sub(earlier.sent_bytes),
            received_bytes: self.received_bytes.saturating_sub(earlier.received_bytes),
            rounds: None,
        }
    }
}

/// Gives a line for each party.
pub(crate) fn lines(costs: &[PartyCost], lang: Lang) -> Table {
    let say = |en: &'static str, zh: &'static str| lang.pick(en, zh);
    let mut lines = table();
    lines.set_header([
        say("party", "参与方"),
        say("CPU s", "CPU 秒"),
        say("peak MiB", "内存峰值 MiB"),
        say("bytes sent", "发送字节"),
        say("bytes received", "接收字节"),
        say("exchanges", "收发往返"),
    ]);
    for cost in costs {
        lines.add_row([
            cost.party.clone(),
            format!("{:.2}", cost.cpu_s),
            cost.peak_rss_mb
                .map(|mib| format!("{mib:.0}"))
                .unwrap_or_default(),
            cost.sent_bytes.to_string(),
            cost.received_bytes.to_string(),
            cost.rounds
                .map(|rounds| rounds.to_string())
                .unwrap_or_default(),
        ]);
    }
    align_numbers(&mut lines, 1..6);
    lines
}

async fn metrics(admin: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(admin).await?;
    // In HTTP/1.0 the answer comes in one piece and ends with the connection.
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer of HTTP")?;
    ensure!(
        head.split(' ').nth(1) == Some("200"),
        "the daemon shows no metrics"
    );
    Ok(body.to_owned())
}

/// Gives a counter's value; one that is not there has counted nothing.
fn counter<N: FromStr + Default>(metrics: &str, name: &str) -> N {
    let values = metrics.lines().filter_map(|line| line.strip_prefix(name));
    let mut values = values.filter_map(|value| value.strip_prefix(' ')?.parse().ok());
    values.next().unwrap_or_default()
}

fn kib(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_found_by_its_whole_name() {
        let metrics = "# TYPE sent_total counter\nsent_total_now 5\nsent_total 7\nused 0.25\n";
        assert_eq!(counter::<u64>(metrics, "sent_total"), 7);
        assert_eq!(counter::<u64>(metrics, "sent"), 0);
        assert!((counter::<f64>(metrics, "used") - 0.25).abs() < 1e-9);
    }

    #[test]
    fn memory_is_read_in_kibibytes() {
        assert_eq!(
            kib("VmHWM:\t  2048 kB\nVmRSS:\t 1024 kB\n", "VmRSS:"),
            Some(1_024.0)
        );
    }
}
