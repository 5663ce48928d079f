//! One study: what it does, where it stands.

use std::io::Write;

use anyhow::Context as _;
use consilium_base::{hex, noise};
use consilium_mailbox::PartyId;
use consilium_plan::{Failure, Lang, PartyReport, Plan, UnixTime};
use consilium_proto::v1;
use serde_json::{Value, json};

use super::{decide, list, obstacles};
use crate::{
    client::{Answer as _, Daemon, Door},
    listing::Listed as _,
    participant::{assurance, verified_by},
    terminal::printable,
};

pub(super) async fn run(
    study: &str,
    door: &Door,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    match door.either(lang).await? {
        Daemon::Coordinator(mut coordinator) => {
            let request = v1::StudyRequest {
                study: study.to_owned(),
            };
            let detail = coordinator.show(request).await.answer(lang)?;
            if json {
                return Ok(writeln!(out, "{}", detail_line(detail, lang)?)?);
            }
            at_coordinator(detail, out, lang)
        }
        Daemon::Participant(mut participant) => {
            let own = decide::find(&mut participant, study, lang).await?;
            // Looking reads the data set, and a run that goes on needs that more.
            let found = match own.running_since {
                0 => Some(obstacles::find(&mut participant, &own, None, lang).await?),
                _ => None,
            };
            if json {
                return Ok(writeln!(out, "{}", own_line(own, found.as_deref(), lang))?);
            }
            at_participant(&own, &found.unwrap_or_default(), out, lang)
        }
    }
}

/// Prints a study as the coordinator knows it.
fn at_coordinator(detail: v1::StudyDetail, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let plan: Plan = detail.plan.parse().context("the study's plan")?;
    let status = detail.status.context("the coordinator gave no state")?;
    write!(out, "{}", plan.summary(None, lang))?;
    stands(&list::Known::from(status), &plan, out, lang)?;
    for decision in &detail.decisions {
        let time = UnixTime(decision.time);
        writeln!(
            out,
            "- {}: {} ({time})",
            decision.party,
            decided(&decision.decision, lang)
        )?;
    }
    let reports: Vec<PartyReport> = detail
        .preflight
        .iter()
        .filter_map(|report| serde_json::from_str(report).ok())
        .collect();
    if !reports.is_empty() {
        let asked = reports.len();
        writeln!(
            out,
            "{}",
            lang.pick(
                format!("- {asked} parties have answered the check before the run"),
                format!("- {asked} 方已答复运行前检查"),
            )
        )?;
    }
    Ok(())
}

/// Prints a study as the steward of an institution sees it.
pub(super) fn at_participant(
    own: &v1::OwnStudy,
    obstacles: &[Failure],
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let plan: Plan = own.plan.parse().context("the study's plan")?;
    let unverified: Vec<PartyId> = own
        .unverified
        .iter()
        .filter_map(|party| party.parse().ok())
        .collect();
    write!(out, "{}", plan.summary(Some(&unverified), lang))?;
    company(own, out, lang)?;
    answered(own, &plan, out, lang)?;
    obstacles::print(obstacles, out, lang)?;
    if let Some(approval) = decide::approval(own) {
        let heading = lang.pick("The approval that stands", "现有的批准");
        writeln!(out, "\n# {heading}\n{}", approval.describe(lang))?;
    }
    stands(&list::Known::from(own.clone()), &plan, out, lang)?;
    let (version, runs) = (hex::encode(&own.data_version), own.runs);
    if !version.is_empty() {
        writeln!(
            out,
            "{}{version}",
            lang.pick("data set version: ", "数据集版本：")
        )?;
    }
    Ok(writeln!(
        out,
        "{}{runs}",
        lang.pick("runs counted: ", "已计运行次数：")
    )?)
}

/// Prints where a study stands; if it failed, with code and remedy.
fn stands(known: &list::Known, plan: &Plan, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    writeln!(out, "\n# {}", lang.pick("Where it stands", "当前状态"))?;
    writeln!(out, "{}", known.standing(plan, lang))?;
    if let Some(failure) = known.failure() {
        let (code, next) = (failure.code, failure.remedy(lang));
        writeln!(out, "{}{code}", lang.pick("code: ", "代码："))?;
        writeln!(out, "{}{}", lang.pick("next: ", "处理："), printable(&next))?;
    }
    Ok(())
}

