//! `consilium study`: a study from its submission to its result.

use std::{io::Write, path::PathBuf};

use clap::{Args, Subcommand};
use consilium_plan::Lang;

use crate::client::{Door, OperatorDoor, block_on};

mod decide;
mod estimate;
mod list;
pub(crate) mod obstacles;
mod operate;
mod page;
mod result;
mod story;
mod watch;

pub(crate) use result::{value as value_file, write as write_result};
pub(crate) use story::Story;

#[derive(Debug, Args)]
#[command(after_help = "\
Operators submit, watch and cancel at the coordinator; stewards approve, refuse and revoke at \
their own participant. A study is named by the beginning of its hash.

Examples:
  consilium study estimate plan.toml
  consilium study submit plan.toml
  consilium study approve 5f3a --key wang.key.pem
  consilium study watch 5f3a")]
pub(crate) struct StudyArgs {
    #[command(subcommand)]
    command: StudyCommand,
}

#[derive(Debug, Subcommand)]
enum StudyCommand {
    /// Reckon what a study will cost each party: CPU, bytes, memory, and how long it takes
    #[command(after_help = "\
Nobody is asked, and no data are read: the figures follow from the plan, from how many rows there \
are, and from the links. What else is taken for granted is said below the table.

Examples:
  consilium study estimate plan.toml
  consilium study estimate plan.toml --rows 20000 --latency-ms 40 --megabits 20
  consilium study estimate plan.toml --rows 5000 --rows north=80000 --json")]
    Estimate {
        /// The plan, TOML
        plan: PathBuf,
        #[command(flatten)]
        assumed: estimate::Assumed,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Hand a plan to the coordinator, which shows it to its parties
    #[command(after_help = "\
Examples:
  consilium study submit plan.toml
  consilium study submit plan.toml --as ~/consilium/li --json")]
    Submit {
        /// The plan, TOML
        plan: PathBuf,
        #[command(flatten)]
        door: OperatorDoor,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// List the studies that a daemon knows
    #[command(after_help = "Examples:\n  consilium study list\n  consilium study list --json")]
    List {
        #[command(flatten)]
        door: Door,
        /// Print one line of JSON for each study
        #[arg(long)]
        json: bool,
    },
    /// Show in plain words what a study does, and where it stands
    #[command(
        after_help = "Examples:\n  consilium study show 5f3a\n  consilium --lang zh study show 5f3a"
    )]
    Show {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        door: Door,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Say yes to a study, within limits, by your own signature
    #[command(after_help = "\
First the daemon makes the checks that come before a run: the data set is read once more, and \
enough of the other institutions must be verified. What stands in the way is named, and nothing is \
signed. Else the plan is shown, then what will be signed. Nothing is signed before you have typed \
yes.

Examples:
  consilium study approve 5f3a --key wang.key.pem
  consilium study approve 5f3a --key wang.key.pem --runs 10 --until 7d
  consilium study approve 5f3a --key wang.key.pem --passphrase-file pass --yes")]
    Approve {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        signing: decide::Signing,
        #[command(flatten)]
        limits: decide::Limits,
    },
    /// Say no to a study, by your own signature
    #[command(after_help = "Example:\n  consilium study refuse 5f3a --key wang.key.pem")]
    Refuse {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        signing: decide::Signing,
    },
    /// Take an approval back; a running study stops at its next step
    #[command(after_help = "Example:\n  consilium study revoke 5f3a --key wang.key.pem")]
    Revoke {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        signing: decide::Signing,
    },
    /// Follow a study to its end; the exit code is 1 if that is none with a result
    #[command(after_help = "\
It begins with where the study stands. Where the coordinator is lost, it is tried again until it \
is back.

Examples:
  consilium study watch 5f3a
  consilium study watch 5f3a --all --json | jq .event")]
    Watch {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        door: OperatorDoor,
        /// Begin with the first that happened
        #[arg(long)]
        all: bool,
        /// Print one line of JSON for each event
        #[arg(long)]
        json: bool,
    },
    /// End a study, with a reason that all its parties will read
    #[command(after_help = "Example:\n  consilium study cancel 5f3a --why \"wrong label column\"")]
    Cancel {
        #[command(flatten)]
        which: Which,
        /// Why, in your own words
        #[arg(long, value_name = "TEXT")]
        why: String,
        #[command(flatten)]
        door: OperatorDoor,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Fetch what a finished study gave
    #[command(after_help = "\
All receivers of the result get the same model.json and report.json, and plan.toml, which is what \
was signed. A participant that brings rows also has its own-report.json; its scores stay where the \
daemon has put them, and the command says where.

A study of kind align has no model: at each participant it gives aligned.csv, the own row at each \
place of the common order, unless only a number was asked for. Of trees over columns of several \
institutions each has its own part as model.json, and the one with the labels has scores, and in \
marginal.json what the others' columns add to its own.

Examples:
  consilium study result 5f3a --out result
  consilium model show result/model.json")]
    Result {
        #[command(flatten)]
        which: Which,
        /// A new folder, or an empty one
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        #[command(flatten)]
        door: Door,
        /// Print one line of JSON for each file
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct Which {
    /// The study's hash, or enough of its beginning
    #[arg(value_parser = hash_beginning)]
    study: String,
}

fn hash_beginning(text: &str) -> Result<String, String> {
    let is_fine = (1..=64).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_hexdigit());
    if is_fine {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a study is named by 1 to 64 hexadecimal digits".to_owned())
    }
}

pub(crate) fn run(args: &StudyArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    block_on(async {
        match &args.command {
            StudyCommand::Estimate {
                plan,
                assumed,
                json,
            } => estimate::run(plan, assumed, *json, out, lang),
            StudyCommand::Submit { plan, door, json } => {
                operate::submit(plan, door, *json, out, lang).await
            }
            StudyCommand::List { door, json } => list::run(door, *json, out, lang).await,
            StudyCommand::Show { which, door, json } => {
                page::run(&which.study, door, *json, out, lang).await
            }
            StudyCommand::Approve {
                which,
                signing,
                limits,
            } => {
                let verdict = decide::Verdict::Approve(limits);
                decide::run(&which.study, verdict, signing, out, lang).await
            }
            StudyCommand::Refuse { which, signing } => {
                decide::run(&which.study, decide::Verdict::Refuse, signing, out, lang).await
            }
            StudyCommand::Revoke { which, signing } => {
                decide::run(&which.study, decide::Verdict::Revoke, signing, out, lang).await
            }
            StudyCommand::Watch {
                which,
                door,
                all,
                json,
            } => {
                let (all, json) = (*all, *json);
                let manner = watch::Manner { all, json };
                watch::run(&which.study, door, manner, out, lang).await
            }
            StudyCommand::Cancel {
                which,
                why,
                door,
                json,
            } => operate::cancel((&which.study, why), door, *json, out, lang).await,
            StudyCommand::Result {
                which,
                out: folder,
                door,
                json,
            } => result::run((&which.study, folder), door, *json, out, lang).await,
        }
    })
}
