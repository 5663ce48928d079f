//! Trees by sums of histograms.

use consilium_base::Seed;
use consilium_gbdt::{
    Table,
    horizontal::{Agreement, aggregate, contribute},
    training::Training,
};
use consilium_mailbox::{Mailbox, PartyId};
use consilium_plan::{Gbdt, Plan};
use consilium_secagg::{Contribute, Open};

use super::{Brought, Parties, SimulationError, Trained};
use crate::Predictor;

/// Trees with the rows of all.
pub(super) struct Growing<'a> {
    coordinator: &'a PartyId,
    agreement: &'a Agreement,
    /// In the order of what is brought, each with its party's secret.
    tables: Vec<(Table, Seed)>,
}

impl<'a> Growing<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        trees: &'a Gbdt,
        (brought, parties): (&[Brought], &Parties),
    ) -> Result<Growing<'a>, SimulationError> {
        let agreement = &trees.agreement;
        let tables = brought.iter().map(|it| {
            let columns = it.rows.columns.iter().map(|column| column.values.clone());
            let table = agreement.table(columns.collect(), it.rows.labels.clone());
            let table = table.map_err(SimulationError::of_trees(&it.party))?;
            let table = table.weighted(plan.weight(&it.party));
            Ok((table, parties.secret("lab.1.trees", &it.party)))
        });
        Ok(Growing {
            coordinator: plan.coordinator(),
            agreement,
            tables: tables.collect::<Result<_, SimulationError>>()?,
        })
    }

    /// The coordinator's part.
    pub(super) async fn lead(
        &self,
        mail: &Mailbox,
        roster: &[PartyId],
        sums: &mut impl Open,
    ) -> Result<Trained, SimulationError> {
        let training = Training::begin(self.agreement, Gbdt::FIRST_SUM);
        let fit = aggregate(mail, roster, self.agreement, training, sums, &mut ()).await?;
        let fit = fit.publish(self.agreement)?;
        Ok(Trained {
            curve: fit.losses.iter().map(|losses| losses.trained).collect(),
            iterations: u32::try_from(fit.model.trees().len()).unwrap_or(u32::MAX),
            sums: fit.sums.into(),
            ..Trained::new(Predictor::Trees(fit.model))
        })
    }

    /// The part of the contributor at a place.
    pub(super) async fn contribute(
        &self,
        mail: &Mailbox,
        place: usize,
        sums: &mut impl Contribute,
    ) -> Result<Predictor, SimulationError> {
        let (table, secret) = &self.tables[place];
        let rows = (self.agreement, table, secret);
        let fit = contribute(mail, self.coordinator, rows, Gbdt::FIRST_SUM, sums).await?;
        Ok(Predictor::Trees(fit.model))
    }
}
