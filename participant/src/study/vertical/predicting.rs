//! Scoring rows by a model that was grown before.

use consilium_gbdt::{
    hybrid,
    vertical::{self, ModelPart},
};
use consilium_journal::{Kind, band};
use consilium_mailbox::Mailbox;
use consilium_plan::{Phase, PlanHash};

use super::{KEEPING, OwnPart, RunError, report::ScoredReport, rows::Rows, taking::Taken};

impl OwnPart<'_> {
    /// Scores the rows at the label holder; a feature holder answers for its columns.
    pub(super) async fn score(
        &self,
        mail: &Mailbox,
        model: &PlanHash,
        taken: Taken,
    ) -> Result<(), RunError> {
        let Taken { rows, part, .. } = taken;
        let part = part.ok_or_else(|| self.internal("part"))?;
        let here = mail.scope(Phase::Predict.name());
        let means = self.means(&here, &part, &rows).await?;
        let report = ScoredReport::of(self, model, &rows);
        mail.compute(KEEPING, || {
            if self.has_labels() {
                self.results.keep_predictions(&means, &rows.numbers)?;
            }
            self.results.keep_own_report(&report)
        })?;
        let entry = self.entry(Kind::OPENING).with("learnt", "predictions");
        let entry = entry.with("rows", band(rows.count().into()));
        self.home.store.log(&entry).await?;
        self.conclude(&here, None).await
    }

    /// Gives the predicted mean of each row; a feature holder learns none.
    pub(super) async fn means(
        &self,
        mail: &Mailbox,
        part: &ModelPart,
        rows: &Rows,
    ) -> Result<Vec<f64>, RunError> {
        let (columns, count) = (&rows.columns[..], rows.count());
        let hospitals = &rows.hospitals[..];
        match part {
            ModelPart::LabelHolder(model) => {
                let margins = if hospitals.is_empty() {
                    vertical::predict(mail, model, columns, count).await?
                } else {
                    hybrid::predict(mail, model, hospitals, columns).await?
                };
                let means = margins.into_iter().map(|it| model.objective().mean(it));
                Ok(means.collect())
            }
            ModelPart::FeatureHolder(model) => {
                let asker = &self.task.label_holder;
                if hospitals.is_empty() {
                    vertical::answer(mail, asker, model, columns, count).await?;
                } else {
                    hybrid::answer(mail, asker, model, columns, hospitals).await?;
                }
                Ok(Vec::new())
            }
        }
    }
}
