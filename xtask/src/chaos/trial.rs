//! One study, disturbed.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use super::{
    daemon::Daemon,
    evidence::{Evidence, audit},
    federation::Federation,
    scenario::{COORDINATOR, EVERYBODY, Moment, Scenario, Strike},
    watch::{Seen, Watch},
};
use crate::run::{now, pause};

/// How a disturbed study went.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) outcome: Outcome,
    /// Chunks that arrived over the link.
    pub(super) chunks: u64,
    /// Events of the study.
    pub(super) events: u64,
    /// What the study's last event was at each strike.
    pub(super) hits: Vec<String>,
}

/// How a study ended.
#[derive(Debug)]
pub(super) enum Outcome {
    Finished(Evidence),
    /// It failed, and said why: the failure's code and party.
    Failed(String),
}

/// A study that goes on, with its daemons.
struct Stage<'a> {
    federation: &'a Federation,
    daemons: BTreeMap<String, Daemon>,
    watch: Watch,
    /// What watches saw in the coordinator's former lives.
    seen: Vec<Seen>,
    deadline: Instant,
}

impl Trial {
    /// Runs the prepared study by a scenario; an error says what should not have happened.
    pub(super) fn run(
        federation: &Federation,
        scenario: &Scenario,
        limit: Duration,
    ) -> anyhow::Result<Self> {
        federation.restore()?;
        federation
            .link
            .reset(Duration::from_millis(scenario.latency_ms));
        let mut stage = Stage::open(federation, limit)?;
        let mut hits = Vec::new();
        for strike in &scenario.strikes {
            hits.push(stage.strike(strike)?);
        }
        let chunks = federation.link.carried();
        let seen = stage.await_end()?;
        let chunks = chunks.max(federation.link.carried());
        let end = seen.end.as_ref().context("the study has no end")?;
        let outcome = match end["state"].as_str() {
            Some("finished") => Outcome::Finished(Evidence::collect(federation)?),
            _ => Outcome::Failed(failure(end)?),
        };
        audit(federation)?;
        stage.close()?;
        Ok(Self {
            outcome,
            chunks,
            events: seen.events.len() as u64,
            hits,
        })
    }
}

impl<'a> Stage<'a> {
    fn open(federation: &'a Federation, limit: Duration) -> anyhow::Result<Self> {
        let deadline = now() + limit;
        let coordinator = federation.start(COORDINATOR)?;
        let watch = Watch::start(federation)?;
        let mut daemons = BTreeMap::from([(COORDINATOR.to_owned(), coordinator)]);
        for party in &federation.participants {
            daemons.insert(party.clone(), federation.start(party)?);
        }
        Ok(Self {
            federation,
            daemons,
            watch,
            seen: Vec::new(),
            deadline,
        })
    }

    /// Kills at the moment and starts again; gives what had happened last.
    fn strike(&mut self, strike: &Strike) -> anyhow::Result<String> {
        while !self.has_come(strike.after) && !self.watch.is_over() && now() < self.deadline {
            pause(Duration::from_micros(500));
        }
        pause(Duration::from_micros(strike.wait_us));
        let last = self.watch.last();
        let victims = self.victims(&strike.victim)?;
        self.daemons.retain(|party, _| !victims.contains(party));
        if victims.iter().any(|victim| victim == COORDINATOR) {
            self.federation.link.lead_to(None);
        }
        pause(Duration::from_millis(strike.down_ms));
        if let Some(again) = strike.again_us {
            let launch = |victim: &String| self.federation.launch(victim);
            let coming_up: Vec<_> = victims.iter().map(launch).collect::<Result<_, _>>()?;
            pause(Duration::from_micros(again));
            drop(coming_up);
        }
        for victim in victims {
            let daemon = self.federation.start(&victim)?;
            if victim == COORDINATOR {
                self.watch_anew()?;
            }
            self.daemons.insert(victim, daemon);
        }
        let victim = match strike.victim.as_str() {
            known @ (COORDINATOR | EVERYBODY) => known,
            _ => "a participant",
        };
        Ok(format!("{victim} after \"{last}\""))
    }

    fn victims(&self, named: &str) -> anyhow::Result<Vec<String>> {
        let is_one = |party: &&String| named == EVERYBODY || party.as_str() == named;
        let victims: Vec<_> = self.daemons.keys().filter(is_one).cloned().collect();
        ensure!(!victims.is_empty(), "there is no {named}");
        Ok(victims)
    }

    fn has_come(&self, moment: Moment) -> bool {
        match moment {
            Moment::Chunks(number) => self.federation.link.carried() >= number,
            Moment::Event(number) => self.watch.events() > number,
        }
    }

    fn watch_anew(&mut self) -> anyhow::Result<()> {
        let before = std::mem::replace(&mut self.watch, Watch::start(self.federation)?);
        self.seen.push(before.finish());
        Ok(())
    }

    /// Waits until the study has ended; gives the whole story.
    fn await_end(&mut self) -> anyhow::Result<Seen> {
        loop {
            while !self.watch.is_over() {
                if now() > self.deadline {
                    bail!(
                        "the study hangs; the last that happened is \"{}\"",
                        self.watch.last()
                    );
                }
                pause(Duration::from_millis(5));
            }
            self.watch_anew()?;
            let story = self.seen.pop().unwrap_or_default();
            if story.end.is_some() {
                let lost = self.seen.iter().any(|seen| !seen.is_kept_in(&story));
                ensure!(!lost, "an event that was seen is lost");
                return Ok(story);
            }
            ensure!(now() < self.deadline, "the study can't be watched");
            self.seen.push(story);
            pause(Duration::from_millis(100));
        }
    }

    fn close(self) -> anyhow::Result<()> {
        for (party, daemon) in self.daemons {
            daemon.stop().with_context(|| format!("stopping {party}"))?;
        }
        Ok(())
    }
}

/// Gives the name of a failure; a study that ends without one is at fault.
fn failure(end: &Value) -> anyhow::Result<String> {
    let failure = &end["failure"];
    let code = failure["code"].as_str();
    let code = code.with_context(|| format!("the study ended without saying why: {end}"))?;
    Ok(match failure["party"].as_str() {
        Some(party) => format!("{code} at {party}"),
        None => code.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_end_without_a_reason_is_at_fault() {
        let named =
            json!({ "state": "failed", "failure": { "code": "PARTY-LOST", "party": "va" } });
        assert_eq!(failure(&named).unwrap(), "PARTY-LOST at va");
        assert!(failure(&json!({ "state": "expired" })).is_err());
    }
}
