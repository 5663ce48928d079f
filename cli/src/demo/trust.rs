//! `consilium demo trust`: four hospitals as they are, and six with two of which something went wrong, measure
//! their own rows, make scorecards of what they find, and use them.

use std::{io::Write, path::PathBuf};

use anyhow::bail;
use clap::Args;
use consilium_mailbox::PartyId;
use consilium_plan::{Code, Lang};

use crate::local::folder::RunFolder;
use files::Example;
use measured::Measured;
use result::TrustResult;
use scored::Scored;
use studies::Ended;
use trained::Trained;

mod cards;
mod deal;
mod estimate;
mod files;
mod heart;
mod measured;
mod page;
mod report;
mod result;
mod scored;
mod studies;
mod trained;
mod typed;

/// Where each hospital's files lie in the demo's folder.
const DATA: &str = "data";

#[derive(Debug, Args)]
#[command(after_help = "\
Four hospitals with patients of their own measure quality and privacy of their rows at home; \
studies tell each how much its rows surprise the others, and what they are worth to a model. Each \
makes a scorecard of that and signs it.

Then a published table of stays is dealt out to six hospitals by patients. At one of them each \
label is the other one with a chance of one half; at another all codes are read one place beside \
theirs. They make scorecards in the same way. By the bands that these show the rows are weighed, \
and the model is trained again; a plan that asks for a score is refused where the card falls \
short. Both models are held against rows with which nothing went wrong. All daemons are real \
processes that talk over mutual TLS on the loopback interface. The report with pictures is \
report.html in the folder.

It needs consilium-sql, the program that runs queries: beside consilium, in PATH, or named by the \
environment variable CONSILIUM_SQL. From the repository's root, about a quarter of an hour on two \
cores:
  cargo build --release -p consilium-sql

Examples:
  consilium demo trust
  consilium --lang zh demo trust --out trust
  consilium demo trust --seed 7 --json | tail -n 1")]
pub(super) struct TrustArgs {
    /// Where everything is left; default: consilium-demo, or the first free name like it
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// What the table is dealt out by, and labels are tossed: the same number, the same six hospitals
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,

    /// Print one line of JSON instead of tables
    #[arg(long)]
    json: bool,
}

/// All that the demo has found.
#[derive(Debug)]
struct Found {
    /// Of four hospitals as they are.
    four: Scored,
    /// Of the six.
    example: Example,
    six: Scored,
    ended: Ended,
    trained: Trained,
}

impl Found {
    /// The hospital of the six with the lowest score of quality.
    fn lowest_quality(&self) -> Option<&Measured> {
        let all = self.six.measured.iter();
        all.min_by(|a, b| a.total().total_cmp(&b.total()))
    }

    /// Whether the plan that asks for a score is refused at a hospital, because the score is below.
    fn is_refused(&self, party: &PartyId) -> bool {
        let mut refused = self.ended.refused.iter();
        refused.any(|it| it.code == Code::ScoreBelow && it.party.as_ref() == Some(party))
    }

    /// The score that plan asks for.
    fn least(&self) -> f64 {
        let floors = self.example.trusted.floors();
        floors.and_then(|it| it.composite).unwrap_or_default()
    }
}

pub(super) fn run(args: &TrustArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    // Before a folder is made: without it nothing works.
    crate::data::map::find(lang)?;
    let example = Example::load(args.seed, lang)?;
    let heart = heart::asked(lang)?;
    let folder = super::folder_for(args.out.as_ref());
    let made = studies::MADE.into_iter();
    let made: Vec<&str> = made.chain([DATA, heart::FOLDER, report::FILE]).collect();
    let left = RunFolder::make(&folder, [&example.plan], &made, lang)?;
    let find = || {
        let four = heart::run(&heart, &folder, lang)?;
        let hospitals = example.write(&folder.join(DATA))?;
        let measured = measured::measure(&hospitals, &example.asked, lang)?;
        let made = (&hospitals[..], measured);
        let (six, ended) = studies::run(&example, made, &folder, lang)?;
        let trained = Trained::new(&example, &ended)?;
        let found = Found {
            four,
            example,
            six,
            ended,
            trained,
        };
        report::write(&found, &folder, lang)?;
        Ok(found)
    };
    let found = left.close(find(), lang)?;
    let result = TrustResult::new(&found);
    let page = |out: &mut dyn Write| page::print(out, &found, &folder, lang);
    super::leave((&folder, &result), page, (out, args.json), lang)?;
    match result.odd() {
        None => Ok(()),
        Some(odd) => bail!(lang.pick(odd.0, odd.1)),
    }
}