/// Prints which contributors were verified here, and how the others are.
fn company(own: &v1::OwnStudy, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    if own.verified.is_empty() && own.unverified.is_empty() {
        return Ok(());
    }
    let heading = lang.pick(
        "Who was verified here, and by whom",
        "此处已核验的机构与核验方式",
    );
    writeln!(out, "\n# {heading}")?;
    for peer in &own.verified {
        let how = verified_by(peer, lang).unwrap_or_default();
        writeln!(out, "- {}: {how}", peer.party)?;
    }
    for party in &own.unverified {
        let command = format!("consilium participant verify {party}");
        let line = lang.pick(
            format!("- {party}: not verified; `{command}` with the words that its people read out"),
            format!("- {party}：尚未核验；请对方读出指纹词语后运行 `{command}`"),
        );
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Prints which studies were answered here before that count against this one, and what is told of one row with all that
/// have noise.
fn answered(
    own: &v1::OwnStudy,
    plan: &Plan,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    if own.answered.is_empty() {
        return Ok(());
    }
    let heading = lang.pick("Answered here before", "此处此前回答过的研究");
    writeln!(out, "\n# {heading}")?;
    for earlier in &own.answered {
        let (study, version) = (&earlier.study, hex::encode(&earlier.version));
        let (time, data) = (UnixTime(earlier.answered), &earlier.data_set);
        let mut line = lang.pick(
            format!("- {time}: study {study}, data set {data}, version {version}"),
            format!("- {time}：研究 {study}，数据集 {data}，版本 {version}"),
        );
        if earlier.epsilon > 0.0 {
            let (epsilon, delta) = (earlier.epsilon, earlier.delta);
            line += &lang.pick(
                format!(", with noise (ε = {epsilon}, δ = {delta})"),
                format!("，带噪声（ε = {epsilon}，δ = {delta}）"),
            );
        }
        writeln!(out, "{line}")?;
    }
    if let Some((epsilon, delta)) = together(own, plan) {
        let line = lang.pick(
            format!("With this one, ε = {epsilon:.2} at δ = {delta} for one row."),
            format!("连同本研究，一行合计 ε = {epsilon:.2}（δ = {delta}）。"),
        );
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Gives the ε and δ of one row in all studies with noise together, the plan's among them; nothing of a plan without.
fn together(own: &v1::OwnStudy, plan: &Plan) -> Option<(f64, f64)> {
    let (epsilon, delta) = plan.noise()?;
    let noised = own.answered.iter().filter(|it| it.epsilon > 0.0);
    let spent: f64 = noised.map(|it| noise::rho(it.epsilon, it.delta)).sum();
    let rho = spent + noise::rho(epsilon, delta);
    Some((noise::epsilon(rho, delta), delta))
}

fn decided(decision: &str, lang: Lang) -> &str {
    match decision {
        "approve" => lang.pick("approved", "已批准"),
        "refuse" => lang.pick("refused", "已拒绝"),
        "revoke" => lang.pick("revoked its approval", "已撤销批准"),
        other => other,
    }
}

fn detail_line(detail: v1::StudyDetail, lang: Lang) -> anyhow::Result<Value> {
    let status = detail.status.context("the coordinator gave no state")?;
    let mut line = list::Known::from(status).line(lang);
    line["plan"] = detail.plan.into();
    let decisions = detail
        .decisions
        .into_iter()
        .map(|one| json!({ "party": one.party, "decision": one.decision, "time": one.time }));
    line["decisions"] = decisions.collect();
    let reports = detail
        .preflight
        .iter()
        .map(|report| serde_json::from_str::<Value>(report));
    line["preflight"] = reports.filter_map(Result::ok).collect();
    Ok(line)
}

/// Writes it for programs; `obstacles` are null where nobody has looked for them.
fn own_line(own: v1::OwnStudy, obstacles: Option<&[Failure]>, lang: Lang) -> Value {
    let verified = own.verified.iter();
    let verified: Value = verified
        .map(|peer| json!({ "party": peer.party, "by": assurance(peer) }))
        .collect();
    let approval = decide::approval(&own);
    let grant = approval.as_ref().and_then(decide::granted);
    let approval = approval.as_ref().zip(grant).map(|(approval, grant)| {
        json!({
            "decision": approval.id(),
            "steward": approval.signer,
            "runs": grant.runs,
            "until": grant.until,
            "waiver": grant.waiver,
            "beside": grant.beside,
        })
    });
    let answered = own.answered.iter().map(|earlier| {
        json!({
            "study": earlier.study,
            "data": earlier.data_set,
            "version": hex::encode(&earlier.version),
            "answered": earlier.answered,
            "epsilon": earlier.epsilon,
            "delta": earlier.delta,
        })
    });
    let more = json!({
        "answered": answered.collect::<Value>(),
        "approval": approval,
        "plan": own.plan,
        "data_version": hex::encode(&own.data_version),
        "unverified": own.unverified,
        "verified": verified,
        "obstacles": obstacles,
        "runs": own.runs,
    });
    let mut line = list::Known::from(own).line(lang);
    if let (Value::Object(line), Value::Object(more)) = (&mut line, more) {
        line.extend(more);
    }
    line
}
