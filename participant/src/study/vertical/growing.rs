//! Growing trees, and measuring them on the rows kept for testing.

use consilium_base::Seed;
use consilium_evaluation::{Measures, Scored, Shared};
use consilium_gbdt::vertical::{ModelPart, VerticalError};
use consilium_journal::Kind;
use consilium_mailbox::Mailbox;
use consilium_plan::{Common, Grow, Phase};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    KEEPING, OwnPart, RunError,
    kept::{Found, Kept},
    report::GrownReport,
    rows::Rows,
    taking::Taken,
};
use crate::store::settings;

impl OwnPart<'_> {
    /// Grows the trees that are left and keeps the own part, then measures them on the rows kept for
    /// testing.
    pub(super) async fn grow(
        &self,
        mail: &Mailbox,
        grow: &Grow,
        taken: Taken,
    ) -> Result<(), RunError> {
        let Taken { rows, tested, .. } = taken;
        let mut report = GrownReport::begin(self, (&rows, &tested));
        let alone = mail.compute(KEEPING, || self.alone(grow, &rows, &tested));
        let here = mail.scope(Phase::Fit.name());
        let (part, losses) = match self.task.common {
            Common::All(_) => Box::pin(self.fit(&here, grow, rows)).await?,
            Common::Hospitals(_) => Box::pin(self.fit_with_hospitals(&here, grow, rows)).await?,
        };
        report.losses = losses;
        report.describe(&part);
        mail.compute(KEEPING, || {
            self.results.keep_part(&self.plan.hash(), &part)?;
            self.results.keep_own_report(&report)
        })?;
        self.log_learnt(&part).await?;
        self.conclude(&here, None).await?;
        if !self.plan.phases().contains(&Phase::Evaluation) {
            return Ok(());
        }
        let here = mail.scope(Phase::Evaluation.name());
        let scored = self.test(&here, &part, &tested).await?;
        report.own = Measures::own(&grow.subject, &scored);
        report.marginal = alone.and_then(|alone| self.marginal(&alone, &scored));
        mail.compute(KEEPING, || {
            if self.has_labels() {
                self.results.keep_scores(&scored, &tested.numbers)?;
            }
            self.results.keep_own_report(&report)
        })?;
        self.conclude(&here, report.own.and_then(shown)).await
    }

    /// Scores the rows kept for testing; a feature holder answers for its columns.
    async fn test(
        &self,
        mail: &Mailbox,
        part: &ModelPart,
        tested: &Rows,
    ) -> Result<Vec<Scored>, RunError> {
        let means = self.means(mail, part, tested).await?;
        let scored = means.into_iter().zip(&tested.labels);
        let scored = scored.map(|(score, &label)| Scored { score, label });
        Ok(scored.collect())
    }

    /// Takes down what this institution learns by the trees.
    async fn log_learnt(&self, part: &ModelPart) -> Result<(), RunError> {
        let learnt = match part {
            ModelPart::LabelHolder(_) => "sums and sides",
            ModelPart::FeatureHolder(_) => "own splits",
        };
        let entry = self.entry(Kind::OPENING).with("learnt", learnt);
        Ok(self.home.store.log(&entry).await?)
    }

    /// Plays this institution's role to its end, from what an earlier run has kept of it, else anew.
    pub(super) async fn play<R, S, E, T>(
        &self,
        mut kept: Kept<S>,
        (new, resume): (R, impl FnOnce(R, S) -> Result<R, E>),
        playing: impl AsyncFnOnce(&mut R, &mut Kept<S>) -> Result<T, RunError>,
    ) -> Result<T, RunError>
    where
        S: Serialize + DeserializeOwned,
        RunError: From<E>,
    {
        let mut role = self.ready(&mut kept, new, resume).await?;
        let played = playing(&mut role, &mut kept).await;
        // Why nothing could be kept says more than that.
        played.map_err(|error| kept.unkept.map_or(error, RunError::Results))
    }

    /// Makes this institution's role ready.
    ///
    /// Where what was kept is damaged or gone the role does not begin anew: others answer no question
    /// about a tree twice. That the trees have begun is remembered elsewhere than what is kept of them.
    async fn ready<R, S, E>(
        &self,
        kept: &mut Kept<S>,
        new: R,
        resume: impl FnOnce(R, S) -> Result<R, E>,
    ) -> Result<R, RunError>
    where
        S: Serialize + DeserializeOwned,
        RunError: From<E>,
    {
        let begun = format!("trees.{}.begun", self.plan.hash());
        let has_begun = settings::get(&self.home.store, &begun).await?.is_some();
        let role = match kept.read()? {
            Found::Side(side) => resume(new, side)?,
            Found::Begun => new,
            Found::Absent if !has_begun => {
                kept.begin()?;
                new
            }
            Found::Absent | Found::Damaged => return Err(VerticalError::OtherFit.into()),
        };
        if !has_begun {
            let mut change = self.home.store.begin().await?;
            settings::set(&mut change, &begun, "").await?;
            change.commit().await?;
        }
        Ok(role)
    }

    /// Gives this institution's secret for the trees of the study.
    pub(super) fn secret(&self) -> Seed {
        self.counted.secret.derive("participant.1.vertical", &[])
    }
}

/// Gives what others may see of the measures.
fn shown(own: Measures) -> Option<Shared> {
    own.classes()?.shared()
}
