//! `consilium bench scarcity`: what it costs institutions to find out how much the others lack.
//!
//! Over real daemons, each a process of its own: from files to the kept result, with the check before the run and every
//! durable write.

use std::{
    fmt::Write as _,
    fs,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context as _, ensure};
use clap::Args;
use consilium_base::{Seed, Tagged};
use consilium_plan::{Lang, Plan, Task};
use rand_core::Rng as _;
use serde_json::{Value, json};

use crate::local::{self, cost, federation::Federation, inputs::PartyData, kept::Kept};

#[derive(Debug, Args)]
#[command(after_help = "\
Half of each institution's patients are everybody's, one row each. CPU seconds, peak memory and \
bytes are those of the daemons, from the submission of the study to its end.

Example:
  consilium bench scarcity --parties 5 --rows 100000 --features 8 --json")]
pub(crate) struct ScarcityArgs {
    /// Institutions, at least 4
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u16).range(4..=50))]
    parties: u16,

    /// Columns that rows are held against each other by: of four, two of numbers in six bins, one of 0/1 values, one category
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=40))]
    features: u16,

    /// Rows of each institution
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    rows: u32,

    /// Buckets by which patients are counted
    #[arg(long, default_value_t = 65_536, value_name = "N")]
    buckets: u32,

    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &ScarcityArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("making a folder")?;
    let plan = Plan::from_toml(&args.plan())?;
    let data = (0..args.parties).map(|place| args.data(place, folder.path()));
    let data: Vec<PartyData> = data.collect::<anyhow::Result<_>>()?;
    let result = folder.path().join("result");
    let work =
        async |federation: &mut Federation| local::kept(federation, &plan, &result, lang).await;
    let logged = (folder.path(), "");
    let kept = local::over_daemons((plan.coordinator(), &data), logged, work, lang)?;
    for own in &kept.parties {
        let rows = own.report.pointer("/scarcity/exclusive/entities");
        let is_right = rows == Some(&json!(args.rows));
        ensure!(is_right, "{} has counted other patients", own.party);
    }
    if args.json {
        writeln!(out, "{}", args.line(&plan, &kept)?)?;
        return Ok(());
    }
    let (wall, seconds) = (kept.wall.as_secs_f64(), lang.pick("s", "秒"));
    let (rows, features) = (args.rows, args.features);
    let costs = cost::lines(&kept.costs, lang);
    writeln!(out, "{rows} × {features}: {wall:.2} {seconds}\n{costs}")?;
    Ok(())
}

impl ScarcityArgs {
    fn plan(&self) -> String {
        let names = 0..self.features;
        let quoted: Vec<String> = names.clone().map(|place| format!("\"c{place}\"")).collect();
        let numbers = names.filter(|place| place % 4 < 2);
        let cuts: Vec<String> = numbers
            .map(|place| format!("c{place} = [20, 40, 60, 80]\n"))
            .collect();
        let cuts = cuts.concat();
        let party = |place| format!("[[party]]\nname = \"house-{place}\"\ndata = \"bench\"\n");
        let parties: String = (0..self.parties).map(party).collect();
        let all = u64::from(self.rows) / 2 * (u64::from(self.parties) + 1);
        let (rows, buckets) = (self.rows, self.buckets);
        format!(
            "title = \"bench scarcity\"\npurpose = \"measuring\"\nkind = \"scarcity\"\n\
             features = [{}]\n\
             [scarcity]\nepsilon = 1.0\nentities = {all}\nbuckets = {buckets}\n\
             [scarcity.cuts]\n{cuts}\
             [[key.part]]\ncolumn = \"id\"\nkind = \"text\"\n\
             [limits]\nmost_rows = {rows}\n\
             [patience]\nanswer = \"10m\"\n{parties}{}",
            quoted.join(", "),
            self.schema(),
        )
    }

    fn schema(&self) -> String {
        let column = |place| {
            let kind = match place % 4 {
                0 | 1 => "type = \"integer\"\nmin = 0\nmax = 99",
                2 => "type = \"boolean\"",
                _ => "type = \"category\"\nlevels = [\"one\", \"two\", \"three\", \"four\"]",
            };
            format!("[[column]]\nname = \"c{place}\"\n{kind}\n")
        };
        (0..self.features).map(column).collect()
    }

    /// Writes the rows of an institution: columns follow a common number, so that there are edges to find.
    fn data(&self, place: u16, folder: &Path) -> anyhow::Result<PartyData> {
        let name = format!("house-{place}");
        let path = folder.join(format!("{name}.csv"));
        let seed = Tagged::new("bench.1.rows").number(place.into()).digest();
        let mut rng = Seed::from_bytes(seed).generator();
        let mut file = BufWriter::new(fs::File::create(&path)?);
        let header: Vec<String> = (0..self.features).map(|it| format!(",c{it}")).collect();
        writeln!(file, "id{}", header.concat())?;
        for row in 0..self.rows {
            let mut line = match row % 2 {
                0 => format!("all-{row}"),
                _ => format!("{name}-{row}"),
            };
            let common = rng.next_u32() % 50;
            for column in 0..self.features {
                let number = common + rng.next_u32() % 50;
                match column % 4 {
                    0 | 1 => write!(line, ",{number}")?,
                    2 => write!(line, ",{}", number / 50)?,
                    _ => {
                        let level = ["one", "two", "three", "four"][number as usize / 25];
                        write!(line, ",{level}")?;
                    }
                }
            }
            writeln!(file, "{line}")?;
        }
        file.flush()?;
        Ok(PartyData {
            party: name.parse()?,
            name: "bench".into(),
            file: path,
            schema: "[[column]]\nname = \"id\"\ntype = \"code\"\n".to_owned() + &self.schema(),
            splits: Vec::new(),
            codes: Vec::new(),
        })
    }

    fn line(&self, plan: &Plan, kept: &Kept) -> anyhow::Result<Value> {
        let Task::Scarcity(task) = plan.task() else {
            anyhow::bail!("the plan is of another kind");
        };
        let agreement = task.agreement();
        Ok(json!({
            "bench": "scarcity",
            "mode": "processes",
            "ok": true,
            "params": {
                "parties": self.parties,
                "features": self.features,
                "rows": self.rows,
                "buckets": self.buckets,
            },
            "cells": agreement.cells(),
            "sums": agreement.sums(),
            "wall_s": kept.wall.as_secs_f64(),
            "bytes": kept.frame_bytes(),
            "wire_bytes": kept.wire_bytes(),
            "parties": kept.costs,
        }))
    }
}
