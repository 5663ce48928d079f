//! `consilium demo align`: three institutions find their common patients.

use std::{fs::File, io::Write, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use consilium_plan::Lang;

use crate::{
    local::{self, federation::Federation, folder::RunFolder, kept::Kept},
    terminal::tell,
};
use result::AlignResult;
use tables::Study;
use truth::Truth;

mod page;
mod result;
mod tables;
mod truth;

#[derive(Debug, Args)]
#[command(after_help = "\
A hospital, the public insurer and a commercial insurer keep tables of the same synthetic people and
write their insurance numbers and birth dates each in its own way. Two of them find their common
patients, then other two, then all three; what they find is held against who is who.

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
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| super::free_name("consilium-demo"));
    let of_all = studies.last().context("the demo has studies")?;
    let names = studies.iter().map(|study| study.name);
    let more: Vec<&str> = names.chain(["data"]).collect();
    let left = RunFolder::make(&folder, [&of_all.plan], &more, lang)?;
    let data = tables::write(&folder.join("data"), &of_all.plan)?;
    let work = async |federation: &mut Federation| {
        let mut ended = Vec::new();
        for of in &studies {
            tell(of.title(lang));
            let (study, took) = local::achieved(local::study(federation, &of.plan).await?, lang)?;
            let result = folder.join(of.name);
            ended.push(federation.kept(&study, &of.plan, &result, took).await?);
        }
        Ok(ended)
    };
    let coordinator = of_all.plan.coordinator();
    let ended = local::over_daemons((coordinator, &data), (&folder, ""), work, lang);
    let ended = left.close(ended, lang)?;
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
    let mut file = File::create(folder.join("result.json"))?;
    serde_json::to_writer_pretty(&mut file, &result)?;
    writeln!(file)?;
    if args.json {
        serde_json::to_writer(&mut *out, &result)?;
        writeln!(out)?;
    } else {
        page::print(out, &done, &truth, lang)?;
        let said = lang.pick("everything is in", "全部结果保存在");
        writeln!(out, "\n{said} {}", folder.display())?;
    }
    if done.iter().any(|study| !study.fits) {
        bail!(lang.pick(
            "a study found other people than the tables have in common",
            "有研究找到的人与各表实际共有的人不符",
        ));
    }
    Ok(())
}
