//! `consilium bench vertical-gbdt`: institutions grow trees over their columns of the same people, each
//! a process of its own.
//!
//! From files to a model in parts, over the sealed relay on loopback, with everything that a study
//! does: the check before the run, durable writes after each tree, the journal.

mod columns;
mod plans;

use std::{io::Write, path::Path, time::Duration};

use anyhow::{Context as _, ensure};
use clap::Args;
use consilium_mailbox::Account;
use consilium_plan::Lang;
use serde_json::{Value, json};

use super::set::SetArg;
use crate::{
    local::{
        self,
        cost::{self, PartyCost},
        federation::Federation,
        inputs::PartyData,
        joint::label_holder,
        kept::Kept,
    },
    plan::cost::{most, parties},
};
use columns::{Features, People};
use plans::Studies;

#[derive(Debug, Args)]
#[command(after_help = "\
All trees are grown on everybody's columns, the first too, and nothing is kept back. An alignment \
finds the common rows before, with hospitals one for each, which is not counted: `align_s` tells \
how long it took. CPU seconds and bytes are those of the daemons, from the submission of the study \
to its end; peak memory is the most that a daemon ever held, while it aligned too.

Examples:
  consilium bench vertical-gbdt
  consilium bench vertical-gbdt --rows 100000 --features 30x30 --trees 10 --depth 5 \\
      --bins 32 --json
  consilium bench vertical-gbdt --rows 10000 --features 10x20x20 --set b
  consilium bench vertical-gbdt --rows 10000 --features 30x30 --hospitals 3 --json")]
pub(crate) struct VerticalArgs {
    /// People whom all parties know; a line for each of several
    #[arg(long, default_value = "10000", value_name = "N", value_parser = clap::value_parser!(u32).range(1_000..=2_000_000))]
    rows: Vec<u32>,

    /// Columns of the party with the labels, then of each other one
    #[arg(long, default_value = "30x30", value_name = "NxM[xK...]")]
    features: Features,

    /// At how many hospitals the second party's columns lie, each with its part of the people; by
    /// the parameters a
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(3..=100))]
    hospitals: Option<u32>,

    /// How many trees are grown
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    trees: u32,

    /// How deep they are
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=8))]
    depth: u8,

    /// How many bins a column has
    #[arg(long, default_value_t = 32, value_name = "N", value_parser = clap::value_parser!(u16).range(16..=256))]
    bins: u16,

    /// The parameters of the encryption
    #[arg(long, value_enum, default_value = "a")]
    set: SetArg,

    /// Print one line of JSON for each measurement
    #[arg(long)]
    json: bool,
}

/// Measures each number of rows.
///
/// # Errors
///
/// If a study fails, or its trees have learnt nothing.
pub(crate) fn run(args: &VerticalArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    for &rows in &args.rows {
        let folder = tempfile::tempdir().context("making a folder")?;
        let measured = Measured::new(args, rows, folder.path(), lang)?;
        if args.json {
            writeln!(out, "{}", measured.line(args))?;
        } else {
            writeln!(out, "{}", measured.said(args, lang))?;
        }
    }
    Ok(())
}

/// What came of all studies.
struct Measured {
    rows: u32,
    /// From the submission of each alignment to its end, in all.
    aligning: Duration,
    grown: Kept,
    /// How many candidates share a ciphertext where all rows are drawn.
    stride: u32,
    /// The mean loss after the last tree.
    loss: f64,
    /// What the plan tells each party beforehand.
    estimate: Vec<Value>,
}

impl Measured {
    fn new(args: &VerticalArgs, rows: u32, folder: &Path, lang: Lang) -> anyhow::Result<Measured> {
        let people = People {
            rows,
            features: &args.features,
            hospitals: args.hospitals,
        };
        let studies = Studies::new(args, &people)?;
        let data: Vec<PartyData> = people.write(folder)?;
        let work = async |federation: &mut Federation| {
            let mut aligning = Duration::ZERO;
            for (place, align) in studies.aligns.iter().enumerate() {
                let result = folder.join(format!("aligned-{place}"));
                aligning += local::kept(federation, align, &result, lang).await?.wall;
            }
            let result = folder.join("grown");
            let grown = local::kept(federation, &studies.grow, &result, lang).await?;
            Ok((aligning, grown))
        };
        let coordinator = studies.grow.coordinator();
        let (aligning, grown) =
            local::over_daemons((coordinator, &data), (folder, ""), work, lang)?;
        Ok(Measured {
            rows,
            aligning,
            stride: studies.stride(rows)?,
            loss: learnt(&grown, (rows, args.trees))?,
            estimate: parties(&most(&studies.grow)),
            grown,
        })
    }

