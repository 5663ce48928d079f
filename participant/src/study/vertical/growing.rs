//! Growing trees, and measuring them on the rows kept for testing.

use consilium_base::Seed;
use consilium_evaluation::{Measures, Scored, Shared};
use consilium_gbdt::{
    Losses,
    vertical::{
        Agreement, FeatureHolder, FeatureModel, FeatureSide, LabelHolder, LabelModel, LabelSide,
        VerticalError, Watch as _, follow, lead,
    },
};
use consilium_journal::Kind;
use consilium_mailbox::Mailbox;
use consilium_node::files::FileError;
use consilium_plan::{Grow, Phase};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::mpsc;

use super::{
    KEEPING, OwnPart, RunError,
    kept::{Damaged, Kept},
    part::ModelPart,
    report::GrownReport,
    rows::{Rows, Taken},
    telling::Telling,
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
        let agreement = self.task.agreement(grow, taken.rows.count().into());
        let agreement = agreement.map_err(|_| self.internal("agreement"))?;
        let Taken { rows, tested, .. } = taken;
        let mut report = GrownReport::begin(self, (&rows, &tested));
        let here = mail.scope(Phase::Fit.name());
        let part = if self.has_labels() {
            let (model, losses) = self.lead(&here, (grow, &agreement), rows).await?;
            report.losses = losses;
            ModelPart::LabelHolder(model)
        } else {
            ModelPart::FeatureHolder(self.follow(&here, &agreement, rows).await?)
        };
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
        mail.compute(KEEPING, || {
            if self.has_labels() {
                self.results.keep_scores(&scored, &tested.numbers)?;
            }
            self.results.keep_own_report(&report)
        })?;
        self.conclude(&here, report.own.and_then(shown)).await
    }

    /// Grows the trees that are left; gives the losses after each too, the first after none.
    async fn lead(
        &self,
        mail: &Mailbox,
        (grow, agreement): (&Grow, &Agreement),
        rows: Rows,
    ) -> Result<(LabelModel, Vec<Losses>), RunError> {
        let telling = Telling::of(grow, rows.count(), (mail, self.plan.coordinator()));
        let table = rows.into_table(grow.specification().objective);
        let table = table.map_err(|_| self.internal("table"))?;
        let (heard, progress) = mpsc::unbounded_channel();
        let kept = Kept::<LabelSide>::of(self.home, &self.plan.hash(), mail).telling(heard);
        let new = || LabelHolder::new(agreement, &table, self.secret());
        let new = mail.compute(KEEPING, new)?;
        drop(table);
        let ways = (LabelHolder::side, LabelHolder::resume);
        let (kept, mut holder) = self.ready(kept, new, ways).await?;
        let known = holder.losses().to_vec();
        let telling = telling.tell(known, progress);
        let leading = async {
            // Once it is dropped there is nothing more to tell.
            let mut kept = kept;
            let rng = &mut self.home.ambient.generator();
            let led = lead(mail, &mut holder, rng, &mut kept).await;
            led.map_err(|error| of_keeping(error, kept.unkept))
        };
        let (led, told) = tokio::join!(leading, telling);
        // What the protocol has found weighs more than that it could not be told.
        Ok((led?, told?))
    }

    /// Takes part in the trees that are left.
    async fn follow(
        &self,
        mail: &Mailbox,
        agreement: &Agreement,
        rows: Rows,
    ) -> Result<FeatureModel, RunError> {
        let kept = Kept::<FeatureSide>::of(self.home, &self.plan.hash(), mail);
        let (me, columns) = (&self.home.party, &rows.columns);
        let new = || FeatureHolder::new(agreement, me, columns, self.secret());
        let new = mail.compute(KEEPING, new)?;
        drop(rows);
        let ways = (FeatureHolder::side, FeatureHolder::resume);
        let (mut kept, mut holder) = self.ready(kept, new, ways).await?;
        let rng = &mut self.home.ambient.generator();
        let followed = follow(mail, &mut holder, rng, &mut kept).await;
        followed.map_err(|error| of_keeping(error, kept.unkept))
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
        self.log(self.entry(Kind::OPENING).with("learnt", learnt))
            .await
    }

    /// Makes this institution's role ready: from what an earlier run has kept of it, else new.
    ///
    /// Where that is damaged or gone the role does not begin anew: others answer no question about a
    /// tree twice. That the trees have begun is remembered elsewhere than what is kept of them.
    async fn ready<R, S: Serialize + DeserializeOwned>(
        &self,
        mut kept: Kept<S>,
        new: R,
        (side, resume): (
            impl Fn(&R) -> &S,
            impl FnOnce(R, S) -> Result<R, VerticalError>,
        ),
    ) -> Result<(Kept<S>, R), RunError> {
        let begun = format!("trees.{}.begun", self.plan.hash());
        let has_begun = settings::get(&self.home.store, &begun).await?.is_some();
        let holder = match kept.read()? {
            Ok(Some(side)) => resume(new, side)?,
            Ok(None) if !has_begun => {
                let written = kept.keep(side(&new)).map_err(VerticalError::Unkept);
                written.map_err(|error| of_keeping(error, kept.unkept.take()))?;
                new
            }
            Ok(None) | Err(Damaged) => return Err(VerticalError::OtherFit.into()),
        };
        if !has_begun {
            let mut change = self.home.store.begin().await?;
            settings::set(&mut change, &begun, "").await?;
            change.commit().await?;
        }
        Ok((kept, holder))
    }

    fn secret(&self) -> Seed {
        self.counted.secret.derive("participant.1.vertical", &[])
    }
}

/// Says why what was reached could not be kept, where that was it.
fn of_keeping(error: VerticalError, unkept: Option<FileError>) -> RunError {
    unkept.map_or_else(|| error.into(), RunError::Results)
}

/// Gives what others may see of the measures.
fn shown(own: Measures) -> Option<Shared> {
    own.classes()?.shared()
}
