//! A steward's decision: what is shown, signed and handed in.

use std::io::Write;

use anyhow::{Context as _, anyhow, bail};
use consilium_base::{Signer as _, hex};
use consilium_node::grpc::steward_client::StewardClient;
use consilium_plan::{DataVersion, Decision, FederationId, Grant, Lang, Plan, Statement};
use consilium_proto::v1;
use rand_core::Rng as _;
use tonic::{Code, transport::Channel};

use super::{obstacles, page};
use crate::{
    client::{Answer as _, said},
    clock,
    hint::{Misuse, OrHint as _},
    random, terminal,
};

mod options;

pub(super) use options::{Limits, Signing};

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
    let signer = signing.signer(&house, lang)?;
    if let Verdict::Approve(limits) = verdict {
        limits.within(&plan, clock::now(), lang)?;
        let beside = limits.beside(&own, lang)?;
        let found = obstacles::find(&mut participant, &own, Some(&beside), lang).await?;
        obstacles::refuse(&found, lang)?;
    }
    let statement = Statement {
        federation: federation(&house)?,
        signer,
        plan: plan.hash(),
        decision: decision(verdict, &own, &plan, lang)?,
        at: clock::now(),
        nonce: nonce()?,
    };
    if matches!(verdict, Verdict::Approve(_)) {
        page::at_participant(&own, &[], out, lang)?;
    }
    writeln!(out, "\n# {}", lang.pick("What you sign", "您将签署"))?;
    writeln!(out, "{}", statement.describe(lang))?;
    if matches!(verdict, Verdict::Approve(_))
        && let Some(replaced) = replaced(&own, lang)
    {
        writeln!(out, "{replaced}")?;
    }
    writeln!(out)?;
    out.flush()?;
    let question = lang.pick("Sign this?", "签署以上内容？");
    if !signing.yes && !terminal::confirm(question, lang)? {
        bail!(lang.pick("nothing was signed", "未签署任何内容"));
    }
    let key = signing.key(lang)?;
    let signed = statement.id();
    let request = v1::DecideRequest {
        statement: serde_json::to_vec(&statement)?.into(),
        signature: key.sign(&statement.message()).0.to_vec().into(),
        steward: key.public().to_bytes().to_vec().into(),
    };
    let decided = match participant.decide(request).await {
        Err(status) if status.code() == Code::PermissionDenied => Err(anyhow!(
            said(&status, lang)
        ))
        .or_hint(lang.pick(
            "`consilium participant steward add KEY.pub` makes a steward's key known to the daemon",
            "`consilium participant steward add 密钥.pub` 向守护进程登记数据管理员密钥",
        ))?,
        answered => answered.answer(lang)?,
    };
    writeln!(
        out,
        "{}{signed}",
        lang.pick("signed and handed in: decision ", "已签署并提交，决定编号 ")
    )?;
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
            let (runs, until) = limits.within(plan, clock::now(), lang)?;
            let data = own.data_version.as_ref().try_into().map(DataVersion);
            Ok(Decision::Approve(Grant {
                data: data.ok().context("the version of the data set")?,
                runs,
                until,
                waiver: limits.waive_derivable,
                beside: limits.beside(own, lang)?,
            }))
        }
        Verdict::Revoke => {
            let approval = approval(own).context(lang.pick(
                "there is no approval of this study to revoke",
                "此研究没有可撤销的批准",
            ))?;
            Ok(Decision::Revoke { of: approval.id() })
        }
    }
}

/// Gives the approval that stands at the institution, if one does.
pub(super) fn approval(own: &v1::OwnStudy) -> Option<Statement> {
    serde_json::from_slice(&own.approval).ok()
}

/// Gives what an approval allows.
pub(super) fn granted(approval: &Statement) -> Option<&Grant> {
    match &approval.decision {
        Decision::Approve(grant) => Some(grant),
        Decision::Refuse | Decision::Revoke { .. } => None,
    }
}

/// Says which approval another one would take the place of, if one stands.
fn replaced(own: &v1::OwnStudy, lang: Lang) -> Option<String> {
    let before = approval(own)?;
    let (signer, Grant { runs, until, .. }) = (&before.signer, granted(&before)?);
    Some(lang.pick(
        format!(
            "It takes the place of the approval by {signer}: at most {runs} runs, until {until}."
        ),
        format!("它取代 {signer} 先前的批准：至多 {runs} 次运行，有效至 {until}。"),
    ))
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
mod tests;
