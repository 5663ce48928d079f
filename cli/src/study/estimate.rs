//! `consilium study estimate`: what a study will cost, before anybody is asked.

use std::{io::Write, path::Path, time::Duration};

use anyhow::bail;
use clap::Args;
use consilium_mailbox::PartyId;
use consilium_plan::{Costs, Lang, Learner, Links, Plan, RowsBy, Speed, Task, VerticalWork};
use serde_json::json;

use crate::{
    hint::{Misuse, OrHint as _},
    plan::{self, cost},
    table::{align_numbers, table},
};

/// What an estimate hangs on beside the plan.
#[derive(Debug, Args)]
pub(super) struct Assumed {
    /// Rows of each institution, or of one; without it as many as the plan allows
    ///
    /// Of a study over columns of several institutions, the rows that all have; of an alignment, the
    /// keys of a set.
    #[arg(long, value_name = "N | PARTY=N", value_parser = rows)]
    rows: Vec<Rows>,

    /// Time from one party to another, in milliseconds
    #[arg(long, default_value_t = 20.0, value_name = "N", value_parser = latency)]
    latency_ms: f64,

    /// Bandwidth of a party's link, in megabits a second
    #[arg(long, default_value_t = 100.0, value_name = "N", value_parser = megabits)]
    megabits: f64,
}

/// How many rows there are, of one party or of each.
#[derive(Clone, Debug)]
struct Rows {
    party: Option<PartyId>,
    count: u64,
}

fn rows(text: &str) -> Result<Rows, String> {
    let (party, count) = match text.split_once('=') {
        Some((party, count)) => (Some(party.parse().map_err(|bad| format!("{bad}"))?), count),
        None => (None, text),
    };
    match count.replace('_', "").parse() {
        Ok(count) if (1..=1_u64 << 32).contains(&count) => Ok(Rows { party, count }),
        _ => Err("rows are a number from 1 to 2^32, as in 5000 or north=5000".to_owned()),
    }
}

fn latency(text: &str) -> Result<f64, String> {
    let within = |value: &f64| (0.0..=60_000.0).contains(value);
    let value = text.parse().ok().filter(within);
    value.ok_or_else(|| "a latency is 0 to 60000 milliseconds".to_owned())
}

fn megabits(text: &str) -> Result<f64, String> {
    let within = |value: &f64| *value >= 0.001 && *value <= 1e6;
    let value = text.parse().ok().filter(within);
    value.ok_or_else(|| "a bandwidth is 0.001 to 1000000 megabits a second".to_owned())
}

pub(super) fn run(
    file: &Path,
    assumed: &Assumed,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let plan = plan::load(file, lang)?.plan;
    let rows = assumed.rows_of(&plan, lang)?;
    let costs = plan.costs(&rows);
    if costs.parties.is_empty() {
        bail!(lang.pick(
            "there can be no such study over so few rows",
            "这么少的行无法进行该研究",
        ));
    }
    let wall = costs.time(Links::Shared, |_| assumed.speed());
    if json {
        let of_party = |(party, _)| (PartyId::to_string(party), json!(rows.of(party)));
        let by_party: serde_json::Map<_, _> = plan.contributors().map(of_party).collect();
        let line = json!({
            "plan": plan.hash().to_string(),
            "kind": plan.task().kind(),
            "rows": by_party,
            "latency_ms": assumed.latency_ms,
            "megabits": assumed.megabits,
            "sums": costs.sums,
            "rounds": costs.rounds,
            "wall_s": wall.as_secs_f64(),
            "cpu_s": total_cpu(&costs),
            "bytes": total_bytes(&costs),
            "refused": refusals(&plan, &rows, Lang::En),
            "parties": cost::parties(&costs),
        });
        writeln!(out, "{line}")?;
        return Ok(());
    }
    writeln!(out, "{}", plan.title())?;
    if assumed.rows.is_empty() {
        let most = plan.limits().most_rows.0;
        let (what, zh) = match plan.task() {
            Task::Align(_) => ("keys", "个键"),
            Task::Train(_)
            | Task::Vertical(_)
            | Task::Statistics(_)
            | Task::Dictionary(_)
            | Task::Scarcity(_) => ("rows", "行"),
        };
        let warning = lang.pick(
            format!(
                "Reckoned over {most} {what}, the most that the plan allows: name yours by --rows."
            ),
            format!("按方案所允许的上限，即 {most} {zh}估算：请以 --rows 给出实际数目。"),
        );
        writeln!(out, "{warning}")?;
    }
    for why in refusals(&plan, &rows, lang) {
        let refused = lang.pick("Such a study is refused: ", "这样的研究会被拒绝：");
        writeln!(out, "{refused}{why}")?;
    }
    writeln!(out, "{}", page(&costs, lang))?;
    let (rounds, cpu, bytes) = (costs.rounds, total_cpu(&costs), total_bytes(&costs));
    let (latency, megabits, wall) = (assumed.latency_ms, assumed.megabits, wall.as_secs_f64());
    let (cpu, wall, bytes) = (seconds(cpu), seconds(wall), megabytes(bytes));
    let whole = lang.pick(
        format!(
            "In all: {rounds} rounds, {cpu} s of one core, {bytes} MB of frames; about {wall} s from the \
             first message to the last, over links of {latency} ms and {megabits} Mbit/s."
        ),
        format!(
            "合计：{rounds} 轮通信，单核 {cpu} 秒，帧 {bytes} MB；链路为 {latency} 毫秒、{megabits} Mbit/s \
             时，从首条消息到末条约 {wall} 秒。"
        ),
    );
    writeln!(out, "{whole}")?;
    for line in taken_for_granted(&plan, &rows, lang) {
        writeln!(out, "- {line}")?;
    }
    Ok(())
}

