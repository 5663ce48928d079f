//! `consilium data score countersign`: what a study has found of another institution, signed.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use clap::Args;
use consilium_base::FederationId;
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, PlanHash};
use consilium_proto::v1;
use consilium_scorecard::{EvidenceHash, Findings, Found, Measure, VersionHash, Whose};
use consilium_value::{MarginalRecord, Record};

use super::make::salt;
use crate::{
    client::{Answer as _, HouseDoor},
    hint::OrHint as _,
    new_file,
    person::StewardKey,
    study::value_file,
    whole,
};

#[derive(Debug, Args)]
pub(in crate::data) struct Countersign {
    /// The study's hash
    study: PlanHash,
    /// The institution of which it has found something
    #[arg(long, value_name = "INSTITUTION")]
    about: PartyId,
    /// Ask no participant: your institution's result of the study, value.json or marginal.json
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "at",
        requires = "federation"
    )]
    value: Option<PathBuf>,
    /// The federation, as 64 hexadecimal digits, where no participant is asked
    #[arg(long, value_name = "FEDERATION", requires = "value")]
    federation: Option<FederationId>,
    #[command(flatten)]
    key: StewardKey,
    /// Where it goes; an existing file is left alone
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    door: HouseDoor,
}

pub(super) async fn run(args: &Countersign, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let name = args.key.name(lang)?;
    let (result, federation) = match (&args.value, args.federation) {
        (Some(path), Some(federation)) => (read(path)?, federation),
        _ => house(args, lang).await?,
    };
    let result = Known::parse(&result).or_hint(lang.pick(
        "`consilium study result` writes value.json or marginal.json where a study has found what others' rows or columns are worth",
        "若研究得出其他机构数据或特征列的价值，`consilium study result` 会写出 value.json 或 marginal.json",
    ))?;
    if result.whose.study != EvidenceHash(*args.study.as_bytes()) {
        bail!(lang.pick("this is another study's result", "这是另一研究的结果"));
    }
    let findings = Findings {
        federation,
        study: result.whose.study,
        scores: result.scores,
    };
    let (study, about) = (args.study, &args.about);
    let rows = (result.versions.get(about).copied(), salt()?);
    let statement = findings.statement(about, rows).with_context(|| {
        lang.pick(
            format!("study {study} has told you nothing of {about}"),
            format!("研究 {study} 未告知您 {about} 的任何结果"),
        )
    })?;
    let signer = format!("{}/{name}", result.whose.party);
    let said = statement.scores.iter();
    let said: Vec<String> = said.map(|(id, score)| format!("{id} {score:.2}")).collect();
    let said = said.join(lang.pick(", ", "，"));
    let signed = statement.sign(&signer, &args.key.open(lang)?)?;
    let mut file = new_file::create(&args.out, lang)?;
    let json = serde_json::to_string_pretty(&signed)? + "\n";
    file.write_all(json.as_bytes())
        .with_context(|| args.out.display().to_string())?;
    Ok(writeln!(
        out,
        "{}",
        lang.pick(
            format!(
                "{signer} has signed what study {study} found of {about} ({said}): {}",
                args.out.display()
            ),
            format!(
                "{signer} 已就研究 {study} 对 {about} 的结果（{said}）签名：{}",
                args.out.display()
            ),
        )
    )?)
}

/// What a result says of others.
struct Known {
    whose: Whose,
    versions: BTreeMap<PartyId, VersionHash>,
    scores: BTreeMap<PartyId, Vec<Measure>>,
}

impl Known {
    fn parse(result: &str) -> anyhow::Result<Known> {
        if let Ok(MarginalRecord {
            whose, of, score, ..
        }) = serde_json::from_str(result)
        {
            // What several add together is nobody's own.
            let of = if of.len() == 1 { of } else { Vec::new() };
            return Ok(Known {
                whose,
                versions: BTreeMap::new(),
                scores: of.into_iter().map(|it| (it, vec![score.clone()])).collect(),
            });
        }
        let record: Record = serde_json::from_str(result)?;
        let told = record.coalesced.map(|it| it.scores());
        Ok(Known {
            whose: record.whose,
            versions: record.heard.versions,
            scores: told.unwrap_or_default(),
        })
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let text = whole::text(path, Found::LONGEST as u64);
    text.with_context(|| path.display().to_string())
}

/// The participant's own result of the study, and its federation.
async fn house(args: &Countersign, lang: Lang) -> anyhow::Result<(String, FederationId)> {
    let mut participant = args.door.participant(lang).await?;
    let house = participant
        .status(v1::StatusRequest {})
        .await
        .answer(lang)?;
    let federation = house.federation_id.as_ref().try_into();
    let federation = FederationId(federation.context("the daemon's federation")?);
    let study = args.study.to_string();
    let request = v1::OwnStudyRequest { study };
    let result = participant.own_result(request).await.answer(lang)?;
    let value = value_file(&result.own_report, "value")?;
    if value.is_empty() {
        return Ok((value_file(&result.own_report, "marginal")?, federation));
    }
    Ok((value, federation))
}
