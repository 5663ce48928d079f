//! `consilium demo vertical`: institutions grow trees over columns of the same people.

use std::{io::Write, path::PathBuf};

use anyhow::bail;
use clap::Args;
use consilium_plan::Lang;

use super::study::{self, Study};
use crate::local::kept::Kept;
use common::Common;
use compared::Compared;
use result::VerticalResult;
use studies::{ADMISSION, HOSPITALS};

mod common;
mod compared;
mod difference;
mod losses;
mod page;
mod result;
mod studies;

#[derive(Debug, Args)]
#[command(after_help = "\
A hospital, the public insurer and a commercial insurer know other things of the same synthetic \
people. They find whom all three know, grow trees over the columns of all three by the hospital's \
labels (was a person admitted in the year after?), and score everybody. What comes of it is held \
against trees over each institution's columns alone, and over all columns in one place.

With --hospitals there are three hospitals with one schema, each with its own patients, and the \
public insurer has the labels: it sees candidate splits of the hospitals' columns as sums over all \
three, and of those chosen on which side each patient is.

Examples:
  consilium demo vertical
  consilium demo vertical --hospitals
  consilium demo vertical --json | tail -n 1")]
pub(super) struct VerticalArgs {
    /// Three hospitals with one schema in the place of one
    #[arg(long)]
    hospitals: bool,

    /// Where everything is left; default: consilium-demo, or the first free name like it
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// Print one line of JSON instead of tables
    #[arg(long)]
    json: bool,
}

/// A study that has ended.
#[derive(Debug)]
struct Done {
    study: Study,
    kept: Kept,
}

pub(super) fn run(args: &VerticalArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let example = if args.hospitals { HOSPITALS } else { ADMISSION };
    let studies = example.studies(lang)?;
    let folder = super::folder_for(args.out.as_ref());
    let all = studies.in_order();
    let (ended, data) = study::run(&all, &example.tables()?, &folder, lang)?;
    let done = all.into_iter().zip(ended);
    let done = done.map(|(study, kept)| Done {
        study: study.clone(),
        kept,
    });
    let done: Vec<Done> = done.collect();
    let [aligned @ .., grown, predicted] = &done[..] else {
        bail!("the demo grows trees and predicts");
    };

    let aligned: Vec<&Kept> = aligned.iter().map(|done| &done.kept).collect();
    let common = Common::join(studies.task()?, &aligned, &data)?;
    let scores = (&grown.kept, &predicted.kept);
    let compared = Compared::new(studies.task()?, &common, scores)?;
    let result = VerticalResult::new(example.name, &done, (&common, &compared));
    let page =
        |out: &mut dyn Write| page::print(out, (&example, &done), (&common, &compared), lang);
    super::leave((&folder, &result), page, (out, args.json), lang)?;
    match compared.odd(common.fits) {
        None => Ok(()),
        Some(odd) => bail!(lang.pick(odd.0, odd.1)),
    }
}
