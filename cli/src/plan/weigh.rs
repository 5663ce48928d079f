//! `consilium plan weigh`: weights of institutions' rows by what they show of their scorecards.

use std::{collections::BTreeMap, io::Write, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use consilium_base::hex;
use consilium_evaluation::Weight;
use consilium_identity::{Directory, PublicKey};
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Plan};
use consilium_scorecard::{Band, Public, PurposeName, SignedPublic, Version, VersionHash};
use serde_json::{Map, Value};

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
    /// Of several purposes, the one whose cards count: training, release, ID@HASH, or a file that says so
    #[arg(long, value_name = "PURPOSE", default_value = "training")]
    purpose: String,
}

/// What an institution shows.
struct Line {
    public: Public,
    /// Whether the signature is that of the steward's key in the line.
    is_signed: bool,
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
    let lines = (1..).zip(text.lines());
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let read = |(number, line)| read(line).with_context(|| format!("line {number}"));
    lines.map(read).collect()
}

/// Reads a line. Its signature is looked at anew: what stands in the file may have been changed since.
fn read(line: &str) -> anyhow::Result<Line> {
    let mut all: Map<String, Value> = serde_json::from_str(line)?;
    let steward = all.remove("steward");
    all.retain(|field, _| ["public", "signer", "signature"].contains(&field.as_str()));
    let signed = SignedPublic::from_json(&Value::from(all).to_string())?;
    let key = steward.as_ref().and_then(Value::as_str);
    let key = key.and_then(hex::decode);
    let key = key.and_then(|key| PublicKey::from_bytes(&key).ok());
    let is_signed = key.is_some_and(|key| {
        let directory = Directory::from([(signed.signer.clone(), key)]);
        signed.verify(&directory).is_ok()
    });
    Ok(Line {
        public: signed.public,
        is_signed,
    })
}

