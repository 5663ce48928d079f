//! What came of a local study, whatever its kind.

use std::{io, path::Path};

use consilium_plan::{Lang, Plan, Task, VerticalWork};
use serde_json::Value;

use super::{
    achieved, aligned, checked, federation::Federation, inputs::PartyData, joint, kept::Kept,
    measured, outcome::Outcome, scarce, study, weighed,
};

/// A study that ended well.
#[derive(Debug)]
pub(super) enum Done {
    Trained(Box<Outcome>),
    Aligned(Kept),
    Joint(Kept),
    Measured(Kept),
    Weighed(Kept),
    Checked(Kept),
    Scarce(Kept),
}

impl Done {
    /// Takes a plan from its submission to its end, and leaves its result in a new folder.
    pub(super) async fn of(
        federation: &mut Federation,
        (plan, data): (&Plan, &[PartyData]),
        result: &Path,
        lang: Lang,
    ) -> anyhow::Result<Done> {
        let ended = study(federation, plan).await?;
        if let Err(failures) = &ended {
            aligned::explain(failures, plan, data, lang);
        }
        let (study, took) = achieved(ended, lang)?;
        Ok(match plan.task() {
            Task::Train(_) => {
                let outcome = federation.outcome(&study, plan, result, took).await?;
                Done::Trained(Box::new(outcome))
            }
            Task::Align(_) => Done::Aligned(federation.kept(&study, plan, result, took).await?),
            Task::Vertical(task) => {
                let kept = federation.kept(&study, plan, result, took).await?;
                match task.work {
                    VerticalWork::Weigh(_) => Done::Weighed(kept),
                    _ => Done::Joint(kept),
                }
            }
            Task::Dictionary(_) => {
                Done::Checked(federation.kept(&study, plan, result, took).await?)
            }
            Task::Scarcity(_) => Done::Scarce(federation.kept(&study, plan, result, took).await?),
            Task::Statistics(_) => {
                Done::Measured(federation.kept(&study, plan, result, took).await?)
            }
        })
    }

    /// Gives the line that programs read.
    pub(super) fn to_json(&self) -> Value {
        let (kept, own) = match self {
            Done::Trained(outcome) => return outcome.to_json(),
            Done::Aligned(kept) => (kept, aligned::to_json(kept)),
            Done::Joint(kept) => (kept, joint::to_json(kept)),
            Done::Measured(kept) => (kept, measured::to_json(kept)),
            Done::Weighed(kept) => (kept, weighed::to_json(kept)),
            Done::Checked(kept) => (kept, checked::to_json(kept)),
            Done::Scarce(kept) => (kept, scarce::to_json(kept)),
        };
        kept.to_json(own)
    }

    /// Gives what people read.
    pub(super) fn page(&self, lang: Lang) -> io::Result<String> {
        let mut page = Vec::new();
        let kept = match self {
            Done::Trained(outcome) => return outcome.page(lang),
            Done::Aligned(kept) => aligned::print(kept, &mut page, lang).map(|()| kept),
            Done::Joint(kept) => joint::print(kept, &mut page, lang).map(|()| kept),
            Done::Measured(kept) => measured::print(kept, &mut page, lang).map(|()| kept),
            Done::Weighed(kept) => weighed::print(kept, &mut page, lang).map(|()| kept),
            Done::Checked(kept) => checked::print(kept, &mut page, lang).map(|()| kept),
            Done::Scarce(kept) => scarce::print(kept, &mut page, lang).map(|()| kept),
        };
        kept?.print_end(&mut page, lang)?;
        String::from_utf8(page).map_err(io::Error::other)
    }
}
