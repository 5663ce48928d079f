//! `consilium data score countersign`: what a study has found of another institution, signed.

use std::{collections::BTreeMap, io::Write, path::PathBuf, str::FromStr};

use anyhow::Context as _;
use clap::Args;
use consilium_base::FederationId;
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, PlanHash};
use consilium_proto::v1;
use consilium_scorecard::{Dimension, EvidenceHash, Statement};

use crate::{
    client::{Answer as _, HouseDoor},
    new_file,
    person::StewardKey,
};

#[derive(Debug, Args)]
pub(in crate::data) struct Countersign {
    /// The study's hash
    study: PlanHash,
    /// The institution of which it has found something
    #[arg(long, value_name = "INSTITUTION")]
    about: PartyId,
    /// What it has found, as your own result has it: the part of a card and its score. May be given again
    #[arg(long, value_name = "PART=SCORE", required = true)]
    score: Vec<Scored>,
    /// Ask no participant: you sign for this institution
    #[arg(
        long,
        value_name = "INSTITUTION",
        conflicts_with = "at",
        requires = "federation"
    )]
    institution: Option<PartyId>,
    /// The federation, as 64 hexadecimal digits, where no participant is asked
    #[arg(long, value_name = "FEDERATION", requires = "institution")]
    federation: Option<FederationId>,
    #[command(flatten)]
    key: StewardKey,
    /// Where it goes; an existing file is left alone
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    door: HouseDoor,
}

/// `PART=SCORE`.
#[derive(Clone, Debug)]
struct Scored {
    part: String,
    score: f64,
}

impl FromStr for Scored {
    type Err = String;

    fn from_str(text: &str) -> Result<Scored, String> {
        let (part, score) = text
            .split_once('=')
            .ok_or("a score is written PART=SCORE")?;
        let parts = [Dimension::Scarcity, Dimension::Value].map(Dimension::subscores);
        let known = parts.concat().iter().any(|[id, ..]| *id == part);
        let score: f64 = score.parse().map_err(|_| "a score is a number")?;
        match (known, (0.0..=100.0).contains(&score)) {
            (false, _) => Err("studies find parts of scarcity and of value".to_owned()),
            (_, false) => Err("a score is from 0 to 100".to_owned()),
            _ => Ok(Scored {
                part: part.to_owned(),
                score,
            }),
        }
    }
}

pub(super) async fn run(args: &Countersign, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let name = args.key.name(lang)?;
    let (institution, federation) = match (&args.institution, args.federation) {
        (Some(institution), Some(federation)) => (institution.clone(), federation),
        _ => house(args, lang).await?,
    };
    let scores = args.score.iter();
    let scores: BTreeMap<String, f64> = scores.map(|it| (it.part.clone(), it.score)).collect();
    let statement = Statement {
        federation,
        study: EvidenceHash(*args.study.as_bytes()),
        about: args.about.clone(),
        scores,
    };
    let signer = format!("{institution}/{name}");
    let signed = statement.sign(&signer, &args.key.open(lang)?)?;
    let mut file = new_file::create(&args.out, lang)?;
    let json = serde_json::to_string_pretty(&signed)? + "\n";
    file.write_all(json.as_bytes())
        .with_context(|| args.out.display().to_string())?;
    let (study, about) = (args.study, &args.about);
    Ok(writeln!(
        out,
        "{}",
        lang.pick(
            format!(
                "{signer} has signed what study {study} found of {about}: {}",
                args.out.display()
            ),
            format!(
                "{signer} 已就研究 {study} 对 {about} 的结果签名：{}",
                args.out.display()
            ),
        )
    )?)
}

/// What the participant says of itself.
async fn house(args: &Countersign, lang: Lang) -> anyhow::Result<(PartyId, FederationId)> {
    let mut participant = args.door.participant(lang).await?;
    let house = participant
        .status(v1::StatusRequest {})
        .await
        .answer(lang)?;
    let federation = house.federation_id.as_ref().try_into();
    let federation = FederationId(federation.context("the daemon's federation")?);
    Ok((
        house.party.parse().context("the daemon's party")?,
        federation,
    ))
}
