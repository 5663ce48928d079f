//! Trees over columns of several.

use std::collections::BTreeMap;

use consilium_gbdt::{
    BadTable, Objective, Table,
    vertical::{
        FeatureHolder, FeatureModel, LabelHolder, LabelModel, Progress, Unwatched, Watch, follow,
        lead,
    },
};
use consilium_mailbox::PartyId;
use consilium_plan::{Grow, Vertical};
use futures_util::future::{join, join_all};

use super::{Brought, Parties, SimulationError, Trained, error::all_ended};
use crate::{Predictor, Rows, predictor::Joint};

/// The label under which what comes before the first message is accounted.
pub(super) const PREPARE: &str = "lab.1.prepare";

pub(super) async fn fit(
    (task, grow): (&Vertical, &Grow),
    brought: &[Brought],
    parties: &Parties,
) -> Result<Trained, SimulationError> {
    let label_holder = &task.label_holder;
    let own = brought.iter().find(|it| it.party == *label_holder);
    let own = own.ok_or_else(|| SimulationError::Missing(label_holder.clone()))?;
    let agreement = task.agreement(grow, own.rows.count() as u64)?;
    let objective = grow.specification().objective;

    let mut leading = None;
    let mut following = Vec::new();
    for (mail, it) in parties.others.iter().zip(brought) {
        let secret = parties.secret("lab.1.trees", mail.me());
        let mut rng = parties.secret("lab.1.keys", mail.me()).generator();
        let agreement = &agreement;
        if it.party == *label_holder {
            leading = Some(async move {
                let holder = mail.compute(PREPARE, || {
                    let table = of_label_holder(objective, &it.rows)
                        .map_err(|bad| SimulationError::rows(&it.party, &bad))?;
                    Ok::<_, SimulationError>(LabelHolder::new(agreement, &table, secret)?)
                });
                let mut holder = holder?;
                let mut curve = Curve::default();
                let model = lead(mail, &mut holder, &mut rng, &mut curve).await?;
                Ok::<_, SimulationError>((model, curve))
            });
        } else {
            following.push(async move {
                let holder = mail.compute(PREPARE, || {
                    FeatureHolder::new(agreement, mail.me(), &it.rows.columns, secret)
                });
                let mut holder = holder?;
                let model = follow(mail, &mut holder, &mut rng, &mut Unwatched).await?;
                Ok::<_, SimulationError>((mail.me().clone(), model))
            });
        }
    }
    let leading = leading.ok_or_else(|| SimulationError::Missing(label_holder.clone()))?;
    let (led, followed) = join(leading, join_all(following)).await;
    let ((label, curve), parts) = all_ended(led, followed)?;
    Ok(trained(label, parts, curve))
}

/// Puts the parts of a model together.
pub(super) fn trained(
    label: LabelModel,
    parts: Vec<(PartyId, FeatureModel)>,
    curve: Curve,
) -> Trained {
    let trees = label.trees().len();
    Trained {
        curve: curve.0.into_values().collect(),
        iterations: u32::try_from(trees).unwrap_or(u32::MAX),
        ..Trained::new(Predictor::Joint(Joint::new(label, parts)))
    }
}

/// The mean training loss before each tree, and after the last.
#[derive(Default)]
pub(super) struct Curve(BTreeMap<u32, f64>);

impl<S> Watch<S> for Curve {
    fn keep(&mut self, _: &S) -> Result<(), String> {
        Ok(())
    }

    fn hear(&mut self, progress: Progress) {
        self.0.insert(progress.tree, progress.losses.trained);
    }
}

/// Makes a table of the label holder's rows; it need not have columns.
pub(super) fn of_label_holder(objective: Objective, rows: &Rows) -> Result<Table, BadTable> {
    if rows.columns.is_empty() {
        return Table::of_labels(objective, rows.labels.clone());
    }
    Table::new(objective, rows.columns.clone(), rows.labels.clone())
}
