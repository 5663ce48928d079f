//! `consilium demo vertical`: three institutions grow trees over columns of the same people.

use std::{fs::File, io::Write, path::PathBuf};

use anyhow::bail;
use clap::Args;
use consilium_plan::Lang;

use crate::{
    local::{self, federation::Federation, folder::RunFolder, kept::Kept},
    terminal::tell,
};
use common::Common;
use compared::Compared;
use result::VerticalResult;
use studies::{Studies, Study};

mod common;
mod compared;
mod difference;
mod page;
mod result;
mod studies;

#[derive(Debug, Args)]
#[command(after_help = "\
A hospital, the public insurer and a commercial insurer know other things of the same synthetic
people. They find whom all three know, grow trees over the columns of all three by the hospital's
labels (was a person admitted in the year after?), and score everybody. What comes of it is held
against trees over each institution's columns alone, and over all columns in one place.

Examples:
  consilium demo vertical
  consilium demo vertical --json | tail -n 1")]
pub(super) struct VerticalArgs {
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
    let studies = Studies::load()?;
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| super::free_name("consilium-demo"));
    let all = studies.in_order();
    let more: Vec<&str> = all.iter().map(|of| of.name).chain(["data"]).collect();
    let left = RunFolder::make(&folder, all.iter().map(|of| &of.plan), &more, lang)?;
    let data = studies::write(&folder.join("data"))?;
    let work = async |federation: &mut Federation| {
        let mut ended = Vec::new();
        for of in studies.in_order() {
            tell(of.title(lang));
            let ended_well = local::study(federation, &of.plan).await?;
            let (study, took) = local::achieved(ended_well, lang)?;
            let result = folder.join(of.name);
            ended.push(federation.kept(&study, &of.plan, &result, took).await?);
        }
        Ok(ended)
    };
    let coordinator = studies.grow.plan.coordinator();
    let ended = local::over_daemons((coordinator, &data), (&folder, ""), work, lang);
    let ended = left.close(ended, lang)?;
    let done = studies.in_order().into_iter().zip(ended);
    let done = done.map(|(study, kept)| Done {
        study: study.clone(),
        kept,
    });
    let done: Vec<Done> = done.collect();
    let [aligned, grown, predicted] = &done[..] else {
        bail!("the demo has three studies");
    };

    let common = Common::join(studies.task()?, &aligned.kept, &data)?;
    let scores = (&grown.kept, &predicted.kept);
    let compared = Compared::new(studies.task()?, &common, scores)?;
    let result = VerticalResult::new(&done, &common, &compared);
    let mut file = File::create(folder.join("result.json"))?;
    serde_json::to_writer_pretty(&mut file, &result)?;
    writeln!(file)?;
    if args.json {
        serde_json::to_writer(&mut *out, &result)?;
        writeln!(out)?;
    } else {
        page::print(out, &done, (&common, &compared), lang)?;
        let said = lang.pick("everything is in", "全部结果保存在");
        writeln!(out, "\n{said} {}", folder.display())?;
    }
    match compared.odd(&common) {
        None => Ok(()),
        Some(odd) => bail!(lang.pick(odd.0, odd.1)),
    }
}
