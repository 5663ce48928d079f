//! `consilium bench round`: one round of a small model over real daemons.
//!
//! A round is what federated averaging repeats: the coordinator sends the model, every institution
//! trains on its rows, and the models are summed under masks, with every durable write that a study
//! makes. Rounds are told apart by the coordinator's log of opened sums.

use std::{
    fmt::Write as _,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use clap::Args;
use consilium_data::Date;
use consilium_plan::{Lang, Phase, Plan};
use consilium_schema::DateOrder;
use serde::Deserialize;
use serde_json::json;

use crate::local::{self, inputs::PartyData, outcome::Outcome};

/// Rounds that are not counted: connections and caches warm up.
const WARM_UP: usize = 5;
/// Rows of each institution.
const ROWS: usize = 40;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium bench round
  consilium bench round --parties 4 --dim 31 --dim 301 --json")]
pub(crate) struct RoundArgs {
    /// Institutions, 3 to 50
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u16).range(3..=50))]
    parties: u16,

    /// Parameters of the model; a line for each
    #[arg(long, default_values_t = [31], value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1_001))]
    dim: Vec<u16>,

    /// Rounds that are counted, at least 20
    #[arg(long, default_value_t = 40, value_name = "N", value_parser = clap::value_parser!(u16).range(20..=1_000))]
    rounds: u16,

    /// Print one line of JSON for each measurement
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &RoundArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    for dim in &args.dim {
        let folder = tempfile::tempdir().context("making a folder")?;
        let (outcome, seconds) = measure(args, *dim, folder.path(), lang)?;
        let (median, p95) = (quantile(&seconds, 0.5), quantile(&seconds, 0.95));
        if !args.json {
            let said = lang.pick(
                "parameters: seconds a round, median and 95 %",
                "个参数：每轮秒数，中位数与 95%",
            );
            writeln!(out, "{dim} {said}: {median:.4}, {p95:.4}")?;
            continue;
        }
        let line = json!({
            "bench": "round",
            "mode": "processes",
            "ok": true,
            "params": { "parties": args.parties, "dim": dim, "rounds": seconds.len() },
            "round_s": { "median": median, "p95": p95 },
            "wall_s": outcome.wall.as_secs_f64(),
            "bytes": outcome.frame_bytes(),
            "wire_bytes": outcome.wire_bytes(),
            "parties": outcome.costs,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn measure(
    args: &RoundArgs,
    dim: u16,
    folder: &Path,
    lang: Lang,
) -> anyhow::Result<(Outcome, Vec<f64>)> {
    let columns = usize::from(dim) - 1;
    let rounds = usize::from(args.rounds) + WARM_UP;
    let schema = schema(columns);
    let names: Vec<String> = (0..args.parties)
        .map(|party| format!("house-{party}"))
        .collect();
    let plan = Plan::from_toml(&plan(columns, rounds, &names, &schema))?;
    let data = names
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let file = folder.join(format!("{name}.csv"));
            fs::write(&file, rows(columns, place))?;
            Ok(PartyData {
                party: name.parse()?,
                name: "bench".into(),
                file,
                schema: schema.clone(),
                splits: Vec::new(),
                codes: Vec::new(),
            })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let log = "[log]\nformat = \"json\"\nfilter = \"info,consilium_coordinator=debug\"\n";
    let outcome = local::in_processes(&plan, &data, folder, log, lang)?;
    let seconds = rounds_of(&folder.join("coordinator/daemon.log"))?;
    ensure!(
        seconds.len() == usize::from(args.rounds),
        "the log tells of other rounds"
    );
    Ok((outcome, seconds))
}

/// A line of the coordinator's log; lines that tell of something else have no number.
#[derive(Deserialize)]
struct Line {
    timestamp: String,
    number: Option<u32>,
}

/// Gives the seconds between the sums of federated averaging.
fn rounds_of(log: &PathBuf) -> anyhow::Result<Vec<f64>> {
    let text = fs::read_to_string(log).with_context(|| log.display().to_string())?;
    // The first sum only tells where the columns' values lie; others measure the last model.
    let rounds = Phase::Fedavg.first_sum().0 + 1..Phase::Fedavg.first_sum_of_measures().0;
    let mut times = Vec::new();
    for line in text.lines() {
        let Ok(Line {
            timestamp,
            number: Some(number),
        }) = serde_json::from_str(line)
        else {
            continue;
        };
        if rounds.contains(&number) {
            times.push(seconds(&timestamp).context("the log has a malformed time")?);
        }
    }
    let rounds: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    Ok(rounds.get(WARM_UP - 1..).unwrap_or_default().to_vec())
}

/// Reads `2026-01-31T12:30:59.123456Z` as seconds since 1970.
fn seconds(timestamp: &str) -> Option<f64> {
    let (date, time) = timestamp.strip_suffix('Z')?.split_once('T')?;
    let days = Date::parse(date, DateOrder::Ymd)?.days();
    let parts: Vec<f64> = time
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let [hours, minutes, seconds] = parts[..] else {
        return None;
    };
    Some(f64::from(days) * 86_400.0 + hours * 3_600.0 + minutes * 60.0 + seconds)
}

fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the list"
    )]
    let place = (share * (sorted.len() - 1) as f64).round() as usize;
    sorted[place]
}

