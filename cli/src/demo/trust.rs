//! `consilium demo trust`: six hospitals measure their own stays, with which something went wrong at two, and use
//! what they find.

use std::{io::Write, path::PathBuf};

use anyhow::bail;
use clap::Args;
use consilium_mailbox::PartyId;
use consilium_plan::{Code, Lang};
use consilium_scorecard::Dimension;

use crate::local::folder::RunFolder;
use files::Example;
use measured::Measured;
use result::TrustResult;
use studies::Ended;
use trained::Trained;

mod cards;
mod deal;
mod files;
mod measured;
mod page;
mod result;
mod studies;
mod trained;
mod typed;

/// Where each hospital's files lie in the demo's folder.
const DATA: &str = "data";

#[derive(Debug, Args)]
#[command(after_help = "\
A published table of stays is dealt out to six hospitals by patients. At one of them each label is \
the other one with a chance of one half; at another all codes are read one place beside theirs. \
Each hospital holds the same rules against its own rows, and measures how easily its patients are \
found again; what it finds is left as pages in a folder of its own. They train a model together, \
and learn by all coalitions of hospitals what the rows of each are worth to it. From quality, \
privacy and value each makes a scorecard, signs it and shows its bands. By these the rows are \
weighed, and the model is trained again; a plan that asks for a score is refused where the card \
falls short. Both models are held against rows with which nothing went wrong. All daemons are real \
processes that talk over mutual TLS on the loopback interface.

It needs consilium-sql, the program that runs queries: beside consilium, in PATH, or named by the \
environment variable CONSILIUM_SQL. From the repository's root, about a quarter of an hour on two \
cores:
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
    ended: Ended,
    trained: Trained,
}

impl Found {
    /// The hospitals by the composites of their cards, the best first.
    fn ranked(&self) -> Vec<&Measured> {
        let mut ranked: Vec<&Measured> = self.measured.iter().collect();
        ranked.sort_by(|a, b| {
            self.composite(&b.party)
                .total_cmp(&self.composite(&a.party))
        });
        ranked
    }

    /// The card's composite, the lowest where there is none.
    fn composite(&self, party: &PartyId) -> f64 {
        let card = self.ended.cards.get(party);
        let composite = card.and_then(|card| card.composite);
        composite.map_or(f64::NEG_INFINITY, |it| it.score)
    }

    /// The score of a dimension of the card.
    fn dimension(&self, party: &PartyId, dimension: Dimension) -> Option<f64> {
        let card = self.ended.cards.get(party)?;
        Some(card.dimensions.get(&dimension)?.score.score)
    }

    /// The hospital with the lowest score of quality.
    fn lowest_quality(&self) -> Option<&Measured> {
        let all = self.measured.iter();
        all.min_by(|a, b| a.total().total_cmp(&b.total()))
    }

    /// Whether the plan that asks for a score is refused at a hospital, because the score is below.
    fn is_refused(&self, party: &PartyId) -> bool {
        let mut refused = self.ended.refused.iter();
        refused.any(|it| it.code == Code::ScoreBelow && it.party.as_ref() == Some(party))
    }

    /// How many stays a hospital has.
    fn rows(&self, party: &PartyId) -> usize {
        let mut hospitals = self.example.hospitals.iter();
        let found = hospitals.find(|it| it.party == party.as_str());
        found.map_or(0, deal::Stays::rows)
    }
}

pub(super) fn run(args: &TrustArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    // Before a folder is made: without it nothing works.
    crate::data::map::find(lang)?;
    let example = Example::load(lang)?;
    let folder = super::folder_for(args.out.as_ref());
    let made: Vec<&str> = studies::MADE.into_iter().chain([DATA]).collect();
    let left = RunFolder::make(&folder, [&example.plan], &made, lang)?;
    let found = example.write(&folder.join(DATA)).and_then(|hospitals| {
        let measured = measured::measure(&hospitals, lang)?;
        let ended = studies::run(&example, &hospitals, &folder, lang)?;
        let trained = Trained::new(&example, &ended)?;
        Ok(Found {
            example,
            measured,
            ended,
            trained,
        })
    });
    let found = left.close(found, lang)?;
    let result = TrustResult::new(&found);
    let page = |out: &mut dyn Write| page::print(out, &found, lang);
    super::leave((&folder, &result), page, (out, args.json), lang)?;
    match result.odd() {
        None => Ok(()),
        Some(odd) => bail!(lang.pick(odd.0, odd.1)),
    }
}
