//! What a plan will cost, as people and programs read it.

use std::time::Duration;

use consilium_plan::{Estimate, Lang, PartyCost, Plan, Task};
use serde_json::{Value, json};

/// Says what a study will cost, as far as its plan tells.
pub(super) fn said(plan: &Plan, time: Duration, lang: Lang) -> String {
    let Estimate {
        sums,
        rounds,
        sent_by_each,
        core_seconds,
        ..
    } = plan.estimate();
    let seconds = time.as_secs_f64();
    match plan.task() {
        Task::Train(_) => lang.pick(
            format!(
                "{sums} sums, {rounds} rounds, {sent_by_each} bytes sent by each institution, \
                 about {seconds:.1} s on the network"
            ),
            format!(
                "{sums} 次求和，{rounds} 轮通信，每家机构发送 {sent_by_each} 字节，\
                 网络上约 {seconds:.1} 秒"
            ),
        ),
        Task::Align(_) => lang.pick(
            format!(
                "for sets as large as the plan allows: {rounds} rounds, at most {sent_by_each} bytes \
                 sent by each institution, about {seconds:.1} s on the network, and {core_seconds} s \
                 of one core at the institution that computes most"
            ),
            format!(
                "按方案允许的最大集合：{rounds} 轮通信，每家机构至多发送 {sent_by_each} 字节，\
                 网络上约 {seconds:.1} 秒，另计算最多的机构约需单核 {core_seconds} 秒"
            ),
        ),
        Task::Vertical(_) => {
            let said = lang.pick(
                format!(
                    "for as many common rows as the plan allows: {rounds} rounds, about {seconds:.1} s \
                     on the network"
                ),
                format!("按方案允许的最多共同行：{rounds} 轮通信，网络上约 {seconds:.1} 秒"),
            );
            let parties = costs(plan);
            let lines = parties.iter().map(|cost| of_party(cost, lang));
            [said].into_iter().chain(lines).collect()
        }
    }
}

/// Says it of each party, where they differ.
pub(super) fn parties(plan: &Plan) -> Vec<Value> {
    let line = |cost: &PartyCost| {
        json!({
            "party": cost.party,
            "sent_bytes": cost.sent,
            "cpu_s": cost.core_seconds,
            "memory_bytes": cost.memory,
        })
    };
    costs(plan).iter().map(line).collect()
}

fn costs(plan: &Plan) -> Vec<PartyCost> {
    match plan.task() {
        Task::Vertical(task) => task.costs(plan.limits().most_rows.0),
        Task::Train(_) | Task::Align(_) => Vec::new(),
    }
}

fn of_party(cost: &PartyCost, lang: Lang) -> String {
    let PartyCost {
        party,
        sent,
        core_seconds,
        memory,
    } = cost;
    let megabytes = memory.div_ceil(1_000_000);
    lang.pick(
        format!(
            "\n- {party} sends {sent} bytes, computes for {core_seconds} s of one core and needs \
             {megabytes} MB of memory"
        ),
        format!(
            "\n- {party} 发送 {sent} 字节，计算约需单核 {core_seconds} 秒，内存 {megabytes} MB"
        ),
    )
}
