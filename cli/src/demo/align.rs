//! `consilium demo align`: three institutions find their common patients.

use std::{io::Write, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use consilium_plan::Lang;

use super::study::{self, Study};
use crate::local::kept::Kept;
use result::AlignResult;
use truth::Truth;

mod page;
mod result;
mod tables;
mod truth;

#[derive(Debug, Args)]
#[command(after_help = "\
A hospital, the public insurer and a commercial insurer keep tables of the same synthetic people \
and write their insurance numbers and birth dates each in its own way. Two of them find their \
common patients, then other two, then all three; what they find is held against who is who.

Examples:
  consilium demo align
  consilium demo align --json | tail -n 1")]
pub(super) struct AlignArgs {
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
    aligned: Kept,
    /// How many people all parties of the study know.
    expected: usize,
    /// Whether the common rows are those of these people, and in one order.
    fits: bool,
}

pub(super) fn run(args: &AlignArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let (studies, truth) = (tables::studies()?, Truth::load()?);
    let of_all = studies.last().context("the demo has studies")?;
    let tables = tables::of(&of_all.plan)?;
    let folder = super::folder_for(args.out.as_ref());
    let all: Vec<&Study> = studies.iter().collect();
    let (ended, _) = study::run(&all, &tables, &folder, lang)?;
    let done = studies
        .into_iter()
        .zip(ended)
        .map(|(study, aligned)| {
            let parties: Vec<_> = aligned.parties.iter().map(|own| &own.party).collect();
            Ok(Done {
                expected: truth.common(&parties).count(),
                fits: truth.fits(&aligned)?,
                study,
                aligned,
            })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;

    let result = AlignResult::new(&done);
    let page = |out: &mut dyn Write| page::print(out, &done, &truth, lang);
    super::leave((&folder, &result), page, (out, args.json), lang)?;
    if done.iter().any(|study| !study.fits) {
        bail!(lang.pick(
            "a study found other people than the tables have in common",
            "有研究找到的人与各表实际共有的人不符",
        ));
    }
    Ok(())
}
