//! What operators ask of the coordinator.

use std::{io::Write, path::Path};

use consilium_plan::{Lang, Plan};
use consilium_proto::v1;

use super::list;
use crate::{
    client::{Answer as _, Door},
    plan,
    terminal::tell,
};

/// Submits a plan, its columns written into it.
pub(super) async fn submit(
    file: &Path,
    door: &Door,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let plan = plan::load(file, lang)?;
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
    said(&plan, status, json, out, lang)
}

/// Ends a study.
pub(super) async fn cancel(
    (study, why): (&str, &str),
    door: &Door,
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
        writeln!(out, "{}", known.line())?;
    } else {
        writeln!(out, "{}", known.study)?;
        writeln!(out, "{}", known.standing(plan, lang))?;
    }
    Ok(())
}
