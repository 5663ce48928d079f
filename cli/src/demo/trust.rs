//! `consilium demo trust`: six hospitals measure their own stays, and something went wrong at two of them.

use std::{io::Write, path::PathBuf};

use anyhow::bail;
use clap::Args;
use consilium_plan::Lang;

use crate::local::folder::RunFolder;
use files::Example;
use measured::Measured;
use result::TrustResult;
use trained::Trained;

mod deal;
mod files;
mod measured;
mod page;
mod result;
mod trained;

/// Where each hospital's files lie in the demo's folder.
const DATA: &str = "data";

#[derive(Debug, Args)]
#[command(after_help = "\
A published table of stays is dealt out to six hospitals by patients. At one of them each label is the
other one with a chance of one half; at another all codes are read one place beside theirs. Each
hospital holds the same rules against its own rows, and measures how easily its patients are found
again; what it finds is left as pages in a folder of its own. Then models are held against rows with
which nothing went wrong.

It needs consilium-sql, the program that runs queries: beside consilium, in PATH, or named by the
environment variable CONSILIUM_SQL. From the repository's root, about a quarter of an hour on two cores:
  cargo build --release -p consilium-sql

Examples:
  consilium demo trust
  consilium --lang zh demo trust --out trust
  consilium demo trust --json | tail -n 1")]
pub(super) struct TrustArgs {
    /// Where everything is left; default: consilium-demo, or the first free name like it
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// Print one line of JSON instead of tables
    #[arg(long)]
    json: bool,
}

/// All that the demo has found.
#[derive(Debug)]
struct Found {
    example: Example,
    measured: Vec<Measured>,
    trained: Trained,
}

impl Found {
    /// The hospitals by the quality of their stays, the best first.
    fn ranked(&self) -> Vec<&Measured> {
        let mut ranked: Vec<&Measured> = self.measured.iter().collect();
        ranked.sort_by(|a, b| b.total().total_cmp(&a.total()));
        ranked
    }

    /// How many stays a hospital has.
    fn rows(&self, party: &str) -> usize {
        let mut hospitals = self.example.hospitals.iter();
        let found = hospitals.find(|it| it.party == party);
        found.map_or(0, deal::Stays::rows)
    }
}

pub(super) fn run(args: &TrustArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    // Before a folder is made: without it nothing works.
    crate::data::map::find(lang)?;
    let example = Example::load(lang)?;
    let folder = super::folder_for(args.out.as_ref());
    let left = RunFolder::make(&folder, [&example.plan], &[DATA], lang)?;
    let found = example.write(&folder.join(DATA)).and_then(|hospitals| {
        let measured = measured::measure(&hospitals, lang)?;
        let trained = Trained::new(&example)?;
        Ok((measured, trained))
    });
    let (measured, trained) = left.close(found, lang)?;
    let found = Found {
        example,
        measured,
        trained,
    };
    let result = TrustResult::new(&found);
    let page = |out: &mut dyn Write| page::print(out, &found, lang);
    super::leave((&folder, &result), page, (out, args.json), lang)?;
    if !result.is_right() {
        bail!(lang.pick(
            "shifted codes are not where quality is lowest, or a model gains more without a sound hospital",
            "编码错位之处并非质量得分最低，或去掉无差错的医院反而使模型获益更多",
        ));
    }
    Ok(())
}