/// Gives each contributor's weight: the middle of the band of its data set's composite, as a share of what a card
/// without a missing dimension may have.
fn weights(
    plan: &Plan,
    (cards, purpose): (&[Line], &PurposeName),
    lang: Lang,
) -> anyhow::Result<BTreeMap<PartyId, Weight>> {
    let mut weights = BTreeMap::new();
    for (party, data) in plan.contributors() {
        let is_theirs = |line: &&Line| {
            let public = &line.public;
            let version = data
                .version
                .map(|it| Version::Registered(VersionHash(it.0)));
            public.institution == *party
                && public.data_set == data.name.as_str()
                && public.purpose == *purpose
                && version.is_none_or(|pinned| pinned == public.version)
                && line.is_signed
        };
        let mut theirs = cards.iter().filter(is_theirs);
        let card = theirs.next();
        if theirs.next().is_some() {
            bail!(lang.pick(
                format!(
                    "{party} shows two scorecards of {} for {purpose}: ask which one counts",
                    data.name
                ),
                format!(
                    "{party} 为数据集 {} 针对用途 {purpose} 出示了两张评分卡：请询问以哪张为准",
                    data.name
                ),
            ));
        }
        let weight = card
            .and_then(|line| Some((line.public.composite?, line.public.measured())))
            .and_then(|(band, measured): (Band, f64)| {
                Weight::try_from((band.midpoint() * measured).round() / 100.0).ok()
            });
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
    use consilium_base::{Seed, UnixTime};
    use consilium_identity::IdentityKey;
    use consilium_scorecard::{
        About, Card, Dimension, Evidence, EvidenceHash, EvidenceKind, Found, Purpose, Salt, Score,
        Signed, Subscore,
    };
    use serde_json::json;

    use super::*;

    const PLAN: &str = "title = \"t\"\npurpose = \"p\"\nkind = \"train-glm\"\nfeatures = [\"x\"]\n\
        label = { column = \"y\" }\n\
        [[column]]\nname = \"x\"\ntype = \"number\"\nmin = 0\nmax = 10\n\
        [[column]]\nname = \"y\"\ntype = \"boolean\"\n\
        [[party]]\nname = \"a\"\ndata = \"rows\"\n\
        [[party]]\nname = \"b\"\ndata = \"rows\"\n\
        [[party]]\nname = \"c\"\ndata = \"rows\"\n";

    fn key(seed: u8) -> IdentityKey {
        IdentityKey::from_seed(&Seed::from_bytes([seed; 32]))
    }

    /// A line of an institution whose quality is so much; its steward's key has this seed, and 1 signed it.
    fn line(institution: &str, quality: f64, steward: u8) -> String {
        let about = About {
            federation: None,
            institution: institution.parse().unwrap(),
            data_set: "rows".to_owned(),
            version: Version::Registered(VersionHash([7; 32])),
            made: UnixTime(1_800_000_000),
            salt: Salt([3; 32]),
        };
        let found = Found {
            subscores: vec![Subscore {
                id: "completeness".to_owned(),
                score: Score::exact(quality).unwrap(),
                weight: 1.0,
            }],
            proxy: false,
            evidence: Evidence {
                kind: EvidenceKind::Report,
                hash: EvidenceHash([7; 32]),
                tool: "consilium".to_owned(),
                at: None,
                countersigned: Vec::new(),
            },
        };
        let purpose = Purpose::built_in("training").unwrap();
        let card = Card::of(about, &purpose, vec![(Dimension::Quality, found)]);
        let signed = Signed::sign(card, &format!("{institution}/li"), &key(1)).unwrap();
        let mut line = json!(signed.public());
        line["steward"] = json!(hex::encode(&key(steward).public().to_bytes()));
        line["verified"] = json!(true);
        line.to_string()
    }

    fn by_cards(lines: &[String]) -> anyhow::Result<Plan> {
        let plan: Plan = PLAN.parse().unwrap();
        let cards = parse(&lines.join("\n"))?;
        let purpose = "training".parse().unwrap();
        weighed(&plan, &weights(&plan, (&cards, &purpose), Lang::En)?)
    }

    #[test]
    fn rows_count_as_the_middle_of_their_band() {
        let all = [line("a", 95.0, 1), line("b", 5.0, 1), line("c", 50.0, 1)];
        let plan = by_cards(&all).unwrap();
        let text = plan.to_string();
        // Quality counts three of eight for training, and nothing else was measured.
        for weight in ["weight = 0.34", "weight = 0.04", "weight = 0.19"] {
            assert!(text.contains(weight), "{text}");
        }
    }

    fn refused(lines: &[String]) -> String {
        format!("{:#}", by_cards(lines).unwrap_err())
    }

    #[test]
    fn the_same_band_everywhere_is_no_weight() {
        let all = ["a", "b", "c"].map(|party| line(party, 65.0, 1));
        let plan = by_cards(&all).unwrap();
        assert_eq!(plan, PLAN.parse().unwrap());
    }

    #[test]
    fn who_is_alone_with_a_weight_is_named() {
        let all = [line("a", 95.0, 1), line("b", 95.0, 1), line("c", 25.0, 1)];
        let lines = told(&PLAN.parse().unwrap(), &by_cards(&all).unwrap(), Lang::En);
        assert!(
            lines.iter().any(|line| line.contains("of a, b, c")),
            "{lines:?}"
        );
    }

    #[test]
    fn who_shows_nothing_signed_is_named() {
        let all = [line("a", 95.0, 1), line("b", 5.0, 2), line("c", 50.0, 1)];
        let nothing = "b shows no signed scorecard of rows";
        assert!(refused(&all).starts_with(nothing), "{}", refused(&all));
        assert!(refused(&all[..1]).starts_with(nothing));
    }

    #[test]
    fn a_line_that_was_changed_is_no_cards_and_of_two_cards_none_is_chosen() {
        let mut all = ["a", "b", "c"].map(|party| line(party, 50.0, 1));
        let lifted = all[1].replace("\"composite\":2", "\"composite\":4");
        assert_ne!(lifted, all[1]);
        all[1] = lifted;
        assert!(refused(&all).starts_with("line 2: "), "{}", refused(&all));
        all[1] = all[1].replace("\"band\":2", "\"band\":4");
        assert!(refused(&all).starts_with("b shows no"), "{}", refused(&all));
        let twice = [line("a", 50.0, 1), line("a", 95.0, 1)];
        assert!(
            refused(&twice).starts_with("a shows two"),
            "{}",
            refused(&twice)
        );
    }
}
