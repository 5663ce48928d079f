//! Trees by sums of histograms.

use consilium_gbdt::{
    Table,
    horizontal::{Agreement, aggregate, contribute},
    training::Training,
};
use consilium_plan::{Gbdt, Phase, Plan, Train};
use futures_util::future::{join, join_all};

use super::{Brought, Fitted, Parties, SimulationError, protection::Sums};
use crate::Predictor;

pub(super) async fn fit(
    (plan, task, trees): (&Plan, &Train, &Gbdt),
    brought: &[Brought],
    parties: &Parties,
) -> Result<Fitted, SimulationError> {
    let agreement = &trees.agreement;
    let tables = brought.iter().map(|it| table(agreement, it));
    let tables: Vec<Table> = tables.collect::<Result<_, _>>()?;
    let protection = Sums::new(plan, &task.protection, &parties.seed);
    let first = Gbdt::FIRST_SUM;
    let names: Vec<_> = brought.iter().map(|it| it.party.clone()).collect();
    let aggregating = async {
        let mut sums = protection.aggregator()?;
        let here = parties.coordinator.scope(Phase::Fit.name());
        let training = Training::begin(agreement, first);
        let fit = aggregate(&here, &names, agreement, training, &mut sums, &mut ()).await?;
        Ok::<_, SimulationError>(fit)
    };
    let contributing = parties.others.iter().zip(&tables).map(|(mail, own)| {
        let secret = parties.secret("lab.1.trees", mail.me());
        let protection = &protection;
        async move {
            let mut sums = protection.contributor(mail.me())?;
            let here = mail.scope(Phase::Fit.name());
            let rows = (agreement, own, &secret);
            let fit = contribute(&here, plan.coordinator(), rows, first, &mut sums).await?;
            Ok::<_, SimulationError>(fit)
        }
    });
    let (led, contributed) = join(aggregating, join_all(contributing)).await;
    let mut published = contributed.into_iter().collect::<Result<Vec<_>, _>>()?;
    led?;
    let fit = published.pop().ok_or(SimulationError::NotSimulated)?;
    Ok(Fitted {
        curve: fit.losses.iter().map(|losses| losses.trained).collect(),
        iterations: u32::try_from(fit.model.trees().len()).unwrap_or(u32::MAX),
        sums: fit.sums.into(),
        predictor: Predictor::Trees(fit.model),
    })
}

/// Makes rows what trees are grown on.
fn table(agreement: &Agreement, it: &Brought) -> Result<Table, SimulationError> {
    let columns = it.rows.columns.iter().map(|column| column.values.clone());
    let table = agreement.table(columns.collect(), it.rows.labels.clone());
    table.map_err(SimulationError::of_trees(&it.party))
}
