//! Watching a study of the local federation to its end.

use anyhow::Context as _;
use consilium_node::grpc::operator_client::OperatorClient;
use consilium_plan::{Failure, Lang, Plan, Study};
use consilium_proto::v1;
use tonic::transport::Channel;

use crate::{
    client::{Answer as _, refused},
    study::Story,
};

/// How long people are told nothing of what a step is at: most steps are quick here.
const PAUSE_MS: i64 = 2_000;

/// Tells how the study goes; gives why it ended badly, if it did.
pub(super) async fn to_the_end(
    (coordinator, tell): (&mut OperatorClient<Channel>, fn(&str)),
    study: &str,
    plan: &Plan,
    lang: Lang,
) -> anyhow::Result<Option<Failure>> {
    let request = v1::StudyRequest {
        study: study.to_owned(),
    };
    let mut events = coordinator.watch(request.clone()).await.answer(lang)?;
    let (mut story, mut steps) = (Story::new(plan, lang), Steps::default());
    while let Some(event) = events
        .message()
        .await
        .map_err(|status| refused(&status, lang))?
    {
        story.hear(&steps.hear(event));
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

/// What a step is at, as it was told last.
#[derive(Default)]
struct Steps {
    doing: String,
    since_ms: i64,
}

impl Steps {
    /// Lets an event tell what its step is at only if nothing was told for a while.
    fn hear(&mut self, event: v1::StudyEvent) -> v1::StudyEvent {
        let is_state = !event.event.is_empty();
        if is_state || event.time_ms.saturating_sub(self.since_ms) >= PAUSE_MS {
            self.since_ms = event.time_ms;
            // A state's name says enough.
            self.doing = if is_state { String::new() } else { event.doing };
        }
        let doing = self.doing.clone();
        v1::StudyEvent { doing, ..event }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(steps: &mut Steps, time_ms: i64, event: &str, doing: &str) -> String {
        let heard = steps.hear(v1::StudyEvent {
            time_ms,
            event: event.to_owned(),
            doing: doing.to_owned(),
            ..v1::StudyEvent::default()
        });
        heard.doing
    }

    #[test]
    fn a_step_that_takes_long_is_told_every_few_seconds_and_a_quick_one_is_not() {
        let mut steps = Steps::default();
        assert_eq!(heard(&mut steps, 10_000, "ready", "0 parts"), "");
        assert_eq!(heard(&mut steps, 11_000, "", "1 part"), "");
        assert_eq!(heard(&mut steps, 12_000, "", "2 parts"), "2 parts");
        assert_eq!(heard(&mut steps, 13_000, "", "3 parts"), "2 parts");
        assert_eq!(heard(&mut steps, 14_000, "", "4 parts"), "4 parts");
        assert_eq!(heard(&mut steps, 15_000, "committed", "finishing"), "");
        assert_eq!(heard(&mut steps, 16_000, "", "finishing"), "");
    }
}