impl Assumed {
    fn speed(&self) -> Speed {
        Speed {
            round_trip: Duration::from_secs_f64(2.0 * self.latency_ms / 1e3),
            bytes_per_second: cost::whole(self.megabits * 125e3),
        }
    }

    /// Gives the rows of each contributor, as many as the plan allows where nothing is said.
    fn rows_of(&self, plan: &Plan, lang: Lang) -> anyhow::Result<RowsBy> {
        let most = plan.limits().most_rows.0;
        let of_all = self.rows.iter().rev().find(|it| it.party.is_none());
        let mut rows = RowsBy::each(of_all.map_or(most, |it| it.count));
        for Rows { party, count } in &self.rows {
            let Some(party) = party else { continue };
            if !plan.contributors().any(|(name, _)| name == party) {
                let names: Vec<&str> = plan.contributors().map(|(name, _)| name.as_str()).collect();
                let names = names.join(lang.pick(", ", "、"));
                let unknown = Misuse(lang.pick(
                    format!("the plan has no party '{party}' that brings rows"),
                    format!("方案中没有提供数据的参与方“{party}”"),
                ));
                return Err(unknown).or_hint(lang.pick(
                    format!("those that do: {names}"),
                    format!("提供数据的有：{names}"),
                ));
            }
            rows = rows.with(party.clone(), *count);
        }
        Ok(rows)
    }
}

fn page(costs: &Costs, lang: Lang) -> comfy_table::Table {
    let mut page = table();
    page.set_header(lang.pick(
        [
            "",
            "CPU s",
            "MB of frames",
            "MB over its links",
            "MB of memory",
        ],
        ["", "CPU 秒", "帧 MB", "链路 MB", "内存 MB"],
    ));
    for cost in &costs.parties {
        page.add_row([
            cost.party.to_string(),
            seconds(cost.cpu_s()),
            megabytes(cost.sent),
            megabytes(cost.on_wire),
            cost.memory.div_ceil(1_000_000).to_string(),
        ]);
    }
    align_numbers(&mut page, 1..5);
    page
}

/// Says by which of the plan's limits a study over so many rows is refused.
fn refusals(plan: &Plan, rows: &RowsBy, lang: Lang) -> Vec<String> {
    let limits = plan.limits();
    let bounds = |party: &PartyId| {
        let count = rows.of(party);
        let (most, least) = (limits.most_rows.0, limits.minimum_rows.0);
        // Of an alignment, the protocol says how many keys a set may have.
        let is_too_many = count > most && !matches!(plan.task(), Task::Align(_));
        let (limit, key) = match () {
            () if is_too_many => (most, "limits.most_rows"),
            () if count < least => (least, "limits.minimum_rows"),
            () => return None,
        };
        Some(lang.pick(
            format!("{party} has {count} rows, and {key} is {limit}"),
            format!("{party} 有 {count} 行，而 {key} 为 {limit}"),
        ))
    };
    match plan.task() {
        // The rows that all have are the label holder's.
        Task::Vertical(task) => bounds(&task.label_holder).into_iter().collect(),
        Task::Align(_) | Task::Dictionary(_) | Task::Scarcity(_) => plan
            .contributors()
            .filter_map(|(party, _)| bounds(party))
            .collect(),
        Task::Train(_) | Task::Statistics(_) => {
            let mut said: Vec<String> = plan
                .contributors()
                .filter_map(|(party, _)| bounds(party))
                .collect();
            let all: u64 = plan.contributors().map(|(party, _)| rows.of(party)).sum();
            let least = limits.minimum_cohort.0;
            if all < least {
                said.push(lang.pick(
                    format!("all have {all} rows, and limits.minimum_cohort is {least}"),
                    format!("各方共 {all} 行，而 limits.minimum_cohort 为 {least}"),
                ));
            }
            said
        }
    }
}

