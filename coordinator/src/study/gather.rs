//! Bringing the contributors of a study together: who is there, and what they have.

use std::collections::{BTreeMap, BTreeSet};

use consilium_mailbox::PartyId;
use consilium_plan::{Code, Event, Failure, PartyReport};
use consilium_proto::v1::{self, to_participant::Kind as Said};
use tokio::time::Instant;

use super::{
    driver::{Driver, Halt},
    working::{Running, Working},
};
use crate::wire;

impl Driver {
    /// Gives the contributors that are still counted on.
    pub(super) fn counted_on(&self) -> Vec<PartyId> {
        let all = self.plan.contributors().map(|(party, _)| party);
        let without = self.job.study.without();
        all.filter(|party| !without.contains(party))
            .cloned()
            .collect()
    }

    pub(super) fn absent(&self) -> BTreeSet<PartyId> {
        let all = self.counted_on().into_iter();
        all.filter(|party| !self.is_there(party)).collect()
    }

    /// Tells whether a party can take part now: its daemon can be reached, and in this life of it
    /// was offered the study, so that nothing about the study comes before.
    pub(super) fn is_there(&self, party: &PartyId) -> bool {
        let epoch = self.desk.epoch(party);
        epoch.is_some() && self.offered.get(party).copied() == epoch
    }

    pub(super) async fn presence(&mut self, party: &PartyId) -> Result<(), Halt> {
        let all_are_there = self.absent().is_empty();
        match &mut self.working {
            Working::Gathering { .. } if all_are_there => self.working = Working::Not,
            Working::Running(Running { lives, .. }) | Working::Settling { awaited: lives, .. } => {
                let then = lives.get(party).copied().flatten();
                let now = self.desk.epoch(party);
                if now.is_some() && then.is_some() && now != then {
                    // It has lost the run, and what it had of the result with it.
                    self.abandon_run(party).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn offer(&mut self, party: &PartyId) {
        if let Some(epoch) = self.desk.epoch(party) {
            self.offered.insert(party.clone(), epoch);
        }
        self.desk.tell(party, wire::offer(&self.plan));
    }

    /// Asks those who are there what they have; the others once they ask for everything.
    pub(super) fn ask(&mut self) {
        let contributors = self.plan.contributors().map(|(party, _)| party);
        contributors
            .filter(|party| self.is_there(party))
            .for_each(|party| self.ask_one(party));
        self.working = Working::Asking {
            reports: BTreeMap::new(),
            renewed: BTreeMap::new(),
            since: Instant::now(),
            patience: Instant::now() + self.plan.patience().answer,
        };
    }

    /// Asks a party that asks for everything, unless it has answered: the question is lost if the
    /// party could not be reached just then, and so is the answer. Whoever is at it goes on.
    pub(super) fn ask_again(&mut self, party: &PartyId) {
        if let Working::Asking { reports, .. } = &self.working
            && !reports.contains_key(party)
            && self.plan.contributors().any(|(name, _)| name == party)
        {
            self.ask_one(party);
            let life = self.desk.epoch(party);
            self.working.renew((party, life), self.plan.patience());
        }
    }

    fn ask_one(&self, party: &PartyId) {
        let study = self.plan.hash().as_bytes().to_vec().into();
        let now_ms = self.desk.ambient.now_ms();
        self.desk
            .tell(party, Said::Preflight(v1::PreflightAsk { study, now_ms }));
    }

    /// Takes a contributor's report; one about something else than the plan is none.
    pub(super) async fn hear(&mut self, from: PartyId, report: PartyReport) -> Result<(), Halt> {
        let Working::Asking { reports, .. } = &mut self.working else {
            return Ok(());
        };
        if !self.plan.contributors().any(|(party, _)| *party == from) {
            return Ok(());
        }
        let found = if self.plan.is_answered_by(&report) {
            report.found
        } else {
            Err(Failure::new(Code::MessageMalformed)
                .of(&from)
                .at("preflight"))
        };
        reports.insert(from, PartyReport { found, ..report });
        self.judge(false).await
    }

    /// Judges the reports once they are complete, or once waiting is over.
    pub(super) async fn judge(&mut self, waiting_is_over: bool) -> Result<(), Halt> {
        let Working::Asking { reports, .. } = &self.working else {
            return Ok(());
        };
        if !waiting_is_over && reports.len() < self.plan.contributors().count() {
            return Ok(());
        }
        let verdict = self.plan.verdict(reports);
        self.job.reports = reports.clone();
        self.working = Working::Not;
        let event = match verdict.failures.into_iter().next() {
            None => Event::Ready,
            Some(failure) => Event::Failed(failure),
        };
        self.apply(event).await?.ok();
        Ok(())
    }
}
