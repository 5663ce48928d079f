//! What the others' columns add: at the label holder, who has its own to compare with.

use std::ops::ControlFlow;

use consilium_evaluation::Scored;
use consilium_gbdt::local;
use consilium_plan::{Common, Grow};
use consilium_scorecard::{EvidenceHash, VersionHash, Whose};
use consilium_value::{MarginalRecord, marginal};
use tracing::info;

use super::{OwnPart, rows::Rows};

impl OwnPart<'_> {
    /// Scores the rows kept for testing by what the label holder could fit alone: trees like the study's on its own
    /// columns, or the share of positive labels where it has none.
    ///
    /// Nothing at others, and where the trees are not of two classes of rows that all know.
    pub(super) fn alone(&self, grow: &Grow, rows: &Rows, tested: &Rows) -> Option<Vec<Scored>> {
        let is_asked = self.has_labels()
            && matches!(self.task.common, Common::All(_))
            && grow.subject.is_of_classes()
            && !tested.labels.is_empty();
        let means = is_asked.then(|| means(grow, rows, tested)).flatten()?;
        let scored = means.into_iter().zip(&tested.labels);
        Some(
            scored
                .map(|(score, &label)| Scored { score, label })
                .collect(),
        )
    }

    /// Holds the study's scores of these rows against those.
    pub(super) fn marginal(&self, alone: &[Scored], joint: &[Scored]) -> Option<MarginalRecord> {
        let found = marginal(alone, joint).ok()?;
        let counted = self.counted;
        let whose = Whose::new(
            EvidenceHash(*self.plan.hash().as_bytes()),
            self.home.party.clone(),
            counted.data.to_string(),
            VersionHash(counted.grant.data.0),
        );
        let others = self.task.feature_holders();
        Some(MarginalRecord {
            whose,
            of: others.map(|member| member.party.clone()).collect(),
            score: found.score(),
            found,
        })
    }
}

fn means(grow: &Grow, rows: &Rows, tested: &Rows) -> Option<Vec<f64>> {
    let labels = rows.labels.len() as f64;
    if rows.columns.is_empty() {
        let share = rows.labels.iter().sum::<f64>() / labels;
        return Some(vec![share; tested.labels.len()]);
    }
    let objective = grow.specification().objective;
    let table =
        consilium_gbdt::Table::new(objective, rows.columns.clone(), rows.labels.clone()).ok()?;
    let fit = local::fit(&grow.boosting, &table, |_| ControlFlow::Continue(()));
    match fit {
        Ok(fit) => {
            let columns = tested.columns.iter().map(|column| &column.values[..]);
            Some(fit.model.means(&columns.collect::<Vec<_>>()))
        }
        Err(failure) => {
            info!(%failure, "own columns give no trees to compare with");
            None
        }
    }
}
