//! What the own rows are worth to a regression, and the others' word on it.

use consilium_base::{Signer, Verifier};
use consilium_glm::Table;
use consilium_identity::Directory;
use consilium_mailbox::{Mailbox, MailboxError, PartyId};
use consilium_plan::{Glm, Phase, ResultKept};
use consilium_scorecard::{EvidenceHash, Findings, Heard, Salt, VersionHash, Whose, exchange};
use consilium_value::{Coalesced, Record, Valuation};

use super::{
    failure::RunError,
    phases::unless_the_data_allow_none,
    rows::Rows,
    run::{Run, Sums},
    scores::Results,
};
use crate::home::Home;

/// A regression that all contributors have, and the own rows.
pub(super) struct Regressed<'a> {
    pub(super) fit: &'a consilium_glm::Published,
    pub(super) glm: &'a Glm,
    pub(super) rows: &'a Rows<Table>,
}

impl Run {
    /// Learns what the own rows are worth, and keeps it beside the own measures.
    pub(super) async fn value(
        &self,
        home: &Home,
        Regressed { fit, glm, rows }: Regressed<'_>,
        results: &Results,
        (mail, directory): (&Mailbox, &Directory),
        sums: &mut Sums,
    ) -> Result<(), RunError> {
        let Some(by) = &glm.value else {
            return Ok(());
        };
        let valuation = Valuation {
            regression: &glm.regression,
            model: &fit.model(),
            has_converged: !fit.was_cut_short(&glm.regression),
            contributors: &fit.contributors,
            judges: &by.judges,
            colluding: by.colluding,
            method: by.method,
        };
        let own = (&rows.fitted.table, &rows.measured().table);
        let (coordinator, chance) = (self.plan.coordinator(), self.rounding());
        let first = Phase::Value.first_sum();
        let found =
            consilium_value::contribute(mail, coordinator, &valuation, own, first, &chance, sums)
                .await;
        let Some(valued) = unless_the_data_allow_none(Phase::Value, found)? else {
            return Ok(());
        };
        let heard = match &valued.coalesced {
            Some(told) => {
                let others = fit.contributors.iter().filter(|it| **it != home.party);
                let others: Vec<PartyId> = others.chain([coordinator]).cloned().collect();
                self.countersigned(home, told, &others, (mail, directory))
                    .await?
            }
            None => Heard::default(),
        };
        let whose = Whose::new(
            EvidenceHash(*self.plan.hash().as_bytes()),
            home.party.clone(),
            self.data.to_string(),
            VersionHash(self.version.0),
        );
        results.add_value(&Record::new(whose, by.method, valued, heard))?;
        Ok(mail.send(coordinator, &ResultKept).await?)
    }

    /// Signs the others' scores by this institution's key, and hears what they sign of its own.
    async fn countersigned(
        &self,
        home: &Home,
        told: &Coalesced,
        others: &[PartyId],
        (mail, directory): (&Mailbox, &Directory),
    ) -> Result<Heard, MailboxError> {
        let scores = told.scores();
        // Where values are withheld there is nothing to sign.
        if scores.is_empty() {
            return Ok(Heard::default());
        }
        let findings = Findings {
            federation: home.federation,
            study: EvidenceHash(*self.plan.hash().as_bytes()),
            scores,
        };
        let salt = self.secret.derive("participant.1.countersign", &[]);
        let rows = (VersionHash(self.version.0), Salt(*salt.expose()));
        let keys = (home.key.as_ref() as &dyn Signer, directory as &dyn Verifier);
        exchange(mail, &findings, others, rows, keys).await
    }
}
