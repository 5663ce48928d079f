//! A steward's decision: what is shown, signed and handed in.

use std::{io::Write, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use consilium_base::Signer as _;
use consilium_data::Date;
use consilium_identity::IdentityKey;
use consilium_node::{config::Period, grpc::steward_client::StewardClient};
use consilium_plan::{
    DataVersion, Decision, FederationId, Grant, Lang, Name, Plan, Statement, Steward, UnixTime,
};
use consilium_proto::v1;
use consilium_schema::DateOrder;
use rand_core::Rng as _;
use tonic::transport::Channel;

use super::page;
use crate::{
    client::{Answer as _, HouseDoor},
    clock, hex,
    hint::{Misuse, OrHint as _},
    person, random, terminal,
};

/// Who signs, and where it is handed in.
#[derive(Debug, Args)]
pub(super) struct Signing {
    /// The steward's key, as `consilium person new-key` made it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// Holds the key's passphrase; default: it is asked for on the terminal
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,

    /// The steward's name; default: the one in the key's public file
    #[arg(long, value_name = "NAME")]
    steward: Option<String>,

    /// Sign without asking
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    door: HouseDoor,
}

/// How far an approval goes.
#[derive(Debug, Args)]
pub(super) struct Limits {
    /// The most runs that the participant takes part in; default: what the plan asks for
    #[arg(long, value_name = "N")]
    runs: Option<u32>,

    /// When the approval ends: a day, as 2027-01-31, whose end in UTC is meant, or a length of
    /// time, as 14d; default: when the plan ends
    #[arg(long, value_name = "WHEN", value_parser = until)]
    until: Option<Until>,

    /// Allow that your institution's own aggregate becomes derivable when others drop out
    #[arg(long)]
    waive_derivable: bool,
}

/// When an approval ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    At(UnixTime),
    After(Period),
}

fn until(text: &str) -> Result<Until, String> {
    const DAY: i64 = 86_400;
    let is_day = text.len() <= "2027-01-31".len();
    if let Some(date) = Date::parse(text, DateOrder::Ymd).filter(|_| is_day) {
        return Ok(Until::At(UnixTime((i64::from(date.days()) + 1) * DAY - 1)));
    }
    let period = text.parse().map(Until::After);
    period.map_err(|_| "write a day as 2027-01-31, or a length of time as 14d".to_owned())
}

/// What is decided.
#[derive(Clone, Copy)]
pub(super) enum Verdict<'a> {
    Approve(&'a Limits),
    Refuse,
    Revoke,
}

pub(super) async fn run(
    study: &str,
    verdict: Verdict<'_>,
    signing: &Signing,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut participant = signing.door.participant(lang).await?;
    let house = participant
        .status(v1::StatusRequest {})
        .await
        .answer(lang)?;
    let own = find(&mut participant, study, lang).await?;
    let plan: Plan = own.plan.parse().context("the study's plan")?;
    // What is shown is what is signed, whatever the daemon says it is called.
    if plan.hash().as_bytes()[..] != own.study[..] {
        bail!(lang.pick(
            "the plan that the daemon shows is not the one that its hash names",
            "守护进程给出的方案与其哈希值不符",
        ));
    }
    let statement = Statement {
        federation: federation(&house)?,
        signer: signing.signer(&house, lang)?,
        plan: plan.hash(),
        decision: decision(verdict, &own, &plan, lang)?,
        at: clock::now(),
        nonce: nonce()?,
    };
    if matches!(verdict, Verdict::Approve(_)) {
        page::at_participant(&own, out, lang)?;
    }
    writeln!(out, "\n# {}", lang.pick("What you sign", "您将签署"))?;
    writeln!(out, "{}\n", statement.describe(lang))?;
    out.flush()?;
    let question = lang.pick("Sign this?", "签署以上内容？");
    if !signing.yes && !terminal::confirm(question, lang)? {
        bail!(lang.pick("nothing was signed", "未签署任何内容"));
    }
    let key = signing.key(lang)?;
    let request = v1::DecideRequest {
        statement: serde_json::to_vec(&statement)?.into(),
        signature: key.sign(&statement.message()).0.to_vec().into(),
        steward: key.public().to_bytes().to_vec().into(),
    };
    let decided = participant
        .decide(request)
        .await
        .answer(lang)
        .or_hint(lang.pick(
            "is the key known to the daemon? `consilium participant steward add` makes it so",
            "守护进程是否认识该密钥？可用 `consilium participant steward add` 登记",
        ))?;
    let state = super::list::state_name(&decided.state, lang);
    Ok(writeln!(out, "{}: {state}", plan.hash())?)
}

