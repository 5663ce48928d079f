//! `consilium demo features`: three institutions with other layouts and code systems get one feature
//! matrix.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::bail;
use clap::Args;
use consilium_plan::Lang;

use crate::{local::folder::RunFolder, terminal::tell};
use comorbidities::Recoding;
use compared::Compared;
use coverage::Coverage;
use mapped::Mapped;
use result::FeaturesResult;
use studies::{Ended, Studies};

mod comorbidities;
mod compared;
mod contracts;
mod coverage;
mod files;
mod mapped;
mod page;
mod prepared;
mod report;
mod result;
mod sources;
mod studies;
mod study;

#[derive(Debug, Args)]
#[command(after_help = "\
A hospital, the public insurer and a commercial insurer keep what they know of their people in \
other columns, days, units, scripts and code systems: ICD-9-CM, ICD-10-CM, names of drugs, ATC. \
Each maps its files to one schema by a query of its own. Whether they then mean the same is \
measured, statistics over all three are computed without a row leaving its house, and a model is \
trained: who will cost 5000 dollars or more next year? The report with pictures is report.html in \
the folder.

It needs consilium-sql, the program that runs queries: beside consilium, in PATH, or named by the \
environment variable CONSILIUM_SQL. From the repository's root, about a quarter of an hour on two \
cores:
  cargo build --release -p consilium-sql

Examples:
  consilium demo features
  consilium --lang zh demo features --out features
  consilium demo features --json | tail -n 1")]
pub(super) struct FeaturesArgs {
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
    mapped: Vec<Mapped>,
    recoding: Recoding,
    coverage: Coverage,
    ended: Ended,
    compared: Compared,
    /// Groups of which the features don't tell what the codes do.
    differing: usize,
}

impl Found {
    /// The stability index of each feature at an institution, against the others, where it is told.
    fn stability<'a>(&'a self, party: &str) -> impl Iterator<Item = (&'a str, f64)> {
        let own = self.ended.own.iter().find(|(other, _)| other == party);
        let columns = own
            .into_iter()
            .flat_map(|(_, comparison)| &comparison.columns);
        columns.filter_map(|column| Some((column.name.as_str(), column.stability_index?)))
    }

    /// Where the largest stability index is: the institution, the feature, the index.
    fn largest_stability(&self) -> Option<(String, &str, f64)> {
        let of = |mapped: &'_ Mapped| {
            let party = mapped.party.as_str();
            let own = self.stability(party);
            own.map(|(feature, index)| (party.to_owned(), feature, index))
                .collect::<Vec<_>>()
        };
        let all = self.mapped.iter().flat_map(of);
        all.max_by(|(_, _, a), (_, _, b)| a.total_cmp(b))
    }
}

pub(super) fn run(args: &FeaturesArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    // Before a folder is made: without it nothing works.
    crate::data::map::find(lang)?;
    let studies = Studies::load(lang)?;
    let folder = super::folder_for(args.out.as_ref());
    let left = RunFolder::make(&folder, studies.plans(), &studies::MADE, lang)?;
    let found = find(&studies, &folder, lang);
    let found = found.and_then(|found| {
        report::write(&found, &folder, lang)?;
        Ok(found)
    });
    let found = left.close(found, lang)?;

    let result = FeaturesResult::new(&found);
    let page = |out: &mut dyn Write| page::print(out, &found, lang);
    super::leave((&folder, &result), page, (out, args.json), lang)?;
    match result.odd(&found) {
        None => Ok(()),
        Some(odd) => bail!(lang.pick(odd.0, odd.1)),
    }
}

fn find(studies: &Studies, folder: &Path, lang: Lang) -> anyhow::Result<Found> {
    tell(lang.pick(
        "each institution maps its own files to the features",
        "各机构将自己的文件映射为特征",
    ));
    let data = folder.join(files::FOLDER);
    files::write(&data)?;
    let mapped = mapped::all(&data, lang)?;
    let in_cents = mapped::in_cents(&mapped)?;
    tell(lang.pick(
        "codes and names: do they mean the same?",
        "编码与名称：含义是否一致？",
    ));
    let claims = sources::read()?;
    let recoding = Recoding::new(&claims);
    let coverage = Coverage::new(&claims)?;
    let ended = studies.run((&mapped, in_cents), folder, lang)?;
    let compared = Compared::new(&mapped, &ended)?;
    Ok(Found {
        differing: comorbidities::differing(&mapped, &claims),
        mapped,
        recoding,
        coverage,
        ended,
        compared,
    })
}
