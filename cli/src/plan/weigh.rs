//! `consilium plan weigh`: weights of institutions' rows by what they show of their scorecards.

use std::{collections::BTreeMap, io::Write, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use consilium_evaluation::Weight;
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Plan};
use consilium_scorecard::{Band, Public, PurposeName};
use serde::Deserialize;

use super::load;
use crate::{data::score::purpose, terminal::tell, whole};

/// The most bytes of what members show.
const LONGEST: u64 = 64 << 20;

#[derive(Debug, Args)]
pub(super) struct Weigh {
    /// The plan, TOML
    file: PathBuf,
    /// What members show, as `consilium data list --federation --json` prints it
    #[arg(long, value_name = "FILE")]
    cards: PathBuf,
    /// Of several purposes, the one whose cards count: training, release, ID@HASH, or a file that says so; default:
    /// training
    #[arg(long, value_name = "PURPOSE", default_value = "training")]
    purpose: String,
}

/// As much of a line as weights are made of.
#[derive(Deserialize)]
struct Line {
    public: Public,
    verified: bool,
}

pub(super) fn run(args: &Weigh, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let plan = load(&args.file, lang)?.plan;
    let purpose = purpose::called(&args.purpose, lang)?;
    let named = || args.cards.display().to_string();
    let cards = whole::text(&args.cards, LONGEST).with_context(named)?;
    let cards = parse(&cards).with_context(named)?;
    let weights = weights(&plan, (&cards, &purpose), lang)?;
    for (party, weight) in &weights {
        tell(&format!("{party}: {weight}"));
    }
    let weighed = weighed(&plan, &weights)?;
    if !weighed.is_weighted() {
        tell(lang.pick(
            "all have the same band, so rows count alike: no weight is written",
            "各机构分档相同，各行权重相同：未写入权重",
        ));
    }
    for line in told(&plan, &weighed, lang) {
        tell(&line);
    }
    Ok(write!(out, "{weighed}")?)
}

/// Gives the plan with these weights, unless all are the same: then they would move the penalty alone.
fn weighed(plan: &Plan, weights: &BTreeMap<PartyId, Weight>) -> anyhow::Result<Plan> {
    let mut values = weights.values();
    let first = values.next();
    if values.all(|other| Some(other) == first) {
        return Ok(plan.weighed(
            &weights
                .keys()
                .map(|it| (it.clone(), Weight::FULL))
                .collect(),
        )?);
    }
    Ok(plan.weighed(weights)?)
}

/// Says what is told of whom by the weights: what the plan didn't tell without them.
fn told(plan: &Plan, weighed: &Plan, lang: Lang) -> Vec<String> {
    let before = plan.disclosures();
    let lines = weighed.disclosures().into_iter();
    let new = lines.filter(|line| !before.contains(line));
    new.map(|line| format!("{}: {}", line.reader(lang), line.what(lang)))
        .collect()
}

fn parse(text: &str) -> anyhow::Result<Vec<Line>> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    Ok(lines.map(serde_json::from_str).collect::<Result<_, _>>()?)
}

/// Gives each contributor's weight: the middle of the band of its data set's composite.
fn weights(
    plan: &Plan,
    (cards, purpose): (&[Line], &PurposeName),
    lang: Lang,
) -> anyhow::Result<BTreeMap<PartyId, Weight>> {
    let mut weights = BTreeMap::new();
    for (party, data) in plan.contributors() {
        let is_theirs = |line: &&Line| {
            let public = &line.public;
            public.institution == *party
                && public.data_set == data.name.as_str()
                && public.purpose == *purpose
        };
        let card = cards.iter().find(is_theirs);
        let weight = card
            .filter(|line| line.verified)
            .and_then(|line| line.public.composite)
            .and_then(|band: Band| Weight::try_from(band.midpoint() / 100.0).ok());
        let Some(weight) = weight else {
            bail!(lang.pick(
                format!(
                    "{party} shows no signed scorecard of {} with a composite for {purpose}",
                    data.name
                ),
                format!(
                    "{party} 没有出示数据集 {} 针对用途 {purpose}、已签名且有综合得分的评分卡",
                    data.name
                ),
            ));
        };
        weights.insert(party.clone(), weight);
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PLAN: &str = "title = \"t\"\npurpose = \"p\"\nkind = \"train-glm\"\nfeatures = [\"x\"]\n\
        label = { column = \"y\" }\n\
        [[column]]\nname = \"x\"\ntype = \"number\"\nmin = 0\nmax = 10\n\
        [[column]]\nname = \"y\"\ntype = \"boolean\"\n\
        [[party]]\nname = \"a\"\ndata = \"rows\"\n\
        [[party]]\nname = \"b\"\ndata = \"rows\"\n\
        [[party]]\nname = \"c\"\ndata = \"rows\"\n";

    fn line(institution: &str, band: u8, verified: bool) -> String {
        let hash = "07".repeat(32);
        let public = json!({
            "format": 1,
            "card": hash,
            "institution": institution,
            "data_set": "rows",
            "version": { "registered": hash },
            "purpose": "training",
            "purpose_name": { "en": "training", "zh": "训练" },
            "made": 1_800_000_000,
            "dimensions": {},
            "missing": [],
            "composite": band,
        });
        json!({ "public": public, "verified": verified }).to_string()
    }

    fn by_cards(lines: &[String]) -> anyhow::Result<Plan> {
        let plan: Plan = PLAN.parse().unwrap();
        let cards = parse(&lines.join("\n"))?;
        let purpose = "training".parse().unwrap();
        weighed(&plan, &weights(&plan, (&cards, &purpose), Lang::En)?)
    }

    #[test]
    fn rows_count_as_the_middle_of_their_band() {
        let all = [line("a", 4, true), line("b", 0, true), line("c", 2, true)];
        let plan = by_cards(&all).unwrap();
        let text = plan.to_string();
        for weight in ["weight = 0.9", "weight = 0.1", "weight = 0.5"] {
            assert!(text.contains(weight), "{text}");
        }
    }

    #[test]
    fn the_same_band_everywhere_is_no_weight() {
        let all = ["a", "b", "c"].map(|party| line(party, 3, true));
        let plan = by_cards(&all).unwrap();
        assert_eq!(plan, PLAN.parse().unwrap());
    }

    #[test]
    fn who_is_alone_with_a_weight_is_named() {
        let all = [line("a", 4, true), line("b", 4, true), line("c", 1, true)];
        let lines = told(&PLAN.parse().unwrap(), &by_cards(&all).unwrap(), Lang::En);
        assert!(
            lines.iter().any(|line| line.contains("of a, b, c")),
            "{lines:?}"
        );
    }

    #[test]
    fn who_shows_nothing_signed_is_named() {
        let all = [line("a", 4, true), line("b", 0, false), line("c", 2, true)];
        let error = by_cards(&all).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("b shows no signed scorecard of rows"),
            "{error}"
        );
        assert!(
            by_cards(&all[..1])
                .unwrap_err()
                .to_string()
                .starts_with("b shows")
        );
    }
}
