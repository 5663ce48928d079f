//! `consilium bench vertical-gbdt`: institutions grow trees over their columns of the same people, each
//! a process of its own.
//!
//! From files to a model in parts, over the sealed relay on loopback, with everything that a study
//! does: the check before the run, durable writes after each tree, the journal.

mod columns;

use std::{io::Write, path::Path};

use anyhow::{Context as _, ensure};
use clap::Args;
use consilium_mailbox::Account;
use consilium_plan::{Lang, Plan, Task, Vertical, VerticalWork};
use serde_json::{Value, json};

use super::set::SetArg;
use crate::local::{
    self,
    cost::{self, PartyCost},
    federation::Federation,
    inputs::PartyData,
    joint::label_holder,
    kept::Kept,
};
use columns::{Features, People};

#[derive(Debug, Args)]
#[command(after_help = "\
All trees are grown on everybody's columns, the first too, and nothing is kept back. An
alignment finds the common rows before, which is not counted: `align_s` tells how long it took.
CPU seconds and bytes are those of the daemons, from the submission of the study to its end; peak
memory is the most that a daemon ever held, while it aligned too.

Examples:
  consilium bench vertical-gbdt
  consilium bench vertical-gbdt --rows 100000 --features 30x30 --trees 10 --depth 5 --bins 32 --json
  consilium bench vertical-gbdt --rows 10000 --features 10x20x20 --set b")]
pub(crate) struct VerticalArgs {
    /// People whom all parties know; a line for each of several
    #[arg(long, default_value = "10000", value_name = "N", value_parser = clap::value_parser!(u32).range(1_000..=2_000_000))]
    rows: Vec<u32>,

    /// Columns of the party with the labels, then of each other one
    #[arg(long, default_value = "30x30", value_name = "NxM[xK...]")]
    features: Features,

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

/// What came of both studies.
struct Measured {
    rows: u32,
    aligned: Kept,
    grown: Kept,
    /// How many candidates share a ciphertext where all rows are drawn.
    stride: u32,
    /// The mean loss after the last tree.
    loss: f64,
}

impl Measured {
    fn new(args: &VerticalArgs, rows: u32, folder: &Path, lang: Lang) -> anyhow::Result<Measured> {
        let people = People {
            rows,
            features: &args.features,
        };
        let align = Plan::from_toml(&people.alignment())?;
        let grow = Plan::from_toml(&growth(args, &people, &align))?;
        let data: Vec<PartyData> = people.write(folder)?;
        let work = async |federation: &mut Federation| {
            let mut kept = Vec::new();
            for (plan, result) in [(&align, "aligned"), (&grow, "grown")] {
                kept.push(local::kept(federation, plan, &folder.join(result), lang).await?);
            }
            Ok(kept)
        };
        let kept = local::over_daemons((align.coordinator(), &data), (folder, ""), work, lang)?;
        let [aligned, grown] = <[Kept; 2]>::try_from(kept).map_err(|_| anyhow::anyhow!("two"))?;
        Ok(Measured {
            rows,
            stride: stride(&grow, rows)?,
            loss: learnt(&grown, (rows, args.trees))?,
            aligned,
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
        let steps = steps.filter(|(step, _)| step.starts_with("gbdt-vertical."));
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
                "trees": args.trees,
                "depth": args.depth,
                "bins": args.bins,
                "set": args.set.name(),
                "first_tree": "joint",
                "min_side": 1,
                "min_gap": 0,
                "min_node": 2,
            },
            "stride": self.stride,
            "loss": self.loss,
            "align_s": self.aligned.wall.as_secs_f64(),
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
        let (wall, align) = (
            self.grown.wall.as_secs_f64(),
            self.aligned.wall.as_secs_f64(),
        );
        let trees = f64::from(args.trees);
        let (cpu, megabytes) = (
            self.cpu_s() / trees,
            self.grown.frame_bytes() as f64 / 1e6 / trees,
        );
        let costs: &[PartyCost] = &self.grown.costs;
        let said = lang.pick(
            format!(
                "{rows} rows, {features} columns, {stride} candidates to a ciphertext: {wall:.2} s after an \
                 alignment of {align:.2} s; a tree {cpu:.2} CPU s and {megabytes:.2} MB of frames"
            ),
            format!(
                "{rows} 行，{features} 列，每个密文 {stride} 个候选：{wall:.2} 秒，此前对齐 {align:.2} 秒；\
                 每棵树 {cpu:.2} CPU 秒，帧 {megabytes:.2} MB"
            ),
        );
        format!("{said}\n{}\n", cost::lines(costs, lang))
    }
}

/// Writes the plan of the trees.
fn growth(args: &VerticalArgs, people: &People<'_>, align: &Plan) -> String {
    let VerticalArgs {
        trees, depth, bins, ..
    } = args;
    let (rows, set, alignment) = (people.rows, args.set.name(), align.hash());
    format!(
        "title = \"bench\"\npurpose = \"measuring\"\nkind = \"train-vertical-gbdt\"\n\
         alignment = \"{alignment}\"\n\
         [trees]\nobjective = \"logistic\"\ntrees = {trees}\nlearning_rate = 0.3\nbins = {bins}\n\
         min_node = 2\ngrowth = {{ depth-wise = {{ depth = {depth} }} }}\n\
         [vertical]\nfirst_tree = \"joint\"\nmin_side = 1\nmin_gap = 0\nmin_node = 2\nparameters = \"{set}\"\n\
         [limits]\nmost_rows = {rows}\n[patience]\nanswer = \"30m\"\n{}",
        people.parties(),
    )
}

/// Gives the r that the label holder chooses.
fn stride(plan: &Plan, rows: u32) -> anyhow::Result<u32> {
    let Task::Vertical(task) = plan.task() else {
        anyhow::bail!("the plan has no columns of several");
    };
    let task: &Vertical = task;
    let VerticalWork::Grow(grow) = &task.work else {
        anyhow::bail!("the plan grows no trees");
    };
    Ok(task.agreement(grow, rows.into())?.stride())
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

/// Gives a party's name: the one with the labels first.
fn name(place: usize) -> String {
    match place {
        0 => "label-holder".to_owned(),
        place => format!("feature-holder-{place}"),
    }
}

#[cfg(test)]
mod tests {
    use consilium_mailbox::PartyId;

    use super::*;

    #[test]
    fn parties_are_named_as_parties_may_be() {
        for place in 0..4 {
            assert!(name(place).parse::<PartyId>().is_ok());
        }
    }
}
