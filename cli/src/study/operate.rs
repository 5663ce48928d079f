//! What operators ask of the coordinator.

use std::{io::Write, path::Path, time::Duration};

use consilium_node::grpc::operator_client::OperatorClient;
use consilium_plan::{Event, Lang, Plan};
use consilium_proto::v1;
use tokio::time::timeout;
use tonic::{Streaming, transport::Channel};

use super::list;
use crate::{
    client::{Answer as _, OperatorDoor},
    listing::Listed as _,
    plan,
    terminal::tell,
};

/// Submits a plan, its columns written into it.
pub(super) async fn submit(
    file: &Path,
    door: &OperatorDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let plan = plan::load(file, lang)?.plan;
    let mut coordinator = door.coordinator(lang).await?;
    let request = v1::SubmitRequest {
        plan: plan.to_string(),
    };
    let status = coordinator.submit(request).await.answer(lang)?;
    if status.study != plan.hash().to_string() {
        tell(lang.pick(
            "an earlier study of this plan ended without a result: this is another one, which needs approvals of its own",
            "本方案先前的研究没有得出结果：这是另一项研究，需要重新批准",
        ));
    }
    let status = shown(&mut coordinator, &plan, status, lang).await?;
    said(&plan, status, json, out, lang)
}

/// How long a study may take to reach all of its institutions that are connected.
const PATIENCE: Duration = Duration::from_secs(5);

/// Waits until every contributor has the plan, so that its steward can decide; says who is away and
/// gets it later. Gives where the study stands then.
async fn shown(
    coordinator: &mut OperatorClient<Channel>,
    plan: &Plan,
    status: v1::StudyStatus,
    lang: Lang,
) -> anyhow::Result<v1::StudyStatus> {
    let members = coordinator.members(v1::MembersRequest {}).await;
    let members = members.answer(lang)?.members;
    let is_away = |party: &str| !members.iter().any(|one| one.name == party && one.connected);
    let contributors = plan.contributors().map(|(party, _)| party.as_str());
    let away: Vec<&str> = contributors.filter(|party| is_away(party)).collect();
    if !away.is_empty() {
        let away = away.join(lang.pick(", ", "、"));
        tell(&lang.pick(
            format!("not connected, and shown the study once they are: {away}"),
            format!("以下机构尚未连接，连接后将收到本研究：{away}"),
        ));
        return Ok(status);
    }
    let request = v1::StudyRequest {
        study: status.study.clone(),
    };
    let events = coordinator.watch(request.clone()).await.answer(lang)?;
    // Whoever is slower than that is shown it later.
    let _ = timeout(PATIENCE, until_shown(events)).await;
    let detail = coordinator.show(request).await.answer(lang)?;
    Ok(detail.status.unwrap_or(status))
}

async fn until_shown(mut events: Streaming<v1::StudyEvent>) {
    while let Ok(Some(event)) = events.message().await {
        if matches!(serde_json::from_str(&event.event), Ok(Event::Shown)) {
            return;
        }
    }
}

/// Ends a study.
pub(super) async fn cancel(
    (study, why): (&str, &str),
    door: &OperatorDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut coordinator = door.coordinator(lang).await?;
    let request = v1::CancelRequest {
        study: study.to_owned(),
        why: why.to_owned(),
    };
    let status = coordinator.cancel(request).await.answer(lang)?;
    let request = v1::StudyRequest {
        study: status.study.clone(),
    };
    let detail = coordinator.show(request).await.answer(lang)?;
    said(&detail.plan.parse()?, status, json, out, lang)
}

fn said(
    plan: &Plan,
    status: v1::StudyStatus,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let known = list::Known::from(status);
    if json {
        writeln!(out, "{}", known.line(lang))?;
    } else {
        writeln!(out, "{}", known.study)?;
        writeln!(out, "{}", known.standing(plan, lang))?;
    }
    Ok(())
}
