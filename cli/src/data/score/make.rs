//! `consilium data score make`: from reports to a signed card.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use clap::Args;
use consilium_base::{FederationId, Tagged};
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Name};
use consilium_proto::v1;
use consilium_scorecard::{
    About, Card, CardError, Countersignature, Dimension, Found, ReportError, Salt, Signed, Version,
    VersionHash,
};

use super::{kept::Kept, purpose};
use crate::{
    client::{Answer as _, HouseDoor},
    clock,
    data::registered,
    hint::OrHint as _,
    person::StewardKey,
    random, whole,
};

#[derive(Debug, Args)]
pub(in crate::data) struct Make {
    /// What the data are wanted for: training, release, or a file that says so
    #[arg(long, value_name = "PURPOSE")]
    purpose: String,
    /// The data set's name at the participant
    #[arg(long, value_name = "NAME", value_parser = registered::name)]
    data_set: Name,
    #[command(flatten)]
    reports: Reports,
    /// What somebody else says of a study that is on the card, as `consilium data score countersign` makes it; may be
    /// given again
    #[arg(long, value_name = "FILE")]
    countersigned: Vec<PathBuf>,
    /// Ask no participant: the card is of this institution, and of a version that nobody has registered
    #[arg(long, value_name = "INSTITUTION", conflicts_with = "at")]
    institution: Option<PartyId>,
    /// The federation, as 64 hexadecimal digits, where no participant is asked
    #[arg(long, value_name = "FEDERATION", requires = "institution")]
    federation: Option<FederationId>,
    #[command(flatten)]
    key: StewardKey,
    /// A folder for the card and earlier ones; it is made, or used again
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    #[command(flatten)]
    door: HouseDoor,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// What a card is made of: files, or the folders in which they lie.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Reports {
    /// What `consilium data quality --out` has left: quality.json, or its folder
    #[arg(long, value_name = "REPORT")]
    quality: Option<PathBuf>,
    /// What `consilium data privacy --out` has left: privacy.json, or its folder
    #[arg(long, value_name = "REPORT")]
    privacy: Option<PathBuf>,
    /// What a study of scarcity has left here: scarcity.json, or its folder
    #[arg(long, value_name = "REPORT")]
    scarcity: Option<PathBuf>,
    /// What a study that predicts a column of this institution by others' columns alone has left here, the label holder:
    /// own-report.json, or its folder
    #[arg(long, value_name = "REPORT")]
    predicted: Option<PathBuf>,
    /// What a study that measured values has left here: value.json, or its folder
    #[arg(long, value_name = "REPORT")]
    value: Option<PathBuf>,
}

pub(super) async fn run(args: &Make, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let purpose = purpose::read(&args.purpose, lang)?;
    let name = args.key.name(lang)?;
    let (federation, institution, registered) = match &args.institution {
        Some(institution) => (args.federation, institution.clone(), None),
        None => registered(args, lang).await?,
    };
    let mut found = args.reports.read(&institution, registered, lang)?;
    for file in &args.countersigned {
        countersign(&mut found, file).with_context(|| file.display().to_string())?;
    }
    let version = registered.map_or_else(|| of_reports(&found), Version::Registered);
    let about = About {
        federation,
        institution,
        data_set: args.data_set.to_string(),
        version,
        made: clock::now(),
        salt: salt()?,
    };
    let card = Card::of(about, &purpose, found);
    let kept = Kept::open(&args.out, lang)?;
    kept.belongs(&card, lang)?;
    let signer = format!("{}/{name}", card.institution);
    let signed = Signed::sign(card, &signer, &args.key.open(lang)?)?;
    kept.add(&signed, lang)?;
    super::tell(&signed, args.json, out, lang)
}

/// What the participant knows of itself and of the data set's version.
async fn registered(
    args: &Make,
    lang: Lang,
) -> anyhow::Result<(Option<FederationId>, PartyId, Option<VersionHash>)> {
    let mut participant = args.door.participant(lang).await.or_hint(lang.pick(
        "with --institution NAME a card is made without a participant",
        "用 --institution 名称 可不经参与节点生成评分卡",
    ))?;
    let house = participant
        .status(v1::StatusRequest {})
        .await
        .answer(lang)?;
    let sets = participant
        .list_data(v1::ListDataRequest {})
        .await
        .answer(lang)?;
    let named = sets
        .sets
        .iter()
        .find(|it| it.name == args.data_set.as_str());
    let set = named
        .with_context(|| {
            lang.pick(
                format!("the participant has no data set {}", args.data_set),
                format!("参与节点没有数据集 {}", args.data_set),
            )
        })
        .or_hint(lang.pick(
            "`consilium data list` lists them",
            "`consilium data list` 可列出数据集",
        ))?;
    if !set.unchanged {
        bail!(lang.pick(
            "the data set's files have changed since it was registered: `consilium data add` registers what they are now",
            "数据集的文件在登记后已改变：请用 `consilium data add` 重新登记",
        ));
    }
    let version = set.version.as_ref().try_into();
    let version = VersionHash(version.context("the version of the data set")?);
    let federation = house.federation_id.as_ref().try_into();
    Ok((
        Some(FederationId(federation.context("the daemon's federation")?)),
        house.party.parse().context("the daemon's party")?,
        Some(version),
    ))
}

