//! What stands in the way of a study at the institution, as its daemon finds it.

use std::{collections::BTreeSet, io::Write};

use anyhow::{Context as _, anyhow};
use consilium_node::grpc::steward_client::StewardClient;
use consilium_plan::{Failure, Lang, PlanHash};
use consilium_proto::v1;
use tonic::transport::Channel;

use crate::{client::Answer as _, hint::Hinted};

/// Lets the daemon make the checks that come before a run, which reads the data set; `anew` as if
/// a steward approved now, even if an approval stands, beside these other studies.
pub(crate) async fn find(
    participant: &mut StewardClient<Channel>,
    own: &v1::OwnStudy,
    anew: Option<&BTreeSet<PlanHash>>,
    lang: Lang,
) -> anyhow::Result<Vec<Failure>> {
    let study = own.study.clone();
    let beside = anew.into_iter().flatten();
    let request = v1::ExamineRequest {
        study,
        anew: anew.is_some(),
        beside: beside.map(|it| it.as_bytes().to_vec().into()).collect(),
    };
    let examined = participant.examine(request).await.answer(lang)?;
    let read = |text: &String| serde_json::from_str(text).context("what stands in the way");
    examined.obstacles.iter().map(read).collect()
}

/// Prints each with its remedy; nothing if there are none.
pub(super) fn print(obstacles: &[Failure], out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    if obstacles.is_empty() {
        return Ok(());
    }
    let heading = lang.pick("What stands in the way here", "此处的障碍");
    writeln!(out, "\n# {heading}")?;
    for obstacle in obstacles {
        writeln!(out, "- {}", sentence(obstacle, lang))?;
        writeln!(out, "  {}", obstacle.remedy_before_end(lang))?;
    }
    Ok(())
}

/// Refuses to go on where something stands in the way.
///
/// # Errors
///
/// All obstacles, with their remedies as the hint.
pub(super) fn refuse(obstacles: &[Failure], lang: Lang) -> anyhow::Result<()> {
    if obstacles.is_empty() {
        return Ok(());
    }
    let nothing = lang.pick("nothing was signed: ", "未签署任何内容：");
    Err(error(nothing, obstacles, lang))
}

/// Makes an error of what went wrong, with the remedies as its hint; `before` is said first.
pub(crate) fn error(before: &str, failures: &[Failure], lang: Lang) -> anyhow::Error {
    let all = |said: &dyn Fn(&Failure) -> String| {
        let mut said: Vec<String> = failures.iter().map(said).collect();
        said.dedup();
        said.join(lang.pick("; ", "；"))
    };
    let what = all(&|failure| sentence(failure, lang));
    Hinted {
        error: anyhow!("{before}{what}"),
        hint: all(&|failure| failure.remedy_before_end(lang)),
    }
    .into()
}

/// Says what happened, with its code.
pub(super) fn sentence(obstacle: &Failure, lang: Lang) -> String {
    let (what, code) = (obstacle.what(lang), obstacle.code);
    lang.pick(format!("{what} ({code})"), format!("{what}（{code}）"))
}

#[cfg(test)]
mod tests;
