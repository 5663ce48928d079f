//! What came of a local study.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    time::Duration,
};

use consilium_glm::{Candidate, Evaluation, Published};
use consilium_mailbox::PartyId;
use consilium_plan::Lang;
use serde_json::{Value, json};

use crate::{
    model::coefficients,
    table::{align_numbers, table},
};

/// The result and what each party has of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) fit: Published,
    /// The coordinator's report.
    pub(crate) report: Value,
    pub(crate) parties: Vec<PartyOutcome>,
    /// From submission to the end.
    pub(crate) wall: Duration,
    /// What each party learnt, in the language of the people: reader, lines.
    pub(crate) learnt: Vec<(String, Vec<String>)>,
    pub(crate) costs: Vec<ProcessCost>,
}

/// What one party keeps for itself.
#[derive(Debug)]
pub(crate) struct PartyOutcome {
    pub(crate) party: PartyId,
    pub(crate) own: Option<Evaluation>,
}

/// What a daemon's process cost over the study.
#[derive(Clone, Debug)]
pub(crate) struct ProcessCost {
    pub(crate) party: String,
    pub(crate) cpu: Duration,
    pub(crate) peak_rss_mb: f64,
}

impl Outcome {
    /// Gives the measures over all parties, if the study took any.
    pub(crate) fn overall(&self) -> Option<Evaluation> {
        serde_json::from_value(
            self.report
                .pointer("/outcomes/evaluation/evaluation")?
                .clone(),
        )
        .ok()
    }

    /// Gives the last model of federated averaging, if the plan asked for one.
    pub(crate) fn averaged(&self) -> Option<Candidate> {
        serde_json::from_value(self.report.pointer("/outcomes/fedavg/averaged")?.clone()).ok()
    }

    /// Adds up what all steps cost the coordinator.
    pub(crate) fn total_cost(&self, name: &str) -> u64 {
        let steps = self
            .report
            .pointer("/costs/coordinator")
            .and_then(Value::as_object);
        steps
            .into_iter()
            .flatten()
            .filter_map(|(_, step)| step.get(name)?.as_u64())
            .sum()
    }

    /// Gives how many sums were opened.
    pub(crate) fn sums(&self) -> u64 {
        self.report
            .get("sums")
            .and_then(Value::as_u64)
            .unwrap_or_default()
    }

    /// Gives the line that programs read.
    pub(crate) fn to_json(&self, what: &str) -> Value {
        let overall = self.overall();
        let mut metrics = BTreeMap::new();
        if let Some(overall) = &overall {
            metrics.insert("accuracy", overall.accuracy);
            metrics.insert("log_loss", overall.log_loss);
            metrics.insert("brier", overall.brier);
            metrics.insert("auc_error_bound", overall.auc_error);
            metrics.extend(overall.auc.map(|auc| ("auc", auc)));
        }
        let parties: Vec<Value> = self
            .costs
            .iter()
            .map(|cost| {
                json!({
                    "party": cost.party,
                    "cpu_s": cost.cpu.as_secs_f64(),
                    "peak_rss_mb": cost.peak_rss_mb,
                })
            })
            .collect();
        json!({
            what: self.report.pointer("/about/title"),
            "study": self.report.pointer("/about/study"),
            "mode": "processes",
            "ok": true,
            "wall_s": self.wall.as_secs_f64(),
            "iterations": self.fit.updates,
            "sums": self.sums(),
            "rounds": self.total_cost("rounds"),
            "bytes": self.total_cost("sent_bytes") + self.total_cost("received_bytes"),
            "rows": self.fit.rows,
            "contributors": self.fit.contributors,
            "metrics": metrics,
            "parties": parties,
        })
    }

    pub(crate) fn print(&self, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
        let say = |en: &'static str, zh: &'static str| lang.pick(en, zh);
        writeln!(out, "{}\n", coefficients(&self.fit, lang))?;

        let mut measures = table();
        measures.set_header([
            say("party", "参与方"),
            "AUC",
            say("accuracy", "准确率"),
            say("rows", "行数"),
        ]);
        let mut row = |name: &str, evaluation: Option<&Evaluation>| {
            let Some(evaluation) = evaluation else {
                measures.add_row([name, "–", "–", "–"]);
                return;
            };
            let auc = evaluation.auc.map_or_else(
                || say("–, one class only", "–，仅有一类").to_owned(),
                |auc| format!("{auc:.4}"),
            );
            let accuracy = format!("{:.4}", evaluation.accuracy);
            measures.add_row([name.to_owned(), auc, accuracy, evaluation.rows.to_string()]);
        };
        for party in &self.parties {
            row(party.party.as_str(), party.own.as_ref());
        }
        row(say("all", "全部"), self.overall().as_ref());
        align_numbers(&mut measures, 1..4);
        writeln!(out, "{measures}\n")?;

        writeln!(out, "{}", say("Who learnt what", "谁得知了什么"))?;
        for (reader, lines) in &self.learnt {
            writeln!(out, "{reader}{}", say(":", "："))?;
            for line in lines {
                writeln!(out, "  - {line}")?;
            }
        }
        Ok(())
    }
}
