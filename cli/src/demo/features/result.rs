//! What programs read of the demo of features.

use std::collections::BTreeMap;

use consilium_evaluation::Measures;
use consilium_plan::Lang;
use serde::Serialize;

use super::{Found, contracts::Contracts, coverage::KINDS, study::Study};
use crate::local::cost::PartyCost;

/// What the groups' median kappa has to reach.
const LEAST_KAPPA: f64 = 0.95;

/// Coefficients of the joint and the pooled model may lie so many standard errors apart.
const MOST_DIFFERENCE: f64 = 1e-3;

/// The demo's last line with `--json`, and its `result.json`.
#[derive(Debug, Serialize)]
pub(super) struct FeaturesResult {
    demo: &'static str,
    mode: &'static str,
    /// Whether groups survive recoding, features tell what the codes do, and the joint model is the
    /// pooled one.
    ok: bool,
    /// Of all studies, each from its submission to its end.
    wall_s: f64,
    iterations: u64,
    sums: u64,
    /// Of all parties' frames, each counted once at its sender; sealing and TLS come on top.
    bytes: u64,
    /// Over all connections, TLS and all.
    wire_bytes: u64,
    rows: BTreeMap<String, usize>,
    features: usize,
    metrics: BTreeMap<String, f64>,
    /// What stands for each institution's feature contract, as its own journal says.
    contracts: Vec<ShownContracts>,
    /// Why a study does not begin where a schema declares another unit.
    refused: Vec<String>,
    /// Groups of comorbidities whose kappa is below 0.9, the lowest first.
    low_kappas: Vec<LowKappa>,
    statistics: Vec<PartyCost>,
    training: Vec<PartyCost>,
}

/// Rounds a kappa: with all digits it is an equation of counts that may be held back.
fn thousandths(kappa: f64) -> f64 {
    (kappa * 1_000.0).round() / 1_000.0
}

#[derive(Debug, Serialize)]
struct LowKappa {
    list: String,
    group: String,
    kappa: f64,
}

#[derive(Debug, Serialize)]
struct ShownContracts {
    study: &'static str,
    /// By institution, 64 hexadecimal digits; the same of all who mean the same and hold
    /// the same tables of codes. Null where none was shown.
    shown: BTreeMap<String, Option<String>>,
}

impl FeaturesResult {
    pub(super) fn new(found: &Found) -> FeaturesResult {
        let mut metrics = BTreeMap::new();
        let mut told = |name: &str, value: f64| {
            metrics.insert(name.to_owned(), value);
        };
        let (recoding, compared) = (&found.recoding, &found.compared);
        if let Some(median) = recoding.median() {
            told("kappa_median", thousandths(median));
        }
        for list in &recoding.lists {
            let name = format!("kappa_median_{}", list.name);
            if let Some(median) = list.median() {
                told(&name, thousandths(median));
            }
        }
        told("groups_differing", found.differing as f64);
        told("auc_exact", compared.joint.auc());
        told("auc_exact_standard_error", compared.joint.standard_error());
        told("auc_pooled", compared.pooled.auc());
        told("coefficient_difference", compared.coefficient_difference);
        if let Some(measures) = found.ended.trained.overall().and_then(Measures::classes) {
            if let Some(auc) = measures.auc {
                told("auc", auc);
            }
            told("auc_error_bound", measures.auc_error);
        }
        for (party, auc) in &compared.alone {
            let Some(auc) = auc else { continue };
            told(&format!("auc_alone_{party}"), auc.auc());
            let error = auc.standard_error();
            told(&format!("auc_alone_{party}_standard_error"), error);
            if let Some((more, error)) = compared.joint.more_than(auc) {
                told(&format!("auc_gain_{party}"), more);
                told(&format!("auc_gain_{party}_standard_error"), error);
            }
        }
        if let Some((_, _, index)) = found.largest_stability() {
            told("stability_largest", index);
        }
        let mistaken = found.ended.mistaken.columns.iter();
        let largest = mistaken.filter_map(|column| column.stability_index);
        let largest = largest.max_by(f64::total_cmp);
        if let Some(index) = largest {
            told("stability_mistaken", index);
        }
        let names = &found.coverage.names;
        told(
            "names_first",
            names.first.codes as f64 / names.all.codes as f64,
        );
        told(
            "names_first_rows",
            names.first.rows as f64 / names.all.rows as f64,
        );
        told("names_first_money", names.first.money / names.all.money);
        for (party, report) in &found.coverage.codes {
            let known = KINDS
                .iter()
                .take(4)
                .filter_map(|kind| report.mapping.get(kind));
            let money: f64 = known.map(|weight| weight.money).sum();
            told(
                &format!("codes_covered_money_{party}"),
                money / report.total.money,
            );
        }
        let low = recoding
            .low()
            .into_iter()
            .map(|(list, group, kappa)| LowKappa {
                list: list.to_owned(),
                group: group.id.clone(),
                kappa: thousandths(kappa),
            });
        let rows = found.mapped.iter();
        let rows = rows.map(|mapped| (mapped.party.to_string(), mapped.table.rows()));
        let ended = &found.ended;
        let mut result = FeaturesResult {
            demo: "features",
            mode: "processes",
            ok: true,
            wall_s: ended.wall_s,
            iterations: ended.trained.fit.iterations(),
            sums: ended.trained.sums(),
            bytes: ended.frame_bytes,
            wire_bytes: ended.wire_bytes,
            rows: rows.collect(),
            features: ended.findings.columns.len() - 1,
            metrics,
            contracts: ended.contracts.iter().map(ShownContracts::new).collect(),
            refused: ended.refused.iter().map(|it| it.what(Lang::En)).collect(),
            low_kappas: low.collect(),
            statistics: ended.statistics.costs.clone(),
            training: ended.trained.costs.clone(),
        };
        result.ok = result.odd(found).is_none();
        result
    }

    /// Says what is not as it should be, in English and Chinese.
    pub(super) fn odd(&self, found: &Found) -> Option<(&'static str, &'static str)> {
        let proved = |contracts: &Contracts| match contracts.study {
            Study::Cents => contracts.are_none(),
            _ => contracts.are_one(),
        };
        if !found.ended.contracts.iter().all(proved) {
            return Some((
                "journals don't say that institutions have shown each other the same feature contract",
                "各机构的日志未表明相互证明了相同的特征契约",
            ));
        }
        // What is missing or no number is not as it should be either.
        let is = |name: &str, right: fn(f64) -> bool| {
            let metric = self.metrics.get(name);
            metric.is_some_and(|metric| right(*metric))
        };
        if !is("kappa_median", |kappa| kappa >= LEAST_KAPPA) {
            return Some((
                "groups of diagnoses don't survive the other code system",
                "疾病分组在换用另一编码体系后不一致",
            ));
        }
        if !is("groups_differing", |groups| groups == 0.0) {
            return Some((
                "a feature tells of other people than the codes do",
                "某个特征与编码所示人数不符",
            ));
        }
        if !is("coefficient_difference", |it| it <= MOST_DIFFERENCE) {
            return Some((
                "the joint model is not the one of all rows in one place",
                "联合模型与集中训练的模型不一致",
            ));
        }
        None
    }
}

impl ShownContracts {
    fn new(contracts: &Contracts) -> ShownContracts {
        let shown = contracts.shown.iter();
        let shown =
            shown.map(|(party, seal)| (party.to_string(), seal.map(|seal| seal.to_string())));
        ShownContracts {
            study: contracts.study.folder(),
            shown: shown.collect(),
        }
    }
}