/// Says what the figures rest on.
fn taken_for_granted(plan: &Plan, rows: &RowsBy, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    lines.push(match plan.task() {
        Task::Vertical(task) => {
            let common = rows.of(&task.label_holder);
            lang.pick(
                format!("{common} rows that all have"),
                format!("各方共有 {common} 行"),
            )
        }
        task => {
            let of = |(party, _)| format!("{party} {}", rows.of(party));
            let each: Vec<String> = plan.contributors().map(of).collect();
            let what = match task {
                Task::Align(_) => lang.pick("keys", "键"),
                _ => lang.pick("rows", "行"),
            };
            format!(
                "{what}{} {}",
                lang.pick(":", "："),
                each.join(lang.pick(", ", "，"))
            )
        }
    });
    let said = match plan.task() {
        Task::Train(task) => match &task.learner {
            Learner::Glm(_) => [
                "six of Newton's steps until the fit stands (two of a linear regression), where the plan names no number",
                "拟合收敛需六步牛顿迭代（线性回归两步），除非方案另有规定",
            ],
            Learner::Gbdt(_) => [
                "full trees, none fewer by early stopping, whole numbers of three fifths of the values of their range",
                "树均长满，不提前停止，整数取其范围内五分之三的值",
            ],
        },
        Task::Statistics(_) | Task::Scarcity(_) => [
            "sums are as long as the plan says, whatever the rows; no value is missing",
            "合计的长度由方案决定，与行数无关；无缺失值",
        ],
        Task::Dictionary(_) => [
            "each row of the holder's is another code, and each other institution is told to lack as many codes as the plan allows",
            "持有清单一方的每一行都是不同的编码，且告知其他每家机构缺失的编码数为方案所允许的上限",
        ],
        Task::Align(_) => [
            "tables of keys are made anew, and samples show that enough keys are common",
            "键表重新生成，且抽样表明共同键足够多",
        ],
        Task::Vertical(task) => match task.work {
            VerticalWork::Grow(_) => [
                "as many trees as planned, splits at uniform places, no value missing, columns of as many values as bins or as their range has: columns of few values cost less",
                "树数如方案所定，分裂位置均匀，无缺失值，列的取值数与分箱数或其范围相当：取值少的列代价更低",
            ],
            VerticalWork::Weigh(_) => [
                "numbers take at least as many values as they have bins; no value is missing",
                "数值列的取值不少于其分箱数；无缺失值",
            ],
            VerticalWork::Predict { .. } => [
                "a model of a hundred trees of depth 6",
                "模型为一百棵深度 6 的树",
            ],
        },
    };
    lines.push(lang.pick(said[0], said[1]).to_owned());
    lines.push(
        lang.pick(
            "nothing is lost on its way or repeated; two cores of an AMD EPYC with AVX-512 at each party",
            "无丢失、无重复；各方为两核带 AVX-512 的 AMD EPYC",
        )
        .to_owned(),
    );
    lines
}

fn total_cpu(costs: &Costs) -> f64 {
    costs.parties.iter().map(consilium_plan::Cost::cpu_s).sum()
}

/// Adds up frames, each at its sender.
fn total_bytes(costs: &Costs) -> u64 {
    costs.parties.iter().map(|cost| cost.sent).sum()
}

/// Writes seconds to three significant places, or whole ones.
fn seconds(value: f64) -> String {
    match value {
        long if long >= 100.0 => format!("{long:.0}"),
        long if long >= 10.0 => format!("{long:.1}"),
        long if long >= 1.0 => format!("{long:.2}"),
        short => format!("{short:.3}"),
    }
}

fn megabytes(bytes: u64) -> String {
    seconds(bytes as f64 / 1e6)
}