fn plan(columns: usize, rounds: usize, parties: &[String], schema: &str) -> String {
    let features: Vec<String> = (0..columns)
        .map(|column| format!("\"x{column}\""))
        .collect();
    let mut plan = format!(
        "title = \"bench round\"\npurpose = \"measuring\"\nkind = \"train-glm\"\n\
         features = [{}]\nlabel = {{ column = \"y\" }}\n\
         [model]\nfamily = \"logistic\"\npenalty = 1.0\n\
         [limits]\nminimum_cell = 1\n\
         [comparison]\nfedavg = {{ rounds = {rounds}, epochs = 1 }}\n",
        features.join(", ")
    );
    for party in parties {
        write!(plan, "[[party]]\nname = \"{party}\"\ndata = \"bench\"\n").expect("to a text");
    }
    plan + schema
}

fn schema(columns: usize) -> String {
    let column = |column| {
        format!("[[column]]\nname = \"x{column}\"\ntype = \"number\"\nmin = -1\nmax = 1\n")
    };
    let columns: String = (0..columns).map(column).collect();
    columns + "[[column]]\nname = \"y\"\ntype = \"boolean\"\n"
}

/// Makes a table of numbers that look like chance, another one for each institution.
fn rows(columns: usize, place: usize) -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(place as u64 + 1);
    let mut unit = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let names: Vec<String> = (0..columns).map(|column| format!("x{column}")).collect();
    let mut table = names.join(",") + ",y\n";
    for _ in 0..ROWS {
        let values: Vec<f64> = (0..columns).map(|_| 2.0 * unit() - 1.0).collect();
        let label = u8::from(values.iter().take(3).sum::<f64>() + unit() > 0.5);
        for value in values {
            write!(table, "{value:.6},").expect("to a text");
        }
        writeln!(table, "{label}").expect("to a text");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_log_are_read_to_the_microsecond() {
        let [before, after] = ["2026-02-28T23:59:59.999500Z", "2026-03-01T00:00:00.000250Z"]
            .map(|time| seconds(time).expect("it is well formed"));
        assert!((after - before - 0.00075).abs() < 1e-6);
        assert_eq!(seconds("2026-02-28 23:59:59"), None);
    }

    #[test]
    fn quantiles_are_values_of_the_list() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0];
        let found = [quantile(&values, 0.5), quantile(&values, 0.95)];
        assert!(
            (found[0] - 3.0).abs() < 1e-12 && (found[1] - 5.0).abs() < 1e-12,
            "{found:?}"
        );
    }
}