impl Reports {
    fn read(
        &self,
        institution: &PartyId,
        version: Option<VersionHash>,
        lang: Lang,
    ) -> anyhow::Result<Vec<(Dimension, Found)>> {
        type Reader<'a> = &'a dyn Fn(&str) -> Result<Found, ReportError>;
        let scarcity = |json: &str| Found::of_scarcity(json, institution, version);
        let predicted = |json: &str| Found::of_predicted(json, institution, version);
        let value = |json: &str| Found::of_value(json, institution, version);
        let all: [(Dimension, &str, &Option<PathBuf>, Reader<'_>); 5] = [
            (
                Dimension::Quality,
                "quality.json",
                &self.quality,
                &Found::of_quality,
            ),
            (
                Dimension::Privacy,
                "privacy.json",
                &self.privacy,
                &Found::of_privacy,
            ),
            (
                Dimension::Scarcity,
                "scarcity.json",
                &self.scarcity,
                &scarcity,
            ),
            (
                Dimension::Scarcity,
                "own-report.json",
                &self.predicted,
                &predicted,
            ),
            (Dimension::Value, "value.json", &self.value, &value),
        ];
        let mut found = Vec::new();
        for (dimension, name, path, read) in all {
            let Some(path) = path else { continue };
            let file = file(path, name);
            let named = || file.display().to_string();
            let json = whole::text(&file, Found::LONGEST as u64).with_context(named)?;
            let read = read(&json)
                .with_context(named)
                .or_hint(remedy(dimension, lang))?;
            found.push((dimension, read));
        }
        Ok(found)
    }
}

/// Adds a countersignature to the study that it is about.
fn countersign(found: &mut [(Dimension, Found)], file: &Path) -> anyhow::Result<()> {
    let text = whole::text(file, Countersignature::LONGEST as u64)?;
    let by = Countersignature::from_json(&text)?;
    let mut found = found.iter_mut().map(|(_, found)| found);
    let of = found.find(|it| it.evidence.hash == by.statement.subject.study);
    let (signer, what) = (by.signer.clone(), "study");
    of.ok_or(CardError::Elsewhere { signer, what })?
        .countersign(by)?;
    Ok(())
}

/// The report itself, where a folder is named.
fn file(path: &Path, name: &str) -> PathBuf {
    if path.is_dir() {
        return path.join(name);
    }
    path.to_owned()
}

fn remedy(dimension: Dimension, lang: Lang) -> &'static str {
    match dimension {
        Dimension::Quality => lang.pick(
            "`consilium data quality RULES --out FOLDER` leaves such a report",
            "`consilium data quality 规则文件 --out 文件夹` 生成此报告",
        ),
        Dimension::Privacy => lang.pick(
            "`consilium data privacy FILE --quasi COLUMNS --out FOLDER` leaves such a report",
            "`consilium data privacy 文件 --quasi 列 --out 文件夹` 生成此报告",
        ),
        Dimension::Scarcity | Dimension::Value => lang.pick(
            "`consilium study result` writes what a study has found",
            "`consilium study result` 可写出研究的结果",
        ),
    }
}

/// A version where nobody has registered one: the hash of what the card is made of.
fn of_reports(found: &[(Dimension, Found)]) -> Version {
    let hash = Tagged::new("scorecard.1.reports");
    let hash = found.iter().fold(hash, |hash, (dimension, found)| {
        hash.field(dimension.id().as_bytes())
            .field(&found.evidence.hash.0)
    });
    Version::Reports(VersionHash(hash.digest()))
}

pub(super) fn salt() -> anyhow::Result<Salt> {
    let seed = random::seed()?;
    Ok(Salt(*seed.derive("scorecard.1.salt", &[]).expose()))
}
