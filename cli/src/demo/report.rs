//! What the demo prints.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use comfy_table::Table;
use consilium_evaluation::{Evaluation, Role};
use consilium_glm::{Failure, Family, Protocol, Setting, disclosures};
use serde::Serialize;

use super::{comparison::Comparison, hospitals::Demo, measured::Measured};
use consilium_plan::Lang;

use crate::{
    local::cost::PartyCost,
    model::coefficients,
    table::{align_numbers, table},
};

/// The demo's last line with `--json`, and its `result.json`.
#[derive(Debug, Serialize)]
pub(crate) struct DemoResult {
    demo: &'static str,
    mode: &'static str,
    ok: bool,
    /// On the simulated network's clock, or from submitting the study to its end.
    wall_s: f64,
    iterations: u32,
    sums: u64,
    rounds: u64,
    /// Of all parties' frames, each counted once at its sender; sealing and TLS come on top.
    bytes: u64,
    /// Over all connections, TLS and all, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    wire_bytes: Option<u64>,
    rows: u64,
    contributors: Vec<String>,
    columns: usize,
    metrics: BTreeMap<&'static str, f64>,
    parties: Vec<PartyCost>,
}

impl DemoResult {
    pub(crate) fn new(demo: &Demo, measured: &Measured, comparison: &Comparison) -> DemoResult {
        let mut metrics = BTreeMap::new();
        metrics.insert("accuracy", measured.overall.accuracy);
        metrics.insert("accuracy_pooled", comparison.overall.accuracy);
        metrics.insert("auc_error_bound", measured.overall.auc_error);
        metrics.insert("brier", measured.overall.brier);
        metrics.insert("log_loss", measured.overall.log_loss);
        metrics.insert("max_coefficient_error", comparison.max_coefficient_error);
        metrics.extend(measured.overall.auc.map(|auc| ("auc", auc)));
        metrics.extend(comparison.overall.auc.map(|auc| ("auc_pooled", auc)));
        if let Some(exact) = &comparison.federated {
            metrics.extend(exact.auc.map(|auc| ("auc_exact", auc)));
        }
        if let Some(averaged) = &measured.averaged {
            metrics.insert("accuracy_fedavg", averaged.accuracy);
            metrics.insert("auc_fedavg_error_bound", averaged.auc_error);
            metrics.extend(averaged.auc.map(|auc| ("auc_fedavg", auc)));
        }
        DemoResult {
            demo: "heart-disease",
            mode: measured.mode,
            ok: true,
            wall_s: measured.wall.as_secs_f64(),
            iterations: measured.fit.updates,
            sums: measured.sums,
            rounds: measured.rounds,
            bytes: measured.bytes,
            wire_bytes: measured.wire_bytes,
            rows: measured.fit.rows,
            contributors: measured
                .fit
                .contributors
                .iter()
                .map(ToString::to_string)
                .collect(),
            columns: demo.regression().specification().columns.len(),
            metrics,
            parties: measured.parties.clone(),
        }
    }
}

pub(crate) fn print(
    out: &mut dyn Write,
    measured: &Measured,
    comparison: &Comparison,
    result: &DemoResult,
    lang: Lang,
) -> io::Result<()> {
    let say = |en, zh| lang.pick(en, zh);
    let title = match measured.mode {
        "simulated" => say(
            "One logistic regression over four hospitals (simulated: all parties in this process)",
            "四家医院共同拟合一个逻辑回归（模拟：所有参与方都在本进程内）",
        ),
        _ => say(
            "One logistic regression over four hospitals (a daemon for each party, mutual TLS)",
            "四家医院共同拟合一个逻辑回归（每个参与方一个守护进程，双向 TLS）",
        ),
    };
    writeln!(out, "{title}\n")?;
    writeln!(out, "{}", by_hospital(measured, comparison, lang))?;
    writeln!(
        out,
        "{}\n",
        say(
            "AUC on each hospital's own test rows; FLamby's split and preprocessing",
            "各医院自己测试行上的 AUC；采用 FLamby 的划分与预处理",
        )
    )?;
    writeln!(out, "{}\n", coefficients(&measured.fit.publish(), lang))?;
    costs(out, measured, comparison, result, lang)?;
    learnt(out, result.contributors.len(), lang)
}

