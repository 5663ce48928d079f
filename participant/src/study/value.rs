//! What the own rows are worth to a regression, and the others' word on it.

use consilium_base::{Signer, Verifier};
use consilium_glm::Table;
use consilium_identity::Directory;
use consilium_mailbox::{Mailbox, MailboxError, PartyId, Patience};
use consilium_plan::{Glm, Phase, ResultKept};
use consilium_scorecard::{
    Announced, EvidenceHash, Findings, Heard, Salt, VersionHash, Whose, exchange,
};
use consilium_value::{Coalesced, Method, Record, Valuation};
use tracing::warn;

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
    /// Learns what the own rows are worth, and keeps it beside the own measures: before others are asked to sign it,
    /// so that nobody's silence takes it away, and again with what they have signed.
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
        let rows = (&rows.fitted.table, &rows.measured().table);
        let (coordinator, chance) = (self.plan.coordinator(), self.rounding());
        let contributors = &fit.contributors;
        let announced = match by.method {
            Method::Shapley => {
                let mail = &self.briefly(mail);
                Announced::tell(mail, (contributors, coordinator), self.own_rows()).await?
            }
            Method::Influence => Announced::default(),
        };
        let first = Phase::Value.first_sum();
        let found =
            consilium_value::contribute(mail, coordinator, &valuation, rows, first, &chance, sums)
                .await;
        let Some(valued) = unless_the_data_allow_none(Phase::Value, found)? else {
            return Ok(());
        };
        let coalesced = valued.coalesced.as_ref();
        let scores = coalesced.map(Coalesced::scores).unwrap_or_default();
        let whose = Whose::new(
            EvidenceHash(*self.plan.hash().as_bytes()),
            home.party.clone(),
            self.data.to_string(),
            VersionHash(self.version.0),
        );
        let mut record = Record::new(whose, by.method, valued, Heard::default());
        results.add_value(&record)?;
        // Where values are withheld there is nothing to sign.
        if !scores.is_empty() {
            let findings = Findings {
                federation: home.federation,
                study: record.whose.study,
                scores,
            };
            let others = contributors.iter().filter(|it| **it != home.party);
            let others: Vec<PartyId> = others.chain([coordinator]).cloned().collect();
            let signed = (&findings, &announced);
            record.heard = self
                .countersigned(home, signed, &others, (mail, directory))
                .await?;
            results.add_value(&record)?;
        }
        Ok(mail.send(coordinator, &ResultKept).await?)
    }

    /// Signs the others' scores by this institution's key, and hears what they sign of its own.
    async fn countersigned(
        &self,
        home: &Home,
        signed: (&Findings, &Announced),
        others: &[PartyId],
        (mail, directory): (&Mailbox, &Directory),
    ) -> Result<Heard, MailboxError> {
        let keys = (home.key.as_ref() as &dyn Signer, directory as &dyn Verifier);
        let heard = exchange(&self.briefly(mail), signed, others, self.own_rows(), keys).await?;
        for (what, whom) in [
            ("signed something else", &heard.contradicted),
            ("signed nothing", &heard.silent),
        ] {
            if !whom.is_empty() {
                let whom: Vec<&str> = whom.iter().map(PartyId::as_str).collect();
                warn!(study = %self.plan.hash(), who = whom.join(", "), "of our scores they have {what}");
            }
        }
        Ok(heard)
    }

    /// Gives which of its rows this institution has valued, and what hides their scores from others.
    fn own_rows(&self) -> (VersionHash, Salt) {
        let salt = self.secret.derive("participant.1.countersign", &[]);
        (VersionHash(self.version.0), Salt(*salt.expose()))
    }

    /// Gives the mailbox as it waits for what the study can do without: for whoever is away no longer than for
    /// whoever is silent.
    fn briefly(&self, mail: &Mailbox) -> Mailbox {
        let patience = self.plan.mail_patience();
        let outage = patience.silence;
        mail.with_patience(Patience { outage, ..patience })
    }
}
