//! What came of a local study.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    time::Duration,
};

use consilium_evaluation::{Evaluation, Measures};
use consilium_mailbox::{Account, PartyId};
use consilium_plan::Lang;
use serde_json::{Value, json};

use super::cost::{self, PartyCost};
use crate::{
    measures,
    model::{Fit, learnt},
    value,
};

/// The result and what each party has of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The plan's kind.
    pub(crate) kind: &'static str,
    pub(crate) fit: Fit,
    /// The coordinator's report.
    pub(crate) report: Value,
    /// What the protocols cost the coordinator.
    pub(crate) coordinator: Account,
    /// The same of each phase, by its name.
    pub(crate) coordinator_phases: BTreeMap<String, Account>,
    pub(crate) parties: Vec<PartyOutcome>,
    /// From submission to the end.
    pub(crate) wall: Duration,
    /// What each party learnt, in the language of the people: reader, lines.
    pub(crate) learnt: Vec<(String, Vec<String>)>,
    /// What the study cost each daemon, the coordinator's first.
    pub(crate) costs: Vec<PartyCost>,
}

/// What one party keeps for itself.
#[derive(Debug)]
pub(crate) struct PartyOutcome {
    pub(crate) party: PartyId,
    pub(crate) own: Option<Measures>,
    /// What its rows are worth, JSON; empty where that was not asked.
    pub(crate) value: String,
    /// What the protocols cost it.
    pub(crate) account: Account,
    /// The same of each phase, by its name.
    pub(crate) phases: BTreeMap<String, Account>,
}

impl Outcome {
    /// Gives the measures over all parties, if the study took any.
    pub(crate) fn overall(&self) -> Option<Measures> {
        serde_json::from_value(
            self.report
                .pointer("/outcomes/evaluation/evaluation")?
                .clone(),
        )
        .ok()
    }

    /// Gives the measures of federated averaging's last model over the same rows, if the plan
    /// asked for one.
    pub(crate) fn averaged(&self) -> Option<Evaluation> {
        let measures = self
            .report
            .pointer("/outcomes/fedavg/averaged/evaluation")?;
        serde_json::from_value(measures.clone()).ok()
    }

    /// Gives the bytes of all parties' frames, each counted once at its sender; sealing and TLS come
    /// on top.
    pub(crate) fn frame_bytes(&self) -> u64 {
        let parties = self.parties.iter().map(|party| &party.account);
        let accounts = parties.chain([&self.coordinator]);
        accounts.map(|account| account.total().sent_bytes).sum()
    }

    /// Gives the bytes that went over all connections, TLS and all; what the coordinator forwards
    /// has gone over two.
    pub(crate) fn wire_bytes(&self) -> u64 {
        self.costs.iter().map(|cost| cost.sent_bytes).sum()
    }

    /// Gives how many sums were opened.
    pub(crate) fn sums(&self) -> u64 {
        self.report
            .get("sums")
            .and_then(Value::as_u64)
            .unwrap_or_default()
    }

    /// Gives the line that programs read.
    pub(crate) fn to_json(&self) -> Value {
        let metrics = self.overall().as_ref().map(measures::named);
        let metrics = metrics.unwrap_or_default();
        json!({
            "local": self.report.pointer("/about/title"),
            "kind": self.kind,
            "study": self.report.pointer("/about/study"),
            "mode": "processes",
            "ok": true,
            "wall_s": self.wall.as_secs_f64(),
            "iterations": self.fit.iterations(),
            "sums": self.sums(),
            "rounds": self.coordinator.total().rounds,
            "bytes": self.frame_bytes(),
            "wire_bytes": self.wire_bytes(),
            "rows": self.fit.rows(),
            "contributors": self.fit.contributors(),
            "metrics": metrics,
            "parties": self.costs,
        })
    }

    /// Gives what people read.
    pub(crate) fn page(&self, lang: Lang) -> io::Result<String> {
        let mut page = Vec::new();
        self.print(&mut page, lang)?;
        String::from_utf8(page).map_err(io::Error::other)
    }

    pub(crate) fn print(&self, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
        let say = |en: &'static str, zh: &'static str| lang.pick(en, zh);
        writeln!(out, "{}\n", learnt(&self.fit, lang))?;

        let mut measured: Vec<(&str, Option<Measures>)> = Vec::new();
        for party in &self.parties {
            measured.push((party.party.as_str(), party.own.clone()));
        }
        measured.push((say("all", "全部"), self.overall()));
        writeln!(out, "{}\n", measures::lines(&measured, lang))?;
        for party in &self.parties {
            let page = value::page_of_file(&party.value, lang).map_err(io::Error::other)?;
            if !page.is_empty() {
                writeln!(out, "{}\n{page}", party.party)?;
            }
        }
        writeln!(out, "{}\n", cost::lines(&self.costs, lang))?;

        print_learnt(&self.learnt, out, lang)
    }
}

/// Says what each party learnt.
pub(crate) fn print_learnt(
    learnt: &[(String, Vec<String>)],
    out: &mut dyn Write,
    lang: Lang,
) -> io::Result<()> {
    writeln!(out, "{}", lang.pick("Who learnt what", "谁得知了什么"))?;
    for (reader, lines) in learnt {
        writeln!(out, "{reader}{}", lang.pick(":", "："))?;
        for line in lines {
            writeln!(out, "  - {line}")?;
        }
    }
    Ok(())
}