fn by_hospital(measured: &Measured, comparison: &Comparison, lang: Lang) -> Table {
    let say = |en, zh| lang.pick(en, zh);
    let mut table = table();
    table.set_header([
        say("hospital", "医院"),
        say("train rows", "训练行"),
        say("test rows", "测试行"),
        say("federated", "联邦"),
        say("pooled", "集中"),
        say("alone", "单独"),
    ]);
    for hospital in &comparison.hospitals {
        let alone = match &hospital.alone {
            Ok(evaluation) => auc(evaluation.as_ref(), lang),
            Err(Failure::ConstantLabel) => say("–, one class only", "–，仅有一类").into(),
            Err(failure) => format!("–, {failure}"),
        };
        table.add_row([
            hospital.party.to_string(),
            hospital.train_rows.to_string(),
            hospital.test_rows.to_string(),
            auc(hospital.federated.as_ref(), lang),
            auc(hospital.pooled.as_ref(), lang),
            alone,
        ]);
    }
    let rows = |count: fn(&super::comparison::HospitalComparison) -> usize| {
        comparison
            .hospitals
            .iter()
            .map(count)
            .sum::<usize>()
            .to_string()
    };
    table.add_row([
        say("all", "全部").into(),
        rows(|h| h.train_rows),
        rows(|h| h.test_rows),
        auc(Some(&measured.overall), lang),
        auc(Some(&comparison.overall), lang),
        String::new(),
    ]);
    align_numbers(&mut table, 1..6);
    table
}

fn auc(evaluation: Option<&Evaluation>, lang: Lang) -> String {
    match evaluation.and_then(|evaluation| evaluation.auc.map(|auc| (auc, evaluation.auc_error))) {
        Some((auc, error)) if error > 0.0 => format!("{auc:.4} ± {error:.4}"),
        Some((auc, _)) => format!("{auc:.4}"),
        None => lang.pick("–, one class only", "–，仅有一类").into(),
    }
}

fn costs(
    out: &mut dyn Write,
    measured: &Measured,
    comparison: &Comparison,
    result: &DemoResult,
    lang: Lang,
) -> io::Result<()> {
    let say = |en, zh| lang.pick(en, zh);
    let mut table = table();
    let (overall, pooled) = (&measured.overall, &comparison.overall);
    let correct = format!("{:.4} ({:.4})", overall.accuracy, pooled.accuracy);
    table.add_row([say("accuracy (pooled)", "准确率（集中）"), &correct]);
    table.add_row([
        say("log loss, Brier", "对数损失、布里尔分数"),
        &format!("{:.4}, {:.4}", overall.log_loss, overall.brier),
    ]);
    if let Some(averaged) = &measured.averaged {
        let named = say(
            "FedAvg, 50 rounds: AUC, accuracy",
            "FedAvg，50 轮：AUC、准确率",
        );
        let auc = auc(Some(averaged), lang);
        table.add_row([named, &format!("{auc}, {:.4}", averaged.accuracy)]);
    }
    let error = format!("{:.1e}", comparison.max_coefficient_error);
    table.add_row([
        say(
            "largest coefficient error against the pooled fit",
            "与集中拟合相比的最大系数误差",
        ),
        &error,
    ]);
    let turns = format!("{}, {}, {}", result.iterations, result.sums, result.rounds);
    table.add_row([
        say(
            "iterations, sums opened, rounds",
            "迭代、打开的求和、通信轮次",
        ),
        &turns,
    ]);
    let seconds = format!("{:.2}", result.wall_s);
    table.add_row([
        match measured.mode {
            "simulated" => say("seconds on the simulated network", "模拟网络上的秒数"),
            _ => say("seconds from submission to result", "从提交到结果的秒数"),
        },
        &seconds,
    ]);
    table.add_row([
        say("bytes of all parties' frames", "各方所发帧的字节总数"),
        &result.bytes.to_string(),
    ]);
    if let Some(bytes) = result.wire_bytes {
        let over = say(
            "bytes over all connections, TLS and forwarding included",
            "所有连接上的字节总数，含 TLS 与转发",
        );
        table.add_row([over, &bytes.to_string()]);
    }
    align_numbers(&mut table, 1..2);
    writeln!(out, "{table}\n")
}

fn learnt(out: &mut dyn Write, contributors: usize, lang: Lang) -> io::Result<()> {
    let protocols = [Protocol::GlmNewton, Protocol::Evaluation, Protocol::Fedavg];
    let setting = Setting {
        family: Family::Logistic,
        most: contributors,
        fewest: contributors,
        counts_cells: false,
    };
    let lines = disclosures(protocols, setting);
    let roles = [
        (
            Role::Aggregator,
            "What the coordinator learnt",
            "协调方得知",
        ),
        (Role::Contributor, "What each hospital learnt", "各医院得知"),
    ];
    for (role, en, zh) in roles {
        writeln!(out, "{}", lang.pick(en, zh))?;
        for line in lines.iter().filter(|line| line.to == role) {
            writeln!(out, "  - {}", lang.pick(line.learns, line.zh))?;
        }
    }
    Ok(())
}