/// Finds the one study whose hash begins so.
pub(super) async fn find(
    participant: &mut StewardClient<Channel>,
    study: &str,
    lang: Lang,
) -> anyhow::Result<v1::OwnStudy> {
    let all = participant
        .studies(v1::OwnStudiesRequest {})
        .await
        .answer(lang)?;
    let mut found = all.studies.into_iter();
    let mut found = found
        .by_ref()
        .filter(|own| hex::encode(&own.study).starts_with(study));
    match (found.next(), found.next()) {
        (Some(own), None) => Ok(own),
        (None, _) => Err(Misuse(lang.pick(
            format!("no study has a hash that begins with {study}"),
            format!("没有以 {study} 开头的研究"),
        ))),
        (Some(_), Some(_)) => Err(Misuse(lang.pick(
            format!("several studies have hashes that begin with {study}"),
            format!("有多个以 {study} 开头的研究"),
        ))),
    }
    .or_hint(lang.pick(
        "`consilium study list` shows them",
        "`consilium study list` 可列出研究",
    ))
}

fn decision(
    verdict: Verdict<'_>,
    own: &v1::OwnStudy,
    plan: &Plan,
    lang: Lang,
) -> anyhow::Result<Decision> {
    match verdict {
        Verdict::Refuse => Ok(Decision::Refuse),
        Verdict::Approve(limits) => {
            let now = clock::now();
            let data = own.data_version.as_ref().try_into().map(DataVersion);
            let data = data.ok().context(lang.pick(
                "the data set that the plan names is not registered here",
                "方案指定的数据集尚未在此登记",
            ));
            Ok(Decision::Approve(Grant {
                data: data.or_hint(lang.pick(
                    "`consilium data add NAME FILE --schema SCHEMA` registers it",
                    "可用 `consilium data add 名称 文件 --schema 结构` 登记",
                ))?,
                runs: limits.runs.unwrap_or(plan.limits().runs),
                until: match limits.until {
                    Some(Until::At(time)) => time,
                    Some(Until::After(Period(length))) => now.after(length),
                    None => plan.deadline(now),
                },
                waiver: limits.waive_derivable,
            }))
        }
        Verdict::Revoke => {
            let approval: Option<Statement> = serde_json::from_slice(&own.approval).ok();
            let approval = approval.context(lang.pick(
                "there is no approval of this study to revoke",
                "此研究没有可撤销的批准",
            ))?;
            Ok(Decision::Revoke { of: approval.id() })
        }
    }
}

impl Signing {
    fn signer(&self, house: &v1::ParticipantStatus, lang: Lang) -> anyhow::Result<Steward> {
        let name = match &self.steward {
            Some(name) => name.clone(),
            None => {
                person::PublicFile::beside(&self.key, lang)
                    .or_hint(lang.pick(
                        "say who signs with --steward NAME",
                        "请用 --steward 姓名 说明签署人",
                    ))?
                    .name
            }
        };
        Ok(Steward {
            party: house.party.parse().context("the daemon's party")?,
            name: Name::try_from(name).context(lang.pick("the steward's name", "管理员姓名"))?,
        })
    }

    fn key(&self, lang: Lang) -> anyhow::Result<IdentityKey> {
        person::open_key(&self.key, self.passphrase_file.as_deref(), lang)
    }
}

fn federation(house: &v1::ParticipantStatus) -> anyhow::Result<FederationId> {
    let id = house.federation_id.as_ref().try_into();
    Ok(FederationId(id.context("the daemon's federation")?))
}

fn nonce() -> anyhow::Result<[u8; 16]> {
    let mut nonce = [0; 16];
    random::seed()?.generator().fill_bytes(&mut nonce);
    Ok(nonce)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_approval_ends_with_a_day_or_after_a_while() {
        let Ok(Until::At(end)) = until("2027-01-31") else {
            panic!("a day is a time")
        };
        assert_eq!(end.to_string(), "2027-01-31T23:59:59Z");
        let length = Period(Duration::from_hours(14 * 24));
        assert_eq!(until("14d"), Ok(Until::After(length)));
        assert!(until("soon").is_err());
        assert!(until("2027-02-30").is_err());
    }
}
