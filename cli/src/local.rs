//! `consilium local`: a whole federation on this machine, over one's own files.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use consilium_plan::{Failure, Lang, Plan};
use tokio::{runtime, signal};

use crate::{clock, hint::OrHint as _, plan};

pub(crate) mod daemons;
pub(crate) mod federation;
pub(crate) mod inputs;
pub(crate) mod outcome;
mod steward;
mod watching;

use federation::Federation;
use inputs::{DataFile, SplitFile};
use outcome::Outcome;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium local plan.toml --data north/discharges=north.csv --data south/discharges=south.csv \\
      --data west/discharges=west.csv
  consilium local plan.toml --data a/visits=a.csv … --split a/visits:holdout=a-split.csv --json

All daemons are real processes that talk over mutual TLS on the loopback interface. Every study
plan is approved by stewards whose keys this command makes: fit for one's own data on one's own
machine, and for nothing else.")]
pub(crate) struct LocalArgs {
    /// The study plan, TOML
    plan: PathBuf,

    /// A party's data set and the file it lies in, once for each party of the plan
    #[arg(long, required = true, value_name = "PARTY/NAME=FILE")]
    data: Vec<DataFile>,

    /// Which rows of a data set serve for testing: CSV with the columns row and split
    #[arg(long, value_name = "PARTY/NAME:SPLIT=FILE")]
    split: Vec<SplitFile>,

    /// Schema of the files; default: the file that the plan names
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,

    /// Where results, scores and the daemons' folders are left; must not exist yet
    #[arg(long, default_value = "consilium-local", value_name = "FOLDER")]
    out: PathBuf,

    /// Print one line of JSON instead of tables
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &LocalArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let plan = plan::load(&args.plan)?;
    let data = inputs::of_plan(
        &plan,
        args.schema.as_deref(),
        &args.plan,
        &args.data,
        &args.split,
    )?;
    make_folder(&args.out, lang)?;
    let outcome = in_processes(&plan, &data, &args.out, "", lang)?;
    if args.json {
        serde_json::to_writer(&mut *out, &outcome.to_json("local"))?;
        writeln!(out)?;
    } else {
        outcome.print(out, lang)?;
        let left = lang.pick("everything is in", "全部结果保存在");
        writeln!(out, "\n{left} {}", args.out.display())?;
    }
    Ok(())
}

/// Makes the folder of a federation, for its owner alone; one that is there already is left alone.
pub(crate) fn make_folder(folder: &Path, lang: Lang) -> anyhow::Result<()> {
    let made = fs::DirBuilder::new().mode(0o700).create(folder);
    let creating = lang.pick("creating", "创建");
    made.with_context(|| format!("{creating} {}", folder.display()))
        .or_hint(lang.pick(
            "name another folder with --out, or remove this one",
            "请用 --out 指定其他文件夹，或删除此文件夹",
        ))
}

/// Runs a study over daemons that are started for it, and ends them; `coordinator_log` is what the
/// coordinator's configuration says of its log.
pub(crate) fn in_processes(
    plan: &Plan,
    data: &[inputs::PartyData],
    folder: &Path,
    coordinator_log: &str,
    lang: Lang,
) -> anyhow::Result<Outcome> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    tell(lang.pick(
        "! Keys of stewards are made here and every approval is given by this command: \
         use it with your own data on your own machine only.",
        "！数据管理员的密钥由本命令生成，所有批准也由本命令给出：仅可在自己的机器上用于自己的数据。",
    ));
    runtime.block_on(async {
        let starting = Federation::start(plan, data, folder, coordinator_log, lang);
        let mut federation = unless_interrupted(starting, lang).await?;
        let outcome = unless_interrupted(study(&mut federation, plan, folder, lang), lang).await;
        federation.stop().await;
        outcome
    })
}

async fn study(
    federation: &mut Federation,
    plan: &Plan,
    folder: &Path,
    lang: Lang,
) -> anyhow::Result<Outcome> {
    let began = clock::since_1970();
    let study = federation.submit(plan).await?;
    federation.approve(plan).await?;
    let ended = federation.watch(&study, plan).await?;
    let wall = clock::since_1970().saturating_sub(began);
    if let Some(failure) = ended {
        let error = anyhow::anyhow!(describe(&failure, lang));
        return Err(error).or_hint(failure.remedy(lang));
    }
    federation.outcome(&study, plan, folder, wall).await
}

/// Does the work, unless Ctrl-C comes first.
async fn unless_interrupted<T>(
    work: impl Future<Output = anyhow::Result<T>>,
    lang: Lang,
) -> anyhow::Result<T> {
    tokio::select! {
        biased;
        done = work => done,
        interrupt = signal::ctrl_c() => {
            interrupt.context("waiting for Ctrl-C")?;
            Err(anyhow::anyhow!(lang.pick("interrupted", "已中断")))
        }
    }
}

fn describe(failure: &Failure, lang: Lang) -> String {
    format!("{}: {}", failure.code, failure.what(lang))
}

/// Says something to the people at the terminal.
fn tell(line: &str) {
    // If nobody can be told, the work goes on all the same.
    writeln!(io::stderr(), "{line}").ok();
}
