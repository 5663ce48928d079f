//! `consilium local`: a whole federation on this machine, over one's own files.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use clap::Args;
use consilium_mailbox::PartyId;
use consilium_plan::{Failure, Lang, Plan};
use tokio::{runtime, signal};

use crate::{
    clock,
    hint::Interrupted,
    plan::{self, Loaded},
    study::obstacles,
    terminal::tell,
};

pub(crate) mod aligned;
mod checked;
pub(crate) mod cost;
mod daemons;
mod done;
pub(crate) mod federation;
pub(crate) mod folder;
pub(crate) mod inputs;
pub(crate) mod joint;
pub(crate) mod kept;
mod measured;
pub(crate) mod outcome;
mod participant;
mod scarce;
mod series;
mod steward;
mod watching;
mod weighed;

use done::Done;
use federation::Federation;
use folder::RunFolder;
use inputs::{DataFile, SplitFile};
use kept::Kept;
use outcome::Outcome;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium local plan.toml --data north/discharges=north.csv \\
      --data south/discharges=south.csv \\
      --data west/discharges=west.csv

Where the plan says `test = { split = \"flamby\" }`, each party has a split of that name. The four \
hospitals of the repository, from its root:
  consilium local examples/heart-disease/plan.toml \\
      --data cleveland/heart=examples/heart-disease/processed.cleveland.data \\
      --data hungarian/heart=examples/heart-disease/processed.hungarian.data \\
      --data switzerland/heart=examples/heart-disease/processed.switzerland.data \\
      --data va/heart=examples/heart-disease/processed.va.data \\
      --split cleveland/heart:flamby=examples/heart-disease/cleveland-split.csv \\
      --split hungarian/heart:flamby=examples/heart-disease/hungarian-split.csv \\
      --split switzerland/heart:flamby=examples/heart-disease/switzerland-split.csv \\
      --split va/heart:flamby=examples/heart-disease/va-split.csv

Where rows lie over columns of several institutions, one plan finds the common rows and those \
after it name that one by its file. The example of the repository, from its root:
  consilium local examples/admission/align.toml examples/admission/train.toml \\
      examples/admission/predict.toml \\
      --data hospital/patients=examples/admission/hospital.csv.gz \\
      --data public/cover=examples/admission/public.csv.gz \\
      --data commercial/payments=examples/admission/commercial.csv.gz

All daemons are real processes that talk over mutual TLS on the loopback interface. Every study \
plan is approved by stewards whose keys this command makes: fit for one's own data on one's own \
machine, and for nothing else.")]
pub(crate) struct LocalArgs {
    /// The study plan, TOML; of several, one runs after the other over the same daemons and data
    #[arg(required = true, value_name = "PLAN")]
    plans: Vec<PathBuf>,

    /// A party's data set and the file it lies in, once for each that the plans name; a file that
    /// ends in .toml is a mapping
    #[arg(long, required = true, value_name = "PARTY/NAME=FILE")]
    data: Vec<DataFile>,

    /// Which rows of a data set serve for testing, for a plan that names a split: CSV with the
    /// header row,split and lines such as 17,train and 18,test; rows are counted from 1
    #[arg(long, value_name = "PARTY/NAME:SPLIT=FILE")]
    split: Vec<SplitFile>,

    /// A table of codes for a data set, as `data add --codes` takes it: columns of its system and version
    /// hold no other codes. May be given again
    #[arg(long, value_name = "PARTY/NAME=TABLE")]
    codes: Vec<DataFile>,

    /// Schema of the files, one for all; default: for each what the plans declare or the file that
    /// they name, and where rows are aligned the key's columns as codes
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,

    /// Where results, scores and the daemons' folders are left; must not exist yet, unless it holds
    /// what an unfinished run has left
    #[arg(long, default_value = "consilium-local", value_name = "FOLDER")]
    out: PathBuf,

