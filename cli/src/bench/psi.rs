//! `consilium bench psi`: two institutions find their common patients, each a process of its own.
//!
//! From a file to a file, over the sealed relay on loopback, with everything that a study does: the
//! check before the run, durable writes, the journal.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};
use consilium_plan::{Lang, Plan, Task};
use serde_json::json;

use crate::local::{
    aligned::{self, Aligned},
    inputs::{PartyData, of_keys},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Half of the smaller set is common. CPU seconds, peak memory and bytes are those of the daemons, from
the submission of the study to its end.

Examples:
  consilium bench psi
  consilium bench psi --protocol ecdh --sizes 65536x65536 --json
  consilium bench psi --protocol vole --sizes 1048576x1048576 --json")]
pub(crate) struct PsiArgs {
    /// How the sets are compared
    #[arg(long, value_enum, default_value = "ecdh")]
    protocol: Protocol,

    /// Rows of both files; a line for each pair
    #[arg(long, default_values = ["65536x65536"], value_name = "NxM")]
    sizes: Vec<Sizes>,

    /// Print one line of JSON for each measurement
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Protocol {
    /// Both learn which rows are common
    Ecdh,
    /// The same, by the protocol for large sets
    Vole,
    /// Both learn how many keys are common
    Cardinality,
}

impl Protocol {
    fn name(self) -> &'static str {
        match self {
            Protocol::Ecdh => "ecdh",
            Protocol::Vole => "vole",
            Protocol::Cardinality => "cardinality",
        }
    }
}

/// Rows of one file and of the other.
#[derive(Clone, Copy, Debug)]
struct Sizes([u32; 2]);

impl FromStr for Sizes {
    type Err = String;

    fn from_str(text: &str) -> Result<Sizes, String> {
        let number = |text: &str| text.parse().ok().filter(|it| (20..=MOST).contains(it));
        let sizes = text.split_once('x');
        let sizes = sizes.and_then(|(one, other)| Some([number(one)?, number(other)?]));
        sizes
            .map(Sizes)
            .ok_or_else(|| format!("it is written NxM, 20 to {MOST} each"))
    }
}

/// As many ids as birth dates and sequence numbers give here.
const MOST: u32 = 20_000_000;

pub(crate) fn run(args: &PsiArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    for Sizes([one, other]) in &args.sizes {
        let folder = tempfile::tempdir().context("making a folder")?;
        let common = one.min(other) / 2;
        let outcome = measure(args.protocol, ([*one, *other], common), folder.path(), lang)?;
        let wall_s = outcome.wall.as_secs_f64();
        if !args.json {
            let cpu: f64 = outcome.costs.iter().map(|cost| cost.cpu_s).sum();
            let said = lang.pick("s, CPU seconds of all", "秒，各方 CPU 秒数合计");
            writeln!(out, "{one} x {other}: {wall_s:.2} {said}: {cpu:.2}")?;
            continue;
        }
        let line = json!({
            "bench": "psi",
            "mode": "processes",
            "ok": true,
            "params": {
                "protocol": args.protocol.name(),
                "sizes": format!("{one}x{other}"),
                "common": common,
            },
            "wall_s": wall_s,
            "bytes": outcome.frame_bytes(),
            "parties": outcome.costs,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn measure(
    protocol: Protocol,
    (sizes, common): ([u32; 2], u32),
    folder: &Path,
    lang: Lang,
) -> anyhow::Result<Aligned> {
    let [one, other] = sizes;
    let plan = Plan::from_toml(&plan(protocol, one.max(other)))?;
    let Task::Align(task) = plan.task() else {
        anyhow::bail!("the plan aligns nothing");
    };
    let first = one - common;
    let ranges = [("hospital", 0..one), ("insurer", first..first + other)];
    let data = ranges.map(|(name, numbers)| {
        let file = folder.join(format!("{name}.csv"));
        write_ids(&file, numbers)?;
        Ok(PartyData {
            party: name.parse()?,
            name: "bench".into(),
            file,
            schema: of_keys(task),
            splits: Vec::new(),
        })
    });
    let data = data.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let outcome = aligned::in_processes(&plan, &data, folder, lang)?;
    for party in &outcome.parties {
        let found = party.report.pointer("/common/exact");
        ensure!(found == Some(&json!(common)), "another number was found");
    }
    Ok(outcome)
}

fn plan(protocol: Protocol, most: u32) -> String {
    let name = protocol.name();
    format!(
        "title = \"bench\"\npurpose = \"measuring\"\nkind = \"align\"\n\
         [[key.part]]\ncolumn = \"id\"\nkind = \"citizen-id\"\n\
         [align]\nprotocol = \"{name}\"\nminimum = 10\n[limits]\nmost_rows = {most}\n\
         [patience]\nanswer = \"10m\"\n\
         [[party]]\nname = \"hospital\"\ndata = \"bench\"\n\
         [[party]]\nname = \"insurer\"\ndata = \"bench\"\n"
    )
}

fn write_ids(path: &PathBuf, numbers: std::ops::Range<u32>) -> anyhow::Result<()> {
    let file = File::create_new(path).with_context(|| path.display().to_string())?;
    let mut file = BufWriter::new(file);
    writeln!(file, "id")?;
    for number in numbers {
        writeln!(file, "{}", citizen_id(number))?;
    }
    Ok(file.flush()?)
}

/// Makes up the 18 characters of an id whose check digit fits (GB 11643-1999); none ends in 000,
/// which would make it look rounded.
fn citizen_id(number: u32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let sequence = number % 900 / 9 * 10 + number % 9 + 1;
    let days = number / 900;
    let (day, month, year) = (days % 28 + 1, days / 28 % 12 + 1, days / 336 + 1931);
    let body = format!("110105{year}{month:02}{day:02}{sequence:03}");
    let digits = body.chars().filter_map(|digit| digit.to_digit(10));
    let sum: u32 = digits
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    let check = CHECKS.get(sum as usize % 11).copied().unwrap_or_default();
    format!("{body}{check}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_two_numbers() {
        let Sizes(sizes) = "65536x20".parse().unwrap();
        assert_eq!(sizes, [65_536, 20]);
        for text in ["65536", "x", "20x19", "20x20x20", "20 x 20"] {
            assert!(text.parse::<Sizes>().is_err(), "{text}");
        }
    }

    #[test]
    fn ids_are_valid_and_differ() {
        let day = consilium_entities::Day::new(2026, 1, 1).unwrap();
        let kind = consilium_entities::Kind::CitizenId;
        let mut seen = std::collections::HashSet::new();
        for number in (0..20_000).chain(MOST - 1000..MOST) {
            let id = citizen_id(number);
            assert_eq!(kind.normalise(&id, day).unwrap().unwrap().text, id);
            assert!(seen.insert(id), "{number}");
        }
    }
}