    fn cpu_s(&self) -> f64 {
        self.grown.costs.iter().map(|cost| cost.cpu_s).sum()
    }

    /// Gives the CPU seconds that the protocol alone has spent at all institutions.
    fn protocol_cpu_s(&self) -> f64 {
        let accounts = self.grown.parties.iter().map(|own| &own.account);
        let steps = accounts.flat_map(Account::steps);
        let of_protocol = |step: &str| step.starts_with("gbdt-") || step.starts_with("secagg.");
        let steps = steps.filter(|(step, _)| of_protocol(step));
        steps.map(|(_, step)| step.cpu.as_secs_f64()).sum()
    }

    fn line(&self, args: &VerticalArgs) -> Value {
        let (wall, bytes) = (self.grown.wall.as_secs_f64(), self.grown.frame_bytes());
        let (cpu, trees) = (self.cpu_s(), f64::from(args.trees));
        json!({
            "bench": "vertical-gbdt",
            "mode": "processes",
            "ok": true,
            "params": {
                "rows": self.rows,
                "features": args.features.to_string(),
                "hospitals": args.hospitals,
                "trees": args.trees,
                "depth": args.depth,
                "bins": args.bins,
                "set": args.set.name(),
                "first_tree": "joint",
                "min_side": 1,
                "min_gap": 0,
                "min_node": 2,
                "min_hospitals": args.hospitals.map(|_| 1),
            },
            "stride": self.stride,
            "estimate": self.estimate,
            "loss": self.loss,
            "align_s": self.aligning.as_secs_f64(),
            "wall_s": wall,
            "cpu_s": cpu,
            "protocol_cpu_s": self.protocol_cpu_s(),
            "bytes": bytes,
            "wire_bytes": self.grown.wire_bytes(),
            "tree": { "wall_s": wall / trees, "cpu_s": cpu / trees, "bytes": bytes as f64 / trees },
            "parties": self.grown.costs,
        })
    }

    fn said(&self, args: &VerticalArgs, lang: Lang) -> String {
        let (rows, features, stride) = (self.rows, &args.features, self.stride);
        let (wall, align) = (self.grown.wall.as_secs_f64(), self.aligning.as_secs_f64());
        let trees = f64::from(args.trees);
        let (cpu, megabytes) = (
            self.cpu_s() / trees,
            self.grown.frame_bytes() as f64 / 1e6 / trees,
        );
        let costs: &[PartyCost] = &self.grown.costs;
        let (at_en, at_zh) = args.hospitals.map_or_else(Default::default, |hospitals| {
            (
                format!(" at {hospitals} hospitals"),
                format!("（{hospitals} 家医院）"),
            )
        });
        let said = lang.pick(
            format!(
                "{rows} rows, {features} columns{at_en}, {stride} candidates to a ciphertext: {wall:.2} s after an \
                 alignment of {align:.2} s; a tree {cpu:.2} CPU s and {megabytes:.2} MB of frames"
            ),
            format!(
                "{rows} 行，{features} 列{at_zh}，每个密文 {stride} 个候选：{wall:.2} 秒，此前对齐 {align:.2} 秒；\
                 每棵树 {cpu:.2} CPU 秒，帧 {megabytes:.2} MB"
            ),
        );
        format!("{said}\n{}\n", cost::lines(costs, lang))
    }
}

/// Checks that the trees are grown on all rows and have learnt something; gives their last loss.
fn learnt(grown: &Kept, (rows, trees): (u32, u32)) -> anyhow::Result<f64> {
    let own = label_holder(grown).context("somebody has the labels")?;
    let losses = own.report.get("losses").and_then(Value::as_array);
    let loss = |at: Option<&Value>| at.and_then(|losses| losses.get("trained")?.as_f64());
    let losses = losses.context("the label holder knows the losses")?;
    let (first, last) = (loss(losses.first()), loss(losses.last()));
    let (first, last) = first.zip(last).context("there are losses")?;
    let told = |name: &str| own.report.get(name).cloned();
    let are_all = told("trees") == Some(json!(trees)) && told("fitted_rows") == Some(json!(rows));
    ensure!(
        are_all && last < first,
        "the trees are not those of the plan"
    );
    Ok(last)
}