    /// Print one line of JSON for each plan instead of tables
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &LocalArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let load = |file: &PathBuf| plan::load(file, lang);
    let plans: Vec<Loaded> = args.plans.iter().map(load).collect::<anyhow::Result<_>>()?;
    let coordinator = series::coordinator(&plans, lang)?;
    let results = series::results(&plans, lang)?;
    series::check_order(&plans, lang)?;
    series::check_trust(&plans, lang)?;
    let given = inputs::Given {
        plans: &plans,
        schema: args.schema.as_deref(),
        data: &args.data,
        splits: &args.split,
        codes: &args.codes,
    };
    let data = given.sets(lang)?;
    let all = plans.iter().map(|it| &it.plan);
    let folder = RunFolder::make(&args.out, all, &[], lang)?;
    let work = async |federation: &mut Federation| {
        for (Loaded { plan, .. }, result) in plans.iter().zip(&results) {
            let result = args.out.join(result);
            let done = Done::of(federation, (plan, &data), &result, lang).await?;
            if args.json {
                writeln!(out, "{}", done.to_json())?;
            } else {
                writeln!(out, "# {}\n\n{}", plan.title(), done.page(lang)?)?;
            }
        }
        Ok(())
    };
    let ended = over_daemons((coordinator, &data), (&args.out, ""), work, lang);
    folder.close(ended, lang)?;
    if !args.json {
        let left = lang.pick("everything is in", "全部结果保存在");
        writeln!(out, "{left} {}", args.out.display())?;
    }
    Ok(())
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
    let result = folder.join("result");
    let work = async |federation: &mut Federation| trained(federation, plan, &result, lang).await;
    let logged = (folder, coordinator_log);
    over_daemons((plan.coordinator(), data), logged, work, lang)
}

/// What a study took: from its submission to its end, and at each daemon.
pub(crate) type Took = (Duration, Vec<cost::PartyCost>);

/// Does a work over daemons that are started for it, once all data are registered, and ends them;
/// the data stand party by party.
pub(crate) fn over_daemons<T>(
    (coordinator, data): (&PartyId, &[inputs::PartyData]),
    (folder, coordinator_log): (&Path, &str),
    work: impl AsyncFnOnce(&mut Federation) -> anyhow::Result<T>,
    lang: Lang,
) -> anyhow::Result<T> {
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
        let mut parties: Vec<&PartyId> = data.iter().map(|set| &set.party).collect();
        parties.dedup();
        let opening = Federation::open(coordinator, parties, folder, coordinator_log, lang);
        let mut federation = unless_interrupted(opening, lang).await?;
        let working = async {
            federation.register(data).await?;
            work(&mut federation).await
        };
        let done = unless_interrupted(working, lang).await;
        federation.stop().await;
        done
    })
}

/// Takes a study between institutions from its submission to its end, and leaves what each of them
/// keeps in a new folder.
pub(crate) async fn kept(
    federation: &mut Federation,
    plan: &Plan,
    result: &Path,
    lang: Lang,
) -> anyhow::Result<Kept> {
    let (study, took) = achieved(study(federation, plan).await?, lang)?;
    federation.kept(&study, plan, result, took).await
}

/// Takes a study that trains a model from its submission to its end, and leaves the result in a new
/// folder.
pub(crate) async fn trained(
    federation: &mut Federation,
    plan: &Plan,
    result: &Path,
    lang: Lang,
) -> anyhow::Result<Outcome> {
    let (study, took) = achieved(study(federation, plan).await?, lang)?;
    federation.outcome(&study, plan, result, took).await
}

/// What came of a study: its name and what it took, or why it came to nothing.
pub(crate) type Ended = Result<(String, Took), Vec<Failure>>;

/// Takes a study from its submission to its end.
pub(crate) async fn study(federation: &mut Federation, plan: &Plan) -> anyhow::Result<Ended> {
    let before = federation.readings().await?;
    let began = clock::since_1970();
    let study = federation.submit(plan).await?;
    let obstacles = federation.approve(plan).await?;
    if !obstacles.is_empty() {
        return Ok(Err(obstacles));
    }
    let ended = federation.watch(&study, plan).await?;
    let wall = clock::since_1970().saturating_sub(began);
    let costs = federation.costs(plan, &before).await?;
    Ok(match ended {
        None => Ok((study, (wall, costs))),
        Some(failure) => Err(vec![failure]),
    })
}

/// Makes a study that came to nothing an error with its remedies.
fn achieved(ended: Ended, lang: Lang) -> anyhow::Result<(String, Took)> {
    ended.map_err(|failures| obstacles::error("", &failures, lang))
}

/// Does the work, unless Ctrl-C comes first.
pub(crate) async fn unless_interrupted<T>(
    work: impl Future<Output = anyhow::Result<T>>,
    lang: Lang,
) -> anyhow::Result<T> {
    tokio::select! {
        biased;
        done = work => done,
        interrupt = signal::ctrl_c() => {
            interrupt.context("waiting for Ctrl-C")?;
            Err(Interrupted(lang.pick("interrupted", "已中断")).into())
        }
    }
}
