//! Watching a study of the local federation to its end.

use anyhow::Context as _;
use consilium_node::grpc::operator_client::OperatorClient;
use consilium_plan::{Failure, Lang, Plan, Study};
use consilium_proto::v1;
use tonic::transport::Channel;

use super::tell;
use crate::{
    client::{Answer as _, refused},
    study::Story,
};

/// Says on stderr how the study goes; gives why it ended badly, if it did.
pub(super) async fn to_the_end(
    coordinator: &mut OperatorClient<Channel>,
    study: &str,
    plan: &Plan,
    lang: Lang,
) -> anyhow::Result<Option<Failure>> {
    let request = v1::StudyRequest {
        study: study.to_owned(),
    };
    let mut events = coordinator.watch(request.clone()).await.answer(lang)?;
    let mut story = Story::new(plan, lang);
    while let Some(event) = events
        .message()
        .await
        .map_err(|status| refused(&status, lang))?
    {
        // Its steps are quick here: the states are enough.
        let doing = String::new();
        story.hear(&v1::StudyEvent { doing, ..event });
        if let Some(line) = story.line() {
            tell(&line);
        }
    }
    let status = coordinator.show(request).await.answer(lang)?.status;
    let status = status.context("the coordinator gave no state")?;
    let end: Study = serde_json::from_str(&status.detail).context("the study's state")?;
    match end {
        Study::Finished { .. } => {
            tell(&end.describe(plan, lang));
            Ok(None)
        }
        other => match other.failure() {
            Some(failure) => Ok(Some(failure)),
            None => anyhow::bail!("{}", other.describe(plan, lang)),
        },
    }
}
